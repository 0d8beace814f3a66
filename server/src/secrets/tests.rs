use serde_json::{Value, json};

use super::*;

/// A token with unusual characters that a header may have, and a plain one.
const ODD: &str = "my:token/with.\"dots\" & ünsafe+ones";
const PLAIN: &str = "my-own-token-0123456789";

fn secrets() -> Arc<Secrets> {
    let secrets = Arc::<Secrets>::default();
    secrets.add(ODD);
    secrets.add(PLAIN);
    secrets
}

fn hider() -> Hider {
    Hider::new(secrets(), "own".into())
}

fn escaped(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn percents(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The longest prefix of a token in a text, if it has at least 4 bytes.
fn leaked(text: &str) -> Option<String> {
    let parts = [ODD, PLAIN].into_iter().flat_map(|token| {
        let ends = token.char_indices().map(|(at, _)| at).chain([token.len()]).collect::<Vec<_>>();
        ends.into_iter().filter(|end| *end >= 4).map(|end| token[..end].to_owned())
    });
    parts.filter(|part| text.contains(part)).max_by_key(String::len)
}

/// Spellings of a text with the same meaning.
fn writings(token: &str) -> Vec<String> {
    let json = Value::from(token).to_string();
    let quoted = json.trim_matches('"').to_owned();
    vec![
        token.to_owned(),
        quoted.clone(),
        escaped(token),
        quoted.replace('/', "\\/"),
        percents(token),
        percents(&percents(token)),
        form_urlencoded::byte_serialize(token.as_bytes()).collect(),
        Value::from(quoted).to_string(),
        escaped(&percents(token)),
        base64::engine::general_purpose::STANDARD.encode(format!("key {token}!")),
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("?>{token}ÿÿ")),
    ]
}

/// All readings of a value: its texts with each encoding decoded.
fn readings(value: &Value) -> String {
    let text = value.to_string();
    let mut all = String::new();
    let mut look = |bytes: &[u8]| {
        reading::each(bytes, |reading| all.push_str(&String::from_utf8_lossy(reading.bytes())))
    };
    look(text.as_bytes());
    for run in text.as_bytes().split(|byte| !is_base64(*byte)) {
        for alphabet in [&alphabet::STANDARD, &alphabet::URL_SAFE] {
            look(&engine(alphabet).decode(run).unwrap_or_default());
        }
    }
    all
}

#[test]
fn a_token_is_found_however_it_is_written() {
    let hider = hider();
    for token in [ODD, PLAIN] {
        for written in writings(token) {
            let text = json!({"a": [&written], &written: 1, "b": format!("before {written} after")});
            for body in [
                text.to_string(),
                // A body with every character escaped.
                format!("{{\"a\": \"{}\"}}", escaped(&written)),
                // Broken JSON, and text that is not JSON.
                text.to_string() + "}",
                format!("{{\"a\": \"{}", escaped(&written)),
                format!("no JSON: {written}"),
                json!({"json": text.to_string(), "deeper": json!({"x": text.to_string()}).to_string()})
                    .to_string(),
            ] {
                let shown = readings(&hider.body(body.as_bytes(), false));
                assert_eq!(leaked(&shown), None, "{body}");
            }
            for query in [format!("a={}&b", percents(&written)), format!("{}=1", percents(&written))] {
                assert_eq!(leaked(&readings(&hider.query(&query).into())), None, "{query}");
            }
            let path = format!("/files/{written}/x");
            assert_eq!(leaked(&readings(&hider.path(&path).into())), None, "{path}");
        }
    }
}

#[test]
fn a_body_loses_its_secrets_before_it_is_cut() {
    let secrets = secrets();
    let hider = Hider::new(Arc::clone(&secrets), "own".into());
    for token in [ODD, PLAIN] {
        for written in writings(token) {
            // Cuts before the token, inside it, and after it.
            let back = [0, 1, 5, written.len() / 2, written.len() - 1, written.len(), written.len() + 1];
            for before in back.map(|back| slymock_engine::journal::BODY_MAX - back) {
                let text = format!("{}\"{written}\" and so on", "x ".repeat(before / 2));
                let body = secrets.body(text.as_bytes());
                assert!(body.cut && body.bytes.len() <= slymock_engine::journal::BODY_MAX);
                let shown = hider.body(&body.bytes, body.cut);
                assert_eq!(leaked(&readings(&shown)), None, "{written} {before}");
            }
        }
    }
}

#[test]
fn a_body_that_was_cut_elsewhere_does_not_end_with_a_part_of_a_token() {
    let hider = hider();
    for end in 8..PLAIN.len() {
        let text = format!("{{\"a\": \"{}", &PLAIN[..end]);
        assert_eq!(hider.body(text.as_bytes(), true), json!("{\"a\": \"[redacted]"));
    }
    assert_eq!(hider.body(b"\"my-own", true), json!("\"my-own"), "a few letters are not a secret");
}

#[test]
fn values_under_the_name_of_a_token_are_left_out_whole() {
    let hider = hider();
    let shown = |text: &str| hider.body(text.as_bytes(), false);
    for (text, wanted) in [
        (json!({"api_token": {"a": [1, 2]}, "b": 1}), json!({"api_token": "[redacted]", "b": 1})),
        (
            json!({"a": {"API_TOKEN": 5, "apiKey": null}}),
            json!({"a": {"API_TOKEN": "[redacted]", "apiKey": null}}),
        ),
        (json!([["x-api-key", "s"], ["id", "1"]]), json!([["x-api-key", "[redacted]"], ["id", "1"]])),
        (json!({"log": "api_token=abc&b=2"}), json!({"log": "api_token=[redacted]&b=2"})),
        (json!({"token_count": "3"}), json!({"token_count": "3"})),
    ] {
        assert_eq!(shown(&text.to_string()), wanted);
    }
    let nested = json!({"text": r#"{"api_token": "hidden", "b": 1}"#});
    assert_eq!(shown(&nested.to_string()), json!({"text": r#"{"api_token":"[redacted]","b":1}"#}));
    assert_eq!(shown(r#"{"api\u005ftoken": "s"}"#), json!({"api_token": "[redacted]"}));
    assert_eq!(shown(r#"{"api\u005ftoken": "s""#), json!(r#"{"api\u005ftoken": "[redacted]""#));
}

#[test]
fn a_short_token_is_hidden_as_a_whole_text_of_its_own_world() {
    let hider = hider();
    let shown = hider.body(br#"{"own": "own", "a": "my own", "b": ["own", 1]}"#, false);
    assert_eq!(shown, json!({"own": "[redacted]", "a": "my own", "b": ["[redacted]", 1]}));
    assert_eq!(
        (hider.query("a=own&own=1"), hider.path("/own/x")),
        ("a=[redacted]&own=1".to_owned(), "/[redacted]/x".to_owned())
    );
}

#[test]
fn what_is_no_secret_is_shown_as_it_came() {
    let hider = hider();
    for text in ["", "x=1&&y=%2F&x", "a=a%20b", "+&+=+"] {
        assert_eq!(hider.query(text), text);
    }
    for text in ["{\"a\": \"\\u0041\\\\ \\\" %41 QUJDREVGR0hJSktM\"", "no JSON", "%", "\\"] {
        assert_eq!(hider.body(text.as_bytes(), true), json!(text));
    }
    let value = json!({"a": [1.5, null, true, "x"], "base64": "QUJDREVGR0hJSktM", "b": {"id": 1}});
    assert_eq!(hider.body(value.to_string().as_bytes(), false), value);
}

#[test]
fn queries_are_shown_as_they_came_but_for_secrets() {
    for (query, shown) in [
        ("api_token=abc&x=a%20b", "api_token=[redacted]&x=a%20b"),
        ("API%5FTOKEN=abc", "API%5FTOKEN=[redacted]"),
        ("a=my-own%2Dtoken-0123456789&b=1", "a=[redacted]&b=1"),
        ("my-own-token-0123456789=1&my-own-token-0123456789", "[redacted]=1&[redacted]"),
        ("state=%7B%22api_token%22%3A%22abc%22%7D", "state=[redacted]"),
        ("next=%2Fx%3Fapi_token%3Dabc", "next=[redacted]"),
    ] {
        assert_eq!(hider().query(query), shown, "{query}");
    }
}

#[test]
fn base64_of_a_part_is_shown_without_the_token_in_it() {
    let part = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let body = json!([{"name": "file", "base64": part(&format!("key: {PLAIN}\n"))}]);
    let shown = hider().body(body.to_string().as_bytes(), false);
    assert_eq!(shown[0]["base64"], json!(part("key: [redacted]\n")));
}
