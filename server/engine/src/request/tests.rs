use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::*;
use crate::refusal::{Refusal, Violation};

const FIELDS: &[Field] = &[
    Field::required("id", Kind::Id, "The id."),
    Field::optional("page", Kind::Int { min: 1 }, "The page."),
    Field::optional("name", Kind::Text { max: 5 }, "The name."),
    Field::optional("deep", Kind::Flag, "Whether it is deep."),
    Field::optional("sort", Kind::Choice(&["id", "type"]), "The order."),
    Field::optional(
        "filter",
        Kind::List(&Kind::Object(&[Field::required("field", TEXT, "A field.")])),
        "Filters.",
    ),
];

fn json_input(value: &Value) -> Input {
    Input::Json(value.to_string().into_bytes().into(), Vec::new())
}

fn messages(value: &Value, strict: bool) -> Vec<String> {
    match shape_input(json_input(value), Shape::Object(FIELDS), strict) {
        Err(Refusal::Validation(violations)) => violations.map(|violation| violation.message).into_texts(),
        other => vec![format!("{other:?}")],
    }
}

#[test]
fn all_violations_are_reported_at_once() {
    let bad = json!({"page": 0, "name": "too long", "deep": 1, "sort": "name", "filter": [{}, 5]});
    assert_eq!(
        messages(&bad, false),
        [
            "\"id\" is required",
            "\"page\" must be greater than or equal to 1",
            "\"name\" length must be less than or equal to 5 characters long",
            "\"deep\" must be a boolean",
            "\"sort\" must be one of [id, type]",
            "\"filter[0].field\" is required",
            "\"filter[1]\" must be of type object",
        ]
    );
}

/// A field is found in one of three ways: by a linear search, by hashing, or by a bit for each of the
/// first 64.
#[test]
fn fields_are_found_however_many_there_are() {
    let name = |number: usize| -> &'static str { String::leak(format!("f{number}")) };
    let aliases: &'static [&'static str] = Vec::leak(vec!["other"]);
    let field = |number| Field::optional(name(number), Kind::Flag, "A flag.");
    let mut fields: Vec<Field> = (0..70).map(field).collect();
    fields[69] = fields[69].also(aliases);
    let fields: &'static [Field] = Vec::leak(fields);
    let told = |value: &Value| match shape_input(json_input(value), Shape::Object(fields), true) {
        Err(Refusal::Validation(violations)) => violations.map(|violation| violation.message).into_texts(),
        Ok((Payload::Value(value), _)) => vec![value.to_string()],
        other => vec![format!("{other:?}")],
    };
    for few in [1, 16, 17, 63] {
        let mut value: Map<String, Value> =
            (0..few).map(|number| (name(number).into(), true.into())).collect();
        for wrong in ["f63", "f64", "f68", "other"] {
            value.insert(wrong.into(), 5.into());
        }
        let flag = |name: &str| format!("\"{name}\" must be a boolean");
        assert_eq!(told(&value.clone().into()), ["f63", "f64", "f68", "other"].map(flag), "{few}");
        value.retain(|_, flag| flag.is_boolean());
        value.insert("other".into(), true.into());
        let mut moved = value.clone();
        moved.shift_remove("other");
        moved.insert("f69".into(), true.into());
        assert_eq!(
            told(&value.clone().into()),
            [Value::from(moved).to_string()],
            "the value of an alias moves to the name of its field"
        );
        value.insert("f70".into(), true.into());
        assert_eq!(told(&value.into()), ["\"f70\" is not allowed, did you mean f7?"], "{few}");
    }
}

#[test]
fn a_violation_has_the_form_of_joi() {
    let refused = shape_input(json_input(&json!({})), Shape::Object(FIELDS), false).unwrap_err();
    let Refusal::Validation(violations) = refused else { panic!("{refused}") };
    assert_eq!(
        serde_json::to_value(&violations.first()[0]).unwrap(),
        json!({"message": "\"id\" is required", "path": ["id"], "type": "any.required",
               "context": {"key": "id", "label": "id"}})
    );
}

#[test]
fn texts_become_numbers_and_booleans_with_a_warning() {
    let (payload, warnings) =
        shape_input(json_input(&json!({"id": "7", "deep": "true"})), Shape::Object(FIELDS), false).unwrap();
    let Payload::Value(value) = payload else { panic!() };
    assert_eq!(value, json!({"id": 7, "deep": true}));
    assert_eq!(
        warnings.into_texts(),
        ["\"id\" came as text and was taken as a number", "\"deep\" came as text and was taken as a boolean"]
    );
}

#[test]
fn integers_are_safe_whole_and_not_below_the_least() {
    for (id, word) in [
        (json!(1.5), "integer"),
        (json!(0), "greater"),
        (json!(-3), "greater"),
        (json!(9_007_199_254_740_992_u64), "safe"),
        (json!(1e300), "safe"),
        (json!(null), "number"),
        (json!([1]), "number"),
        (json!("7a"), "number"),
    ] {
        let found = messages(&json!({ "id": id }), false);
        assert!(found[0].contains(word), "{id}: {found:?}");
    }
    assert!(messages(&json!({"id": 7.0}), false)[0].starts_with("Ok"));
}

#[test]
fn an_unknown_field_is_a_warning_with_the_closest_one_and_strict_refuses_it() {
    let typo = json!({"id": 1, "paeg": 2});
    let (_, warnings) = shape_input(json_input(&typo), Shape::Object(FIELDS), false).unwrap();
    assert_eq!(warnings.into_texts(), ["\"paeg\" is an unknown field, did you mean page?"]);
    assert_eq!(messages(&typo, true), ["\"paeg\" is not allowed, did you mean page?"]);
}

#[test]
fn a_query_says_the_same_as_a_body() {
    let pairs = [("id", "7"), ("deep", "false"), ("filter", "[{\"field\":\"id\"}]")];
    let query = pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
    let (payload, warnings) = shape_input(Input::Query(query), Shape::Object(FIELDS), false).unwrap();
    let Payload::Value(value) = payload else { panic!() };
    assert_eq!(value, json!({"id": 7, "deep": false, "filter": [{"field": "id"}]}));
    assert!(warnings.is_empty());
}

#[test]
fn repeated_keys_of_a_query_are_an_array() {
    let pairs = [("h", "a"), ("h", "b"), ("h[]", "c"), ("other", "d")];
    let query = pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
    let (payload, _) = shape_input(Input::Query(query), Shape::Texts("h"), false).unwrap();
    let Payload::Value(value) = payload else { panic!() };
    assert_eq!(value, json!(["a", "b", "c"]));
}

#[test]
fn bodies_that_are_not_json_are_refused() {
    for body in [&b"{"[..], b"", b"\xff\xfe{}", b"{} {}"] {
        let input = Input::Json(Bytes::copy_from_slice(body), Vec::new());
        let refused = shape_input(input, Shape::Object(FIELDS), false).unwrap_err();
        assert!(matches!(refused, Refusal::BadJson { .. }), "{refused}");
    }
    let nested = "[".repeat(100_000);
    let input = Input::Json(nested.into(), Vec::new());
    assert!(matches!(shape_input(input, Shape::Object(FIELDS), false), Err(Refusal::BadJson { .. })));
    assert_eq!(messages(&json!([1]), false), ["\"value\" must be of type object"]);
}

const FORM: Shape = Shape::Form(FIELDS, "archive");

fn part(name: &str, content: &[u8]) -> Part {
    Part { name: name.to_owned(), file_name: None, content: Bytes::copy_from_slice(content) }
}

#[test]
fn a_form_has_typed_fields_and_a_file_of_any_bytes() {
    let parts = vec![part("archive", b"\xff\x00"), part("id", b"7"), part("name", b"[1]")];
    let (payload, warnings) = shape_input(Input::Parts(parts), FORM, false).unwrap();
    assert_eq!(payload.integer("id"), Some(7));
    let Payload::Form(form) = payload else { panic!() };
    let (value, file) = *form;
    assert_eq!(value, json!({"id": 7, "name": "[1]"}));
    assert_eq!(&file.content[..], b"\xff\x00");
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn what_is_wrong_with_a_form_is_reported_at_once() {
    let refused = |parts: Vec<Part>, strict: bool| match shape_input(Input::Parts(parts), FORM, strict) {
        Err(Refusal::Validation(found)) => found.map(|violation| violation.message).into_texts(),
        other => vec![format!("{other:?}")],
    };
    let parts = vec![part("id", b"seven"), part("name", b"n")];
    assert_eq!(refused(parts, false), ["\"id\" must be a number", "\"archive\" is required"]);
    let not_text = vec![part("id", b"\xff"), part("archive", b"")];
    assert_eq!(refused(not_text, false), ["\"id\" must be a number"]);
    let typo = vec![part("id", b"7"), part("nmae", b"x"), part("archive", b"")];
    assert_eq!(refused(typo.clone(), true), ["\"nmae\" is not allowed, did you mean name?"]);
    let (_, warnings) = shape_input(Input::Parts(typo), FORM, false).unwrap();
    assert_eq!(warnings.into_texts(), ["\"nmae\" is an unknown field, did you mean name?"]);
    assert_eq!(refused(vec![], false), ["\"id\" is required", "\"archive\" is required"]);
    let json = shape_input(json_input(&json!({"id": 7})), FORM, false).unwrap_err();
    assert!(json.to_string().contains("multipart"), "{json}");
}

#[test]
fn an_integer_is_found_at_a_path() {
    let payload = Payload::Value(json!({"node": {"id": 7}, "id": "x"}));
    assert_eq!(payload.integer("node.id"), Some(7));
    assert_eq!((payload.integer("id"), payload.integer("node.other.id")), (None, None));
}

/// The value of a field with aliases, taken from an object, or its violation.
fn aliased(value: &Value, need: Need) -> Result<Value, Vec<String>> {
    const TEAM: Field = Field::required("teamId", Kind::Id, "The team.").also(&["groupId", "place"]);
    const FREE: Field = Field::optional("teamId", Kind::Id, "The team.").also(&["groupId", "place"]);
    let shape = if need == Need::Required { Shape::Object(&[TEAM]) } else { Shape::Object(&[FREE]) };
    match shape_input(json_input(value), shape, true) {
        Ok((Payload::Value(value), warnings)) => Ok(json!([value.get("teamId"), warnings.into_texts()])),
        Err(Refusal::Validation(wrong)) => Err(wrong.map(|wrong| wrong.message).into_texts()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_field_is_taken_under_each_of_its_names_without_a_warning() {
    for need in [Need::Required, Need::Optional] {
        for body in [
            json!({"teamId": 7}),
            json!({"groupId": 7}),
            json!({"place": 7}),
            json!({"teamId": 7, "groupId": 7.0, "place": null}),
            json!({"teamId": null, "place": 7}),
        ] {
            assert_eq!(aliased(&body, need), Ok(json!([7, []])), "{body}");
        }
    }
    assert_eq!(aliased(&json!({"groupId": null}), Need::Optional), Ok(json!([null, []])));
}

#[test]
fn a_violation_has_the_name_that_was_sent_and_names_that_differ_conflict() {
    for (body, wrong) in [
        (json!({"groupId": null}), "\"teamId\" is required"),
        (json!({"groupId": "x"}), "\"groupId\" must be a number"),
        (
            json!({"teamId": 7, "place": 8}),
            "\"place\" conflicts with \"teamId\", of which it is another name",
        ),
        (
            json!({"groupId": 7, "place": 8}),
            "\"place\" conflicts with \"teamId\", of which it is another name",
        ),
        (json!({"teamId": 7, "groupid": 7}), "\"groupid\" is not allowed, did you mean groupId?"),
    ] {
        assert_eq!(aliased(&body, Need::Required), Err(vec![wrong.to_owned()]), "{body}");
    }
}

#[test]
fn many_faults_are_told_by_the_first_and_their_number() {
    let many: Map<String, Value> = (0..1_000).map(|key| (format!("k{key}"), Value::Null)).collect();
    let mut object = many.clone();
    object.insert("id".to_owned(), json!("x"));
    let found = messages(&Value::Object(object), true);
    assert_eq!((found.len(), &*found[0], &*found[20]), (21, "\"id\" must be a number", "and 981 more"));
    let deep = json!({"id": 1, "filter": [many]});
    let found = messages(&deep, true);
    assert_eq!((&*found[0], &*found[20]), ("\"filter[0].field\" is required", "and 981 more"));
    let mut warned = json!({"id": 1});
    warned.as_object_mut().unwrap().extend((0..30).map(|key| (format!("k{key}"), Value::Null)));
    let (_, warnings) = shape_input(json_input(&warned), Shape::Object(FIELDS), false).unwrap();
    assert_eq!((warnings.first().len(), warnings.more()), (20, 10));
}

#[test]
fn a_long_name_or_value_makes_no_long_message() {
    let long = "x".repeat(100_000);
    let bad = json!({"id": 1, long.clone(): 1, "filter": [{"field": 1, long: 1}]});
    for message in messages(&bad, true) {
        assert!(message.len() < 100, "{} bytes: {}", message.len(), &message[..100]);
    }
    let violation = Violation::new(&[], "any.invalid", &"é".repeat(10_000));
    assert!(violation.message.chars().count() < 2_100 && violation.message.ends_with('…'));
}

#[test]
fn a_refused_request_tells_its_task_whatever_else_is_in_it() {
    let zeros = format!("{{\"deep\": [{}0], \"node\": {{\"id\": 7}}, \"id\": 8}}", "0,".repeat(1 << 20));
    assert_eq!(integer_in(zeros.as_bytes(), "id"), Some(8));
    assert_eq!(integer_in(zeros.as_bytes(), "node.id"), Some(7));
    assert_eq!(integer_in(b"{\"id\": 8", "id"), None);
}
