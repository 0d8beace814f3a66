//! The control API: each endpoint once, its effect, and its refusals.

use serde_json::{Value, json};
use slymock_server::engine::clock::Mode;
use slymock_server::{Config, endpoints};

use crate::fake::{Fake, fake};

fn status_of(fake: &Fake, task: u64) -> Value {
    fake.call("tasks.info", format!("{{\"id\":{task}}}").as_bytes()).json()["status"].clone()
}

fn refused(fake: &Fake, verb: &str, path: &str, body: &str, status: u16, word: &str) {
    let before = fake.world();
    let answer = fake.control(verb, path, body);
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, status, "{verb} {path}: {text}");
    assert!(text.contains(word), "{verb} {path}: {word} is not in {text}");
    assert_eq!(fake.world(), before);
}

#[test]
fn health_needs_no_token() {
    let answer = fake().send("GET", "/_slymock/health", &[], b"");
    assert_eq!(answer.json(), json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}));
}

#[test]
fn tasks_are_made_set_and_stepped() {
    let fake = fake();
    let made = fake.control("POST", "tasks", r#"{"workspaceId": 23821, "count": 2, "lifecycle": "quick"}"#);
    assert_eq!(made.json(), json!({"ids": [121231, 121232]}));
    assert_eq!(status_of(&fake, 121_231), "queued");
    assert_eq!(
        fake.control("POST", "tasks/121231/step", "").json(),
        json!({"id": 121231, "status": "consumed"})
    );
    assert_eq!(status_of(&fake, 121_231), "consumed");
    fake.control("PATCH", "tasks/121231", r#"{"status": "error"}"#);
    assert_eq!(status_of(&fake, 121_231), "error");
    fake.control("PATCH", "tasks/121231", r#"{"status": "started"}"#);
    assert_eq!(status_of(&fake, 121_231), "started", "the control API may do more than clients");
    let held =
        fake.control("POST", "tasks", r#"{"workspaceId": 23821, "status": "deployed", "type": "deploy"}"#);
    assert_eq!(held.json(), json!({"ids": [121233]}));
    assert_eq!(status_of(&fake, 121_233), "deployed");
}

#[test]
fn what_tasks_cannot_be_is_refused() {
    let fake = fake();
    for (verb, path, body, status, word) in [
        ("POST", "tasks", "{}", 400, "workspaceId"),
        ("POST", "tasks", r#"{"workspaceId": 5}"#, 404, "Workspace with id 5"),
        ("POST", "tasks", r#"{"workspaceId": 23821, "count": 0}"#, 400, "count"),
        ("POST", "tasks", r#"{"workspaceId": 23821, "count": 1000001}"#, 400, "1000000"),
        ("POST", "tasks", r#"{"workspaceId": 23821, "lifecycle": "quik"}"#, 400, "no lifecycle preset"),
        (
            "POST",
            "tasks",
            r#"{"workspaceId": 23821, "lifecycle": "quick", "status": "error"}"#,
            400,
            "no stage of the lifecycle has that status",
        ),
        ("POST", "tasks", r#"{"workspaceId": 23821, "coutn": 3}"#, 400, "is not allowed"),
        ("PATCH", "tasks/121230", "{}", 400, "status"),
        ("PATCH", "tasks/5", r#"{"status": "error"}"#, 404, "Task with id 5"),
        ("PATCH", "tasks/x", r#"{"status": "error"}"#, 404, "Task with id x"),
        ("POST", "tasks/121230/step", "", 400, "No next stage"),
        ("DELETE", "tasks", "", 405, "DELETE"),
        ("PUT", "tasks/121230/app", r#"{"forward_to": "http://10.0.0.1"}"#, 400, "loopback"),
    ] {
        refused(&fake, verb, path, body, status, word);
    }
}

#[test]
fn the_clock_moves_forward_as_told() {
    let fake = fake();
    fake.control("POST", "tasks", r#"{"workspaceId": 23821, "lifecycle": "quick"}"#);
    let start =
        json!({"mode": "manual", "now": "2026-01-01T00:00:00.000Z", "next_due": "2026-01-01T00:00:00.200Z"});
    assert_eq!(fake.control("GET", "clock", "").json(), start);
    assert_eq!(fake.control("POST", "clock", r#"{"advance_ms": 0}"#).json(), start);
    let next = fake.control("POST", "clock", r#"{"to": "next"}"#).json();
    assert_eq!(next["now"], "2026-01-01T00:00:00.200Z");
    assert_eq!(status_of(&fake, 121_231), "consumed");
    let later = fake.control("POST", "clock", r#"{"to": "2026-01-01T01:00:00Z", "mode": "auto"}"#).json();
    assert_eq!(later, json!({"mode": "auto", "now": "2026-01-01T01:00:00.000Z", "next_due": null}));
    assert_eq!(status_of(&fake, 121_231), "finished");
    for (body, word) in [
        (r#"{"to": "2026-01-01T00:00:00Z"}"#, "does not go back"),
        (r#"{"to": "soon"}"#, "RFC 3339"),
        (r#"{"advance_ms": -1}"#, "greater than or equal to 0"),
        (r#"{"advance_ms": 9007199254740991}"#, "less than"),
        (r#"{"advance_ms": 1, "to": "next"}"#, "conflicts"),
        (r#"{"mode": "fast"}"#, "must be one of"),
    ] {
        refused(&fake, "POST", "clock", body, 400, word);
    }
}

#[test]
fn a_world_is_replaced_whole_or_not_at_all() {
    let fake = fake();
    fake.control("POST", "tasks", r#"{"workspaceId": 23821, "lifecycle": "realistic", "count": 3}"#);
    let world = fake.world();
    fake.control("PUT", "world", r#"{"tasks": [{"id": 7, "status": "started"}]}"#);
    assert_eq!(
        (status_of(&fake, 7), fake.call("tasks.info", b"{\"id\":121230}").status),
        (json!("started"), 404)
    );
    let restored = fake.control("PUT", "world", &world.to_string());
    assert_eq!((restored.status, fake.world()), (200, world));
    assert_eq!(fake.control("GET", "journal", "").json()["counts"], json!({}), "the journal is empty");
    refused(&fake, "PUT", "world", r#"{"tasks": [{"id": 7}, {"id": 7}]}"#, 400, "7 appears twice");
    refused(&fake, "PUT", "world", "{", 400, "Bad JSON");
}

#[test]
fn the_journal_counts_and_is_bounded() {
    let mut config = Config::default();
    config.settings.clock = Mode::Manual;
    config.settings.journal_bytes = 1_000;
    let fake = Fake::start(config);
    for _ in 0..5 {
        fake.call("tasks.info", b"{\"id\":121230}");
    }
    fake.call("tasks.stop", b"{\"id\":121230}");
    let journal = fake.control("GET", "journal", "").json();
    assert_eq!(journal["counts"], json!({"tasks.info": 5, "tasks.stop": 1}));
    let entries = journal["entries"].as_array().unwrap();
    assert_eq!(journal["dropped"].as_u64().unwrap() + entries.len() as u64, 6);
    let last = entries.last().unwrap();
    assert_eq!((&last["seq"], &last["status"], &last["task"]), (&json!(6), &json!(501), &json!(121230)));
    assert_eq!(last["body"], json!({"id": 121230}));
    let asked = fake.control("GET", "journal?method=tasks.list&task=7", "").json();
    assert_eq!(asked["counts"], json!({"tasks.list": 0}));
    fake.control("DELETE", "journal", "");
    assert_eq!(fake.control("GET", "journal", "").json()["counts"], json!({}));
    refused(&fake, "GET", "journal?limit=x", "", 400, "limit");
}

#[test]
fn an_address_to_forward_to_has_a_port_that_there_is() {
    let fake = fake();
    let forward = |to: &str| {
        let body = json!({"forward_to": format!("http://{to}")}).to_string();
        fake.control("PUT", "tasks/121230/app", &body).status
    };
    assert_eq!([forward("127.0.0.1:99999"), forward("127.0.0.1:"), forward("127.0.0.1:0")], [400; 3]);
    assert_eq!([forward("127.0.0.1"), forward("[::1]:8000"), forward("[::1]:x")], [200, 200, 400]);
}

#[test]
fn apps_are_forwarded_to_other_hosts_only_where_that_is_allowed() {
    let open = Fake::start(Config { allow_forwards: vec!["app".to_owned()], ..Config::default() });
    let forward = |to: &str| {
        let body = json!({"forward_to": format!("http://{to}:8000")}).to_string();
        open.control("PUT", "tasks/121230/app", &body).status
    };
    assert_eq!([forward("app"), forward("other"), forward("127.0.0.1")], [200, 400, 200]);
}

#[test]
fn a_control_call_with_a_wrong_token_is_a_401() {
    let answer = fake().send("GET", "/_slymock/world", &[("x-api-key", "wrong")], b"");
    assert_eq!(answer.status, 401);
}

#[test]
fn files_are_asked_for_by_hash_or_by_task_and_path() {
    let fake = fake();
    refused(&fake, "GET", "files", "", 400, "needs hash, or task and path");
    refused(&fake, "GET", "files?hash=x", "", 404, "File with id x");
    refused(&fake, "GET", "files?task=121230&path=/a", "", 404, "File with id /a");
}

#[test]
fn every_endpoint_is_known_under_one_verb_and_path() {
    let mut known: Vec<_> = endpoints().map(|(verb, path, _)| (verb, path)).collect();
    let count = known.len();
    known.sort_unstable();
    known.dedup();
    assert_eq!(known.len(), count);
    assert!(endpoints().all(|(.., about)| about.ends_with('.')));
}

#[test]
fn fields_that_are_not_known_are_refused_by_every_endpoint() {
    let fake = fake();
    for (verb, path, _) in endpoints() {
        let path = path.replace("{id}", "121230").replace("{name}", "nobody");
        if (verb, path.as_str()) == ("PUT", "world") {
            continue;
        }
        let answer = fake.control(verb, &format!("{path}?odd=1"), "");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(answer.status == 400 && text.contains("odd"), "{verb} {path}: {text}");
    }
}

#[test]
fn a_clock_that_is_told_the_mode_it_has_goes_on_as_before() {
    let fake = fake();
    let fixture = json!({"clock": {"mode": "real", "now": "2020-01-01T00:00:00Z"}}).to_string();
    let made = fake.control("POST", "worlds", &format!("{{\"fixture\": {fixture}}}")).json();
    let headers = [("x-api-key", made["token"].as_str().unwrap())];
    let now = fake.send("POST", "/_slymock/clock", &headers, br#"{"mode": "real"}"#).json();
    assert!(now["now"].as_str().unwrap().starts_with("2020-01-01T00:0"), "{now}");
}
