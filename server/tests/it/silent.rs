//! Input that must not be accepted silently: invalid tokens and names, addresses that hide a path,
//! worlds that forward to a forbidden address, arrays instead of objects, times that no clock
//! reaches.

use serde_json::{Value, json};
use slymock_server::engine::clock::Mode;
use slymock_server::engine::snapshot::Fixture;
use slymock_server::{Config, DEFAULT_TOKEN, MockServer, Server, WorldsMode};

use crate::fake::{Answer, Fake, fake, parse};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// Asserts that a call is a 400 with this text, and has changed nothing.
#[track_caller]
fn refused(fake: &Fake, answer: &Answer, before: &Value, word: &str) {
    assert!(
        answer.status == 400 && text(answer).contains(word),
        "{word}: {} {}",
        answer.status,
        text(answer)
    );
    assert_eq!(&fake.world(), before);
}

#[test]
fn a_token_that_is_no_text_is_nobodys_on_every_route_and_makes_no_world() {
    let fake = Fake::start(Config { worlds: WorldsMode::OnDemand, ..Config::default() });
    let ask = |path: &str, keys: &[&[u8]]| {
        let mut request =
            format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n").into_bytes();
        for key in keys {
            request.extend_from_slice(b"x-api-key: ");
            request.extend_from_slice(key);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"Content-Length: 0\r\n\r\n");
        parse(&fake.raw(&request)).status
    };
    let paths =
        ["/public/api/v3/tasks.list", "/net/none/x", "/_slymock/reset", "/agent/GetGeneralEventsStream"];
    for path in paths {
        let bad: [&[&[u8]]; 5] =
            [&[b"\xff"], &[b"\xfe\xfd"], &[b"a\tb"], &["a\u{85}b".as_bytes()], &[b"one-token", b"another"]];
        for keys in bad {
            assert_eq!(ask(path, keys), 401, "{path} {keys:?}");
        }
    }
    assert_eq!(ask("/_slymock/reset", &[DEFAULT_TOKEN.as_bytes(); 2]), 200, "equal tokens count as one");
    assert_eq!(fake.control("GET", "worlds", "").json()["worlds"].as_array().unwrap().len(), 1);
    assert_eq!(ask("/_slymock/reset", &["a tökén".as_bytes()]), 200);
}

/// Forbidden forward addresses, and a part of the refusal.
const ADDRESSES: [(&str, &str); 7] = [
    ("http://127.0.0.1:8000?a=1", "not have a query"),
    ("http://127.0.0.1:8000/#top", "or a fragment"),
    ("http://10.0.0.1:8000", "--allow-forward"),
    ("http://127.0.0.1.evil/", "--allow-forward"),
    ("http://user@127.0.0.1/", "not have a user"),
    ("https://127.0.0.1/", "http://"),
    ("http://127.0.0.1:0/", "port"),
];

#[test]
fn an_address_to_forward_to_is_checked_by_whomever_it_is_given() {
    let fake = fake();
    let before = fake.world();
    for (to, word) in ADDRESSES {
        let app = json!({"forward_to": to});
        for path in ["app", "modules/81/app", "tasks/121230/app"] {
            refused(&fake, &fake.control("PUT", path, &app.to_string()), &before, word);
        }
        for fixture in [
            json!({"app": app}),
            json!({"modules": [{"id": 81, "app": app}]}),
            json!({"tasks": [{"id": 5, "app": app}]}),
        ] {
            refused(&fake, &fake.control("PUT", "world", &fixture.to_string()), &before, word);
            let made = fake.control("POST", "worlds", &json!({"fixture": fixture}).to_string());
            refused(&fake, &made, &before, word);
        }
    }
    assert_eq!(fake.control("GET", "worlds", "").json()["worlds"].as_array().unwrap().len(), 1);
}

#[test]
fn a_server_and_a_case_do_not_begin_with_a_foreign_address() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = |to: &str| Fixture::from_value(json!({"app": {"forward_to": to}})).unwrap();
    let begin = |to: &str, allowed: &[&str]| {
        let allow_forwards = allowed.iter().map(|name| (*name).to_owned()).collect();
        let config = Config { fixture: world(to).into(), allow_forwards, ..Config::default() };
        runtime.block_on(Server::bind(config)).map(drop).map_err(|error| error.to_string())
    };
    assert!(begin("http://app:80", &[]).unwrap_err().contains("--allow-forward"));
    assert!(begin("http://127.0.0.1:80?", &[]).unwrap_err().contains("not have a query"));
    assert_eq!(begin("http://app:80/base", &["app"]), Ok(()));
    let made = runtime.block_on(async {
        MockServer::start().await.make_world("case", world("http://app:80"), Mode::Auto).map(drop)
    });
    assert!(made.unwrap_err().to_string().contains("--allow-forward"));
}

#[test]
fn names_have_no_control_characters_in_calls_and_in_worlds() {
    let fake = fake();
    let before = fake.world();
    for name in ["a\0b", "a\nb", "\u{7f}", "a\u{85}"] {
        let word = if name.contains('\0') { "U+0000" } else { "control characters" };
        for (method, body) in [
            ("projects.editInfo", json!({"id": 13, "name": name})),
            ("tasks.run.app", json!({"moduleId": 81, "taskName": name})),
            (
                "tasks.files.bulk.add-by-hash",
                json!({"taskId": 121_230, "files": [{"name": name, "hash": "x"}]}),
            ),
        ] {
            refused(&fake, &fake.call(method, body.to_string().as_bytes()), &before, word);
        }
        for fixture in [
            json!({"projects": [{"id": 1, "name": name}]}),
            json!({"agents": [{"id": 1, "name": name}]}),
            json!({"teams": [{"id": 16087, "name": name}]}),
            json!({"files": [{"id": 1, "path": name}]}),
            json!({"modules": [{"id": 81, "files": {name: "x"}}]}),
            json!({"tasks": [{"id": 5, "files": [{"path": name, "hash": "x"}]}]}),
        ] {
            let word = if name.contains('\0') { "U+0000" } else { "" };
            refused(&fake, &fake.control("PUT", "world", &fixture.to_string()), &before, word);
        }
        let made = fake.control("POST", "worlds", &json!({"name": name}).to_string());
        refused(&fake, &made, &before, word);
        let stub = json!({"method": format!("images.{name}"), "reply": 1});
        refused(&fake, &fake.control("POST", "stubs", &stub.to_string()), &before, word);
    }
}

#[test]
fn no_text_has_the_character_nul() {
    let fake = fake();
    let before = fake.world();
    for (method, body) in [
        ("tasks.list", json!({"workspaceId": 23821, "unknown": "\0"})),
        ("tasks.run.app", json!({"moduleId": 81, "params": {"a": [{"b\0": 1}]}})),
        ("tasks.run.app", json!({"moduleId": 81, "description": "a\0"})),
    ] {
        refused(&fake, &fake.call(method, body.to_string().as_bytes()), &before, "U+0000");
    }
    let key = [("x-api-key", DEFAULT_TOKEN)];
    let asked = fake.send("GET", "/public/api/v3/tasks.info?id=121230&x=%00", &key, b"");
    refused(&fake, &asked, &before, "U+0000");
    for (path, body) in [
        ("app", json!({"replies": {"a": "\0"}})),
        ("world", json!({"tasks": [{"id": 1, "logs": [{"message": "\0"}]}]})),
    ] {
        refused(&fake, &fake.control("PUT", path, &body.to_string()), &before, "U+0000");
    }
    let parts = [
        "name=\"a\0\"\r\n\r\nx",
        "name=\"a\"; filename=\"b\0\"\r\n\r\nx",
        "name=\"0\"\r\n\r\n{\"fullpath\": \"/a\\u0000\", \"hash\": \"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=\"}\r\n--x\r\nContent-Disposition: form-data; name=\"0-file\"\r\n\r\nhello",
    ];
    for part in parts {
        let body = format!("--x\r\nContent-Disposition: form-data; {part}\r\n--x--\r\n");
        let headers = [key[0], ("x-task-id", "121230"), ("Content-Type", "multipart/form-data; boundary=x")];
        let answer = fake.send("POST", "/public/api/v3/tasks.files.bulk.upload", &headers, body.as_bytes());
        refused(&fake, &answer, &before, "");
    }
}

#[test]
fn an_array_is_no_object() {
    let fake = fake();
    let before = fake.world();
    for fixture in [
        json!([]),
        json!({"app": []}),
        json!({"clock": ["manual"]}),
        json!({"limits": []}),
        json!({"teams": [[16087, "team"]]}),
        json!({"tasks": [[5]]}),
        json!({"tasks": [{"id": 5, "files": [["/a", "x"]]}]}),
        json!({"modules": [{"id": 81, "files": {"a": ["LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="]}}]}),
        json!({"app": {"answers": {"a": [[1]]}}}),
        json!({"faults": [[1, {}, {"status": 500}]]}),
        json!({"lifecycle": {"stages": [["finished"]]}}),
    ] {
        refused(&fake, &fake.control("PUT", "world", &fixture.to_string()), &before, "");
    }
    for (verb, path, body) in [
        ("PUT", "app", json!([])),
        ("PUT", "app", json!({"answers": {"a": [[1]]}})),
        ("POST", "faults", json!({"on": [], "do": {"status": 500}})),
        ("POST", "faults", json!({"do": [500]})),
        ("POST", "tasks", json!({"workspaceId": 23821, "lifecycle": {"stages": [["finished"]]}})),
    ] {
        refused(&fake, &fake.control(verb, path, &body.to_string()), &before, "");
    }
    let filter = json!({"workspaceId": 23821, "filter": [["id", "=", 121_230]]});
    refused(&fake, &fake.call("tasks.list", filter.to_string().as_bytes()), &before, "");
}

#[test]
fn a_moment_that_no_clock_reaches_is_refused_as_such() {
    let fake = fake();
    let before = fake.world();
    for moment in ["9999-12-31T00:00:00Z", "1969-12-31T23:59:59Z"] {
        for (verb, path, body) in [
            ("POST", "clock", json!({"to": moment})),
            ("PUT", "world", json!({"clock": {"now": moment}})),
            ("PUT", "world", json!({"teams": [{"id": 16087, "createdAt": moment}]})),
        ] {
            let answer = fake.control(verb, path, &body.to_string());
            refused(&fake, &answer, &before, "from 1970-01-01T00:00:00Z to 9999-12-30T00:00:00.000Z");
        }
    }
    refused(&fake, &fake.control("POST", "clock", r#"{"to": "soon"}"#), &before, "RFC 3339");
    assert_eq!(fake.control("POST", "clock", r#"{"to": "9999-12-29T23:59:59Z"}"#).status, 200);
    let before = fake.world();
    refused(&fake, &fake.control("POST", "clock", r#"{"advance_ms": 1001}"#), &before, "9999-12-30");
    assert_eq!(
        fake.control("POST", "clock", r#"{"advance_ms": 1000}"#).json()["now"],
        "9999-12-30T00:00:00.000Z"
    );
}
