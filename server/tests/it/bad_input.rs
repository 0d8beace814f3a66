//! Bad input: a clear 4xx in Supervisely's form, never a 5xx except the documented 501, and an
//! unchanged world.

use serde_json::{Value, json};
use slymock_server::engine::methods::{METHODS, Row};
use slymock_server::engine::request::{Kind, Shape};
use slymock_server::{Config, DEFAULT_TOKEN};

use crate::fake::{Fake, fake};

/// Sends bad calls and checks status, form, and that the world has not changed.
fn refused(fake: &Fake, method: &str, body: &[u8], status: u16, word: &str) {
    let before = fake.world();
    let answer = fake.call(method, body);
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, status, "{method} {text}");
    assert!(text.contains(word), "{method}: {word} is not in {text}");
    let json = answer.json();
    assert!(json["error"].is_string() && json.get("details").is_some(), "{text}");
    assert_eq!(fake.world(), before, "{method}: {text}");
}

/// An object whose fields have other kinds than the method's.
fn wrong(row: &Row) -> Value {
    let value = |kind: &Kind| match kind {
        Kind::Id | Kind::Int { .. } | Kind::Number { .. } | Kind::Moment => json!("x"),
        Kind::Any | Kind::Raw => Value::Null,
        _ => json!(1),
    };
    let fields = row.shape.fields().iter();
    Value::Object(fields.map(|field| (field.name.to_owned(), value(&field.kind))).collect())
}

/// Methods that accept any object, in which nothing can be wrong.
const NOTHING_NEEDED: &[&str] = &["users.me"];

#[test]
fn every_method_refuses_rubbish() {
    let fake = fake();
    for row in METHODS.iter().filter(|row| !row.open) {
        for (body, word) in [
            (&b"{"[..], "Bad JSON"),
            (b"\xff\xfe", "UTF-8"),
            (b"5", "must be"),
            (b"null", "must be"),
            (wrong(row).to_string().as_bytes(), "must"),
        ] {
            // A multipart method refuses all of these because they are JSON.
            let takes_parts = matches!(row.shape, Shape::Parts | Shape::Form(..));
            let word = if takes_parts { "multipart" } else { word };
            let word = if row.name == "ecosystem.info" && word == "must" { "id" } else { word };
            if word == "must" && NOTHING_NEEDED.contains(&row.name) {
                continue;
            }
            refused(&fake, row.name, body, 400, word);
        }
    }
}

#[test]
fn a_method_that_is_not_modelled_is_a_404_that_names_its_area_and_shows_a_stub() {
    let fake = fake();
    refused(&fake, "tasks.lst", b"{}", 404, "did you mean tasks.list?");
    let answer = fake.call("images.list", b"{\"datasetId\": 1}");
    let body = answer.json();
    assert_eq!((answer.status, &body["error"]), (404, &json!("Method not found")));
    let details = &body["details"];
    assert_eq!([&details["method"], &details["area"]], [&json!("images.list"), &json!("images")]);
    assert_eq!(details["closest"], Value::Null);
    let message = details["message"].as_str().unwrap();
    assert!(message.starts_with("The method images.list of the area images is not modelled by slymock."));
    // The call in the message can be sent as it is, and sets a reply.
    let (_, stub) = message.split_once("POST /_slymock/stubs ").unwrap();
    assert_eq!(fake.control("POST", "stubs", stub).status, 200, "{stub}");
    assert_eq!(fake.call("images.list", b"{\"datasetId\": 1}").json(), json!({}));
}

#[test]
fn all_violations_come_at_once_in_the_form_of_joi() {
    let answer = fake().call(
        "tasks.list",
        br#"{"page": 0, "per_page": -5, "filter": [{"field": "size", "operator": "~"}]}"#,
    );
    let body = answer.json();
    assert_eq!((answer.status, &body["error"]), (400, &json!("Validation error")));
    let paths: Vec<_> =
        body["details"].as_array().unwrap().iter().map(|detail| detail["path"].clone()).collect();
    let expected = [
        json!(["workspaceId"]),
        json!(["filter", 0, "field"]),
        json!(["filter", 0, "operator"]),
        json!(["filter", 0, "value"]),
        json!(["page"]),
        json!(["per_page"]),
    ];
    assert_eq!(paths, expected);
    assert_eq!(body["details"][0]["type"], "any.required");
}

#[test]
fn a_missing_or_wrong_token_is_refused_and_journalled_by_the_server() {
    let fake = fake();
    let json_type = ("Content-Type", "application/json");
    let path = "/public/api/v3/tasks.info";
    let none = fake.send("POST", path, &[json_type], b"{\"id\":121230}");
    assert_eq!(
        (none.status, &none.json()["details"][0]["message"]),
        (400, &json!("\"x-api-key\" is required"))
    );
    let odd = fake.send("POST", path, &[json_type, ("x-api-key", "\u{e4}")], b"{}");
    assert_eq!(odd.status, 401, "a key that is not UTF-8 is wrong");
    let wrong = fake.send("POST", path, &[json_type, ("x-api-key", "wrong")], b"{}");
    assert_eq!((wrong.status, wrong.json()), (401, json!({"error": "Unauthorized", "details": null})));
    let journal = fake.control("GET", "journal?scope=server", "").json();
    assert_eq!(journal["counts"], json!({"tasks.info": 3}));
    assert!(!journal.to_string().contains("wrong"), "tokens are never journalled");
    let version = fake.send("POST", "/public/api/v3/instance.version", &[json_type], b"{}");
    assert_eq!((version.status, version.json()), (200, json!({"version": "6.20.0"})));
}

#[test]
fn get_with_a_query_says_the_same_as_post_with_json() {
    let fake = fake();
    let key = [("x-api-key", DEFAULT_TOKEN)];
    let get = |query: &str| fake.send("GET", &format!("/public/api/v3/{query}"), &key, b"");
    assert_eq!(get("tasks.info?id=121230").body, fake.call("tasks.info", b"{\"id\": 121230}").body);
    let filter = "%5B%7B%22field%22%3A%22id%22%2C%22operator%22%3A%22%3D%22%2C%22value%22%3A1%7D%5D";
    assert_eq!(get(&format!("tasks.list?workspaceId=23821&filter={filter}")).json()["total"], 0);
    assert_eq!(get("tasks.log.download?id=121230&limit=5").json(), json!([]));
    assert_eq!(get("images.internal.hashes.list?hashes=a&hashes=b").json(), json!([]));
    assert_eq!(get("tasks.stop?id=5").status, 404);
    let put = fake.send("PUT", "/v3/projects.info?id=1951", &key, b"");
    assert_eq!((put.status, &put.json()["name"]), (200, &json!("fruits_annotated")));
    let untyped = fake.send("POST", "/public/api/v3/tasks.info", &key, b"{\"id\": 121230}");
    assert_eq!(untyped.status, 400, "a body counts only if its content type is JSON");
}

#[test]
fn paths_that_lead_nowhere_are_404_and_root_leads_to_itself() {
    let fake = fake();
    for path in ["/nowhere", "/public/api/v2/x", "//", "/_slymock/", "/_slymock/nothing", "/public/api/v3"] {
        assert_eq!(fake.send("GET", path, &[], b"").status, 404, "{path}");
    }
    let root = fake.send("GET", "/", &[], b"");
    assert_eq!(root.status, 200);
    assert!(
        root.head.to_lowercase().contains("location: /\r\n")
            || root.head.to_lowercase().ends_with("location: /")
    );
}

fn upload(fake: &Fake, content_type: &str, body: &[u8]) -> (u16, String) {
    let headers = [("x-api-key", DEFAULT_TOKEN), ("Content-Type", content_type), ("x-task-id", "121230")];
    let before = fake.world();
    let answer = fake.send("POST", "/public/api/v3/tasks.files.bulk.upload", &headers, body);
    assert_eq!(fake.world(), before);
    (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
}

#[test]
fn broken_multipart_is_refused() {
    let fake = fake();
    let bounded = "multipart/form-data; boundary=b";
    let label = r#"{"fullpath": "/a", "hash": "x"}"#;
    let part = |name: &str, text: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    for (content_type, body, word) in [
        ("multipart/form-data", String::new(), "boundary"),
        (bounded, String::new(), "multipart"),
        (bounded, "--b--\r\n".to_owned(), "at least one part"),
        (bounded, "nonsense".to_owned(), "multipart"),
        (bounded, part("0", label), "multipart"),
        (bounded, format!("{}--b--\r\n", part("0", label)), "0-file"),
        (bounded, format!("{}{}--b--\r\n", part("0", label), part("0-file", "y")), "has the hash"),
        (bounded, format!("{}--b--\r\n", part("0", "\u{fffd}")), "must be JSON"),
    ] {
        let (status, text) = upload(&fake, content_type, body.as_bytes());
        assert_eq!(status, 400, "{text}");
        assert!(text.contains(word), "{word}: {text}");
    }
    let (status, _) = upload(&fake, bounded, &[b"--b\r\n", &[0xff; 100][..]].concat());
    assert_eq!(status, 400);
}

#[test]
fn unknown_fields_are_warned_of_and_strict_refuses_them() {
    let lenient = fake();
    assert_eq!(lenient.call("tasks.info", br#"{"id": "121230", "idd": 1}"#).status, 200);
    let entry = lenient.control("GET", "journal?method=tasks.info", "").json()["entries"][0].clone();
    assert_eq!(
        entry["warnings"],
        json!([
            "\"id\" came as text and was taken as a number",
            "\"idd\" is an unknown field, did you mean id?"
        ])
    );
    let strict = Fake::start(Config { strict: true, ..Config::default() });
    let answer = strict.call("tasks.info", br#"{"id": 121230, "idd": 1}"#);
    let detail = answer.json()["details"][0].clone();
    assert_eq!((answer.status, &detail["type"]), (400, &json!("object.unknown")));
    assert_eq!(detail["message"], "\"idd\" is not allowed, did you mean id?");
}
