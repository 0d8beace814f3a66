//! The additions to a body and to headers, and that everything else stays unchanged.

use serde_json::{Value, json};
use slymock_engine::ids::{TeamId, UserId, WorkspaceId};

use super::*;

const CALLER: Caller = Caller { user: UserId(1), team: TeamId(2), workspace: WorkspaceId(3) };

/// The headers and the body that go on.
fn sent(headers: &[(HeaderName, &'static str)], query: Option<&str>, body: &str) -> (HeaderMap, String) {
    let mut map: HeaderMap =
        headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
    let body = complete(&mut map, query, Bytes::copy_from_slice(body.as_bytes()), &CALLER, "to\"ken");
    (map, String::from_utf8(body.to_vec()).unwrap())
}

const JSON: (HeaderName, &str) = (CONTENT_TYPE, "application/json");

fn body(text: &str) -> String {
    sent(&[JSON], None, text).1
}

#[test]
fn an_object_gets_what_it_lacks_and_keeps_its_text() {
    let about = r#""apiToken": "to\"ken", "userId": 1, "teamId": 2, "workspaceId": 3"#;
    let context = format!(r#""context": {{{about}}}"#);
    for (text, wanted) in [
        ("{}", format!(r#"{{"api_token": "to\"ken", {context}}}"#)),
        (" { \n} ", format!(" {{ \n\"api_token\": \"to\\\"ken\", {context}}} ")),
        (r#"{"context": {}}"#, format!(r#"{{"context": {{{about}}}, "api_token": "to\"ken"}}"#)),
        (
            r#"{"a":1e400,"a": 0.10,"context":{ "k" :2 } ,"b":"}{"}"#,
            format!(
                r#"{{"a":1e400,"a": 0.10,"context":{{ "k" :2 , {about}}} ,"b":"}}{{", "api_token": "to\"ken"}}"#
            ),
        ),
    ] {
        assert_eq!(body(text), wanted);
    }
}

#[test]
fn what_the_caller_gave_is_neither_changed_nor_hidden() {
    for (text, context, token) in [
        (
            json!({"api_token": "own"}),
            json!({"apiToken": "own", "userId": 1, "teamId": 2, "workspaceId": 3}),
            json!("own"),
        ),
        (
            json!({"context": {"apiToken": "own", "userId": 7}}),
            json!({"apiToken": "own", "userId": 7, "teamId": 2, "workspaceId": 3}),
            json!("own"),
        ),
        (
            json!({"api_token": null, "context": {"teamId": 8}}),
            json!({"apiToken": null, "teamId": 8, "userId": 1, "workspaceId": 3}),
            json!(null),
        ),
        (
            json!({"api_token": 1, "context": {"apiToken": 2}}),
            json!({"apiToken": 2, "userId": 1, "teamId": 2, "workspaceId": 3}),
            json!(1),
        ),
        (json!({"context": null}), json!(null), json!("to\"ken")),
        (json!({"context": [1]}), json!([1]), json!("to\"ken")),
        (
            json!({"state": {"userId": 5}}),
            json!({"apiToken": "to\"ken", "teamId": 2, "workspaceId": 3}),
            json!("to\"ken"),
        ),
    ] {
        let sent: Value = serde_json::from_str(&body(&text.to_string())).unwrap();
        assert_eq!((&sent["context"], &sent["api_token"]), (&context, &token), "{text}");
    }
    // Readers take the last of two members; so do we.
    let doubled = body(r#"{"context": {"userId": 5}, "context": {"teamId": 6}}"#);
    assert!(
        doubled.starts_with(r#"{"context": {"userId": 5}, "context": {"teamId": 6, "apiToken""#),
        "{doubled}"
    );
    assert_eq!(serde_json::from_str::<Value>(&doubled).unwrap()["context"]["userId"], 1);
}

#[test]
fn a_body_that_is_no_object_of_json_stays_as_it_is() {
    for text in ["", "[{}]", "{", "{\"a\": 1} x", "text", "\"{}\"", "{\"a\": nope}"] {
        assert_eq!(body(text), text);
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        assert_eq!(sent(&[(CONTENT_TYPE, kind)], None, "{}").1, "{}");
    }
    assert_eq!(sent(&[], None, "{}").1, "{}");
    assert_ne!(sent(&[(CONTENT_TYPE, "Application/JSON; charset=utf-8")], None, "{}").1, "{}");
}

#[test]
fn the_user_is_added_where_nobody_else_is_named() {
    let user = |headers: &[(HeaderName, &'static str)], query: Option<&str>, body: &str| {
        let (headers, body) = sent(headers, query, body);
        let header = headers.get(USER_HEADER).map(|user| user.to_str().unwrap().to_owned());
        let body: Value = serde_json::from_str(&body).unwrap_or_default();
        (header, body["context"]["userId"].as_u64())
    };
    let one = Some("1".to_owned());
    assert_eq!(user(&[], None, ""), (one.clone(), None));
    assert_eq!(user(&[JSON], Some("x=1"), "{}"), (one.clone(), Some(1)));
    assert_eq!(user(&[(REFERER, "http://x/y?z=1"), JSON], None, "{}"), (one, Some(1)));
    assert_eq!(user(&[(USER_HEADER, "7"), JSON], None, "{}"), (Some("7".to_owned()), None));
    assert_eq!(user(&[(COOKIE, "a=b"), JSON], None, "{}"), (None, None));
    assert_eq!(user(&[JSON], Some("a=b&userId=7"), "{}"), (None, None));
    assert_eq!(user(&[(REFERER, "http://x/y?userId=7"), JSON], None, "{}"), (None, None));
    assert_eq!(user(&[JSON], None, r#"{"context": {"userId": 7}}"#), (None, Some(7)));
    assert_eq!(user(&[JSON], None, r#"{"state": {"userId": 7}}"#), (None, None));
}
