//! A journal replayed in sequence order into a fresh world of the same seed gives the same world and the same
//! journal; two runs give the same bytes.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{TestRng, TestRunner};
use serde_json::{Value, json};

use crate::fake::fake;
use crate::tenant::Tenant;

const FIRST: u64 = 121_230;

fn task() -> impl Strategy<Value = u64> {
    FIRST..FIRST + 4
}

fn preset() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["quick", "flaky", "realistic", "never-ends", "fails"])
}

/// A call: verb and path of the control API, of a session's address with its task's id in the place of its token, or
/// the name of a wire method; and its body.
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
    prop_oneof![
        3 => preset().prop_map(move |name| wire("tasks.run.app", json!({"moduleId": 81, "params": {"slymock": name}}))),
        6 => task().prop_map(move |id| wire("tasks.info", json!({"id": id}))),
        2 => task().prop_map(move |id| wire("tasks.stop", json!({"id": id}))),
        2 => Just(wire("tasks.list", json!({"workspaceId": 23821, "per_page": 2}))),
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

/// A visit, its path as text.
fn visit() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "POST /net/{id}/is_ready",
        "GET /net/{id}/is_running/?x=%20&x",
        "PUT /net/{id}/a b/\u{e4}?y=1%2F",
        "DELETE /net/{id}/",
    ])
}

/// The path of a visit as it is sent: with the token of the task's session, and encoded.
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

/// Sends a call; the bytes that came, none where the connection ended.
fn send(tenant: &Tenant<'_>, (what, body): &(String, Value)) -> Vec<u8> {
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

/// The call that an entry of the journal tells of.
fn told(entry: &Value) -> (String, Value) {
    let method = entry["method"].as_str().unwrap();
    let what = method.strip_prefix("_slymock/").unwrap_or(method);
    let body = if entry["body"] == json!([]) { Value::Null } else { entry["body"].clone() };
    if method == "net" {
        let text = |key: &str| entry[key].as_str().unwrap();
        let query = if text("query").is_empty() { String::new() } else { format!("?{}", text("query")) };
        return (format!("{} /net/{}{}{query}", text("verb"), entry["task"], text("path")), body);
    }
    (what.replace("{id}", &entry["task"].to_string()), body)
}

/// The same calls each time the test runs.
fn histories() -> Vec<Vec<(String, Value)>> {
    let mut runner = TestRunner::new_with_rng(
        ProptestConfig::default(),
        TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    );
    let history = prop::collection::vec(call(), 30..60);
    (0..12).map(|_| history.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn a_replayed_journal_gives_the_same_world_and_journal_and_each_run_the_same_bytes() {
    let fake = fake();
    let mut answered = 0;
    for (number, history) in histories().iter().enumerate() {
        // An auto clock, where a delay moves the clock: nobody has to be woken.
        let wanted = json!({"clock": "auto", "seed": number});
        let (first, second) = (fake.tenant(wanted.clone()), fake.tenant(wanted.clone()));
        for call in history {
            let bytes = send(&first, call);
            assert_eq!(bytes, send(&second, call), "{number}: {call:?}");
        }
        let journal = first.get("journal");
        assert_eq!(journal, second.get("journal"));
        let replayed = fake.tenant(wanted);
        for entry in journal["entries"].as_array().unwrap() {
            send(&replayed, &told(entry));
        }
        assert_eq!(replayed.get("journal"), journal, "{number}");
        assert_eq!(replayed.get("world"), first.get("world"), "{number}");
        let entries = journal["entries"].as_array().unwrap();
        answered += entries.iter().filter(|entry| entry["method"] == "net" && entry["status"] == 200).count();
    }
    assert!(answered > 5, "there are visits that an app answers: {answered}");
}

/// Calls that come at once are replayed one after another, in the order in which they were applied.
#[test]
fn what_came_at_once_is_replayed_in_sequence() {
    let fake = fake();
    let wanted = json!({"clock": "manual", "seed": 1});
    let tenant = fake.tenant(wanted.clone());
    tenant.fault(json!({"on": {"method": "tasks.info", "every": 3}, "do": {"status": 503}}));
    let histories = histories();
    std::thread::scope(|scope| {
        for history in &histories {
            let wire = history.iter().filter(|(what, _)| !what.contains(' '));
            scope.spawn(|| wire.for_each(|call| drop(send(&tenant, call))));
        }
    });
    let journal = tenant.get("journal");
    assert!(journal["entries"].as_array().unwrap().len() > 100);
    let replayed = fake.tenant(wanted);
    for entry in journal["entries"].as_array().unwrap() {
        send(&replayed, &told(entry));
    }
    assert_eq!(replayed.get("journal"), journal);
    assert_eq!(replayed.get("world"), tenant.get("world"));
}
