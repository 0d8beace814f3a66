use std::fmt::Write as _;

use serde_json::json;

use super::*;

fn why(text: &str) -> String {
    read(text.as_bytes()).map_or_else(|refusal| refusal.to_string(), |value| format!("read as {value}"))
}

/// A text large enough to be surveyed.
fn large(inner: &str) -> String {
    format!("{{\"pad\": \"{}\", \"in\": {inner}}}", "x".repeat(SMALL))
}

#[test]
fn what_is_json_is_read_as_any_reader_does() {
    let text = r#"{"b": [1, -2, 3.5, "é\n", {"c": null}, []], "a": true, "big": 18446744073709551615}"#;
    for text in [text.to_owned(), large(text)] {
        let value = read(text.as_bytes()).unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(&text).unwrap());
        assert_eq!(value.to_string(), serde_json::from_str::<Value>(&text).unwrap().to_string());
    }
}

#[test]
fn what_is_not_is_refused_with_its_place() {
    for text in ["", "{", "{} x", "[1,]", "nul", "\u{7f}", "{\"a\": 1e999}"] {
        assert!(why(text).contains("line 1 column"), "{text}: {}", why(text));
        assert!(why(&large(text)).contains("line 1 column"), "{text}");
    }
    let refusal = read(b"{\"a\": \"\xff\"}").unwrap_err().to_string();
    assert!(refusal.contains("invalid UTF-8"), "{refusal}");
}

#[test]
fn a_key_that_stands_twice_is_refused_wherever_it_stands() {
    for inner in [r#"{"a": 1, "a": 1}"#, r#"[[{"b": {"a": {}, "\u0061": 2}}]]"#] {
        for text in [inner.to_owned(), large(inner)] {
            assert!(why(&text).contains("the key \"a\" appears twice at line 1"), "{}", why(&text));
            let passed_over = read_members(text.as_bytes(), &|_| Want::Name).unwrap_err();
            assert!(passed_over.to_string().contains("appears twice"), "{passed_over}");
            assert_eq!(check(text.as_bytes()), Err(passed_over));
        }
    }
    assert!(check(br#"[{"a": 1}, {"a": 1}]"#).is_ok());
}

#[test]
fn members_that_nobody_wants_are_passed_over() {
    let want = |key: &str| match key {
        "id" => Want::Value,
        "text" => Want::Text,
        _ => Want::Name,
    };
    let inner = r#"{"id": 7, "x": [1, {"id": 8}], "text": {"b": [1, 2]}, "y": 1}"#;
    let text = format!("{{\"pad\": \"{}\", {}", "x".repeat(SMALL), &inner[1..]);
    for (text, names) in [(inner, vec!["x", "y"]), (&text, vec!["pad", "x", "y"])] {
        let (value, passed_over) = read_members(text.as_bytes(), &want).unwrap();
        assert_eq!(value, json!({"id": 7, "text": "{\"b\": [1, 2]}"}));
        assert_eq!(passed_over.first(), names);
    }
}

#[test]
fn a_text_that_takes_too_much_memory_is_refused_unless_it_is_passed_over() {
    let zeros = format!("{{\"a\": [{}0]}}", "0,".repeat(1 << 20));
    assert!(ALLOWED_MIN < (1 << 20) * size_of::<Value>(), "the text must exceed the minimum");
    assert_eq!(read(zeros.as_bytes()), Err(Refusal::TooRich { limit: ALLOWED_MIN }));
    let (value, _) = read_members(zeros.as_bytes(), &|_| Want::Name).unwrap();
    assert_eq!(value, json!({}));
    // Long enough that 8 times its size exceeds the minimum.
    let text = format!("[\"{}\"]", "x".repeat(ALLOWED_MIN / 4));
    assert!(read(text.as_bytes()).is_ok());
}

#[test]
fn arrays_and_objects_are_made_as_large_as_they_get() {
    let items = 10_000;
    let mut text = String::from("[");
    (0..items).for_each(|item| write!(text, "[{item},0,0],").unwrap());
    text.push_str("[]]");
    let Value::Array(list) = read(text.as_bytes()).unwrap() else { panic!("an array") };
    assert_eq!((list.len(), list.capacity()), (items + 1, items + 1));
    let Value::Array(inner) = &list[7] else { panic!("an array") };
    assert_eq!(inner.capacity(), 3);
}

#[test]
fn what_is_nested_too_deep_is_refused_unless_it_is_passed_over() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read(nested(DEPTH_MAX).as_bytes()).is_ok());
    assert!(why(&nested(DEPTH_MAX + 1)).contains("nested more than 64 deep"));
    assert!(why(&large(&nested(DEPTH_MAX))).contains("nested more than 64 deep"));
    assert!(why(&large(&nested(DEPTH_MAX - 1))).starts_with("read"));
    let text = large(&nested(100));
    assert_eq!(read_members(text.as_bytes(), &|_| Want::Name).unwrap().0, json!({}));
    assert!(check(text.as_bytes()).is_ok());
}

#[test]
fn what_is_passed_over_has_no_nul_in_it() {
    for inner in [r#"{"x": ["a\u0000"]}"#, r#"{"x": {"\u0000": 1}}"#] {
        let refused = read_members(inner.as_bytes(), &|_| Want::Name).unwrap_err().to_string();
        assert!(refused.contains("U+0000") && refused.contains("line 1"), "{refused}");
        assert!(check(inner.as_bytes()).is_err() && read(inner.as_bytes()).is_ok());
    }
}
