//! Random calls of wire methods and of the control API, the same in each run.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{TestRng, TestRunner};
use serde_json::{Value, json};

use crate::tenant::Tenant;

const FIRST: u64 = 121_230;

fn task() -> impl Strategy<Value = u64> {
    FIRST..FIRST + 4
}

fn preset() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["quick", "flaky", "realistic", "never-ends", "fails"])
}

/// A call and its body: verb and path of the control API or of a session's address (with the task's
/// id instead of the token), or the name of a wire method.
fn call() -> impl Strategy<Value = (String, Value)> {
    let act = prop::sample::select(vec![
        json!({"status": 503}),
        json!({"commit_then_drop": true}),
        json!({"reset": true}),
        json!({"delay_ms": 100}),
        json!({"total_off_by": 1}),
    ]);
    let on = prop::sample::select(vec![
        json!({"nth": [1, 3]}),
        json!({"method": "tasks.info", "probability": 0.5}),
        json!({"method": "tasks.list", "every": 2}),
        json!({"first": 2, "until_ms": 500}),
    ]);
    let wire = |method: &str, body: Value| (method.to_owned(), body);
    let app = || {
        let answers =
            json!([{"reply": 1, "times": 2}, {"reply": 2, "status": 500, "delay_ms": 50}, {"reply": 3}]);
        prop::sample::select(vec![
            json!({"answers": {"get": answers}}),
            json!({"replies": {"get": [4]}}),
            json!({}),
        ])
    };
    prop_oneof![
        3 => preset().prop_map(move |name| wire("tasks.run.app", json!({"moduleId": 81, "params": {"slymock": name}}))),
        6 => task().prop_map(move |id| wire("tasks.info", json!({"id": id}))),
        2 => task().prop_map(move |id| wire("tasks.stop", json!({"id": id}))),
        2 => Just(wire("tasks.list", json!({"workspaceId": 23821, "per_page": 2}))),
        2 => task().prop_map(move |id| wire("tasks.request.direct", json!({"taskId": id, "command": "get"}))),
        1 => task().prop_map(move |id| wire("tasks.request.direct", json!({"taskId": id, "command": "sly/shutdown"}))),
        1 => task().prop_map(move |id| wire("tasks.log.download", json!({"id": id}))),
        1 => (task(), app()).prop_map(|(id, app)| (format!("PUT tasks/{id}/app"), app)),
        1 => (prop::sample::select(vec![81, 5]), app()).prop_map(|(id, app)| (format!("PUT modules/{id}/app"), app)),
        1 => app().prop_map(move |app| wire("PUT app", app)),
        1 => Just(wire("images.list", json!({"odd": 1}))),
        1 => task().prop_map(move |id| wire("tasks.data.set", json!({"taskId": id, "fields": [{"field": "a.b", "payload": 1}]}))),
        2 => (0_u64..2_000).prop_map(move |ms| wire("POST clock", json!({"advance_ms": ms}))),
        1 => Just(wire("POST clock", json!({"to": "next"}))),
        2 => (on, act).prop_map(move |(on, act)| wire("POST faults", json!({"on": on, "do": act}))),
        1 => (1_u64..4).prop_map(move |id| wire("DELETE faults", json!({"id": id}))),
        1 => Just(wire("POST stubs", json!({"method": "images.list", "reply": [1]}))),
        1 => task().prop_map(move |id| (format!("POST tasks/{id}/step"), Value::Null)),
        3 => task().prop_map(move |id| (format!("PATCH tasks/{id}"), json!({"status": "started"}))),
        6 => (task(), visit()).prop_map(move |(id, visit)| wire(&visit.replace("{id}", &id.to_string()), json!({"odd": [id]}))),
        1 => task().prop_map(move |id| wire(&format!("PUT tasks/{id}/app"), json!({"replies": {"a b/\u{e4}": id}}))),
        1 => preset().prop_map(move |name| wire("POST tasks", json!({"workspaceId": 23821, "lifecycle": name}))),
    ]
}

/// A visit with its decoded path.
fn visit() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "POST /net/{id}/is_ready",
        "GET /net/{id}/is_running/?x=%20&x",
        "PUT /net/{id}/a b/\u{e4}?y=1%2F",
        "DELETE /net/{id}/",
    ])
}

/// The path of a visit on the wire: encoded, with the session's token.
fn address(tenant: &Tenant<'_>, path: &str) -> String {
    let (id, rest) = path.strip_prefix("/net/").and_then(|path| path.split_once('/')).unwrap();
    let (path, query) =
        rest.split_once('?').map_or((rest, String::new()), |(path, query)| (path, format!("?{query}")));
    let encoded: String = path
        .bytes()
        .map(|byte| {
            if b" %".contains(&byte) || !byte.is_ascii() {
                format!("%{byte:02X}")
            } else {
                char::from(byte).to_string()
            }
        })
        .collect();
    let id: u64 = id.parse().unwrap_or_default();
    let world = tenant.get("world");
    let task = world["tasks"].as_array().unwrap().iter().find(|task| task["id"] == id);
    let token = task.and_then(|task| task["meta"]["sessionToken"].as_str()).unwrap_or("none");
    format!("/net/{token}/{encoded}{query}")
}

/// Sends a call. Returns the bytes received; none if the connection was closed.
pub(crate) fn send(tenant: &Tenant<'_>, (what, body): &(String, Value)) -> Vec<u8> {
    let (path, verb, body) = match what.split_once(' ') {
        Some((verb, path)) if path.starts_with("/net/") => (address(tenant, path), verb, body),
        Some((verb, path)) => (format!("/_slymock/{path}"), verb, body),
        None => (format!("/public/api/v3/{what}"), "POST", body),
    };
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let address = tenant.fake.address;
    let request = format!(
        "{verb} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nx-api-key: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        tenant.token,
        body.len()
    );
    tenant.fake.raw(request.as_bytes())
}

/// Random calls from a fixed seed.
pub(crate) fn histories() -> Vec<Vec<(String, Value)>> {
    let mut runner = TestRunner::new_with_rng(
        ProptestConfig::default(),
        TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    );
    let history = prop::collection::vec(call(), 30..60);
    (0..12).map(|_| history.new_tree(&mut runner).unwrap().current()).collect()
}
