//! Limits on totals: bodies in progress, their memory, replies that clients do not read, and a
//! whole world.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use serde_json::{Value, json};
use slymock_server::engine::Settings;
use slymock_server::engine::clock::Mode;
use slymock_server::{Config, DEFAULT_TOKEN, Limits};

use crate::fake::{Fake, fake};

const MIB: u64 = 1024 * 1024;

fn limited(limits: Limits) -> Fake {
    Fake::start(Config { limits, ..Config::default() })
}

fn set(payload: &Value) -> Vec<u8> {
    json!({"taskId": 121_230, "fields": [{"field": "a", "payload": payload}]}).to_string().into_bytes()
}

#[test]
fn json_has_a_limit_of_its_own_and_a_method_may_take_more() {
    let fake = limited(Limits { json: 200, body: 1_000, ..Limits::default() });
    let padded = |bytes: usize| json!({"id": 121_230, "x": "x".repeat(bytes)}).to_string().into_bytes();
    assert_eq!(fake.call("tasks.info", &padded(100)).status, 200);
    let refused = fake.call("tasks.info", &padded(200));
    assert_eq!(refused.status, 413);
    assert!(refused.json()["details"]["message"].as_str().unwrap().contains("200 bytes"));
    assert_eq!(fake.call("tasks.data.set", &set(&json!("x".repeat(500)))).status, 200);
    assert_eq!(
        fake.call("tasks.data.set", &set(&json!("x".repeat(1_000)))).status,
        413,
        "not more than any body"
    );
    let control = json!({"on": {}, "do": {"status": 200, "body": "x".repeat(200)}}).to_string();
    assert_eq!(fake.control("POST", "faults", &control).status, 413);
}

#[test]
fn what_a_world_answers_can_be_put_back_though_it_is_larger_than_other_bodies() {
    let fake = limited(Limits { json: 1_000, body: 1_000, ..Limits::default() });
    let world = fake.control("GET", "world", "");
    let text = String::from_utf8(world.body.clone()).unwrap();
    assert!(world.body.len() > 1_000);
    assert_eq!(fake.control("PUT", "world", &text).status, 200);
    let made = json!({"fixture": world.json()}).to_string();
    assert_eq!(fake.control("POST", "worlds", &made).status, 200);
    let small = limited(Limits { fixture: 1_000, ..Limits::default() });
    assert_eq!(small.control("PUT", "world", &text).status, 413);
    assert_eq!(small.control("POST", "worlds", &made).status, 413);
}

#[test]
fn json_that_becomes_large_in_memory_is_refused_unless_nobody_reads_it() {
    let fake = fake();
    let zeros = |name: &str| {
        format!(
            "{{\"taskId\": 121230, \"fields\": [{{\"field\": \"a\", \"payload\": 1}}], \"{name}\": [{}0]}}",
            "0,".repeat(1 << 20)
        )
    };
    let refused = fake.call("tasks.data.set", zeros("notify").as_bytes());
    assert_eq!(refused.status, 413);
    assert!(refused.json()["details"]["message"].as_str().unwrap().contains("67108864 bytes of memory"));
    assert_eq!(fake.call("tasks.data.set", zeros("nobody_reads_it").as_bytes()).status, 200);
}

#[test]
fn a_key_that_stands_twice_is_refused_wherever_json_comes_in() {
    let fake = fake();
    let twice = |answer: &crate::fake::Answer| {
        let message = answer.json()["details"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(answer.status == 400 && message.contains("appears twice"), "{} {message}", answer.status);
    };
    twice(&fake.call("tasks.info", br#"{"id": 121230, "id": 121231}"#));
    twice(&fake.call("tasks.info", br#"{"id": 121230, "no": {"a": 1, "a": 1}}"#));
    twice(&fake.control("POST", "faults", r#"{"do": {"status": 500, "status": 200}}"#));
    twice(&fake.control("PUT", "world", r#"{"tasks": [], "tasks": []}"#));
    twice(&fake.control("PUT", "world", r#"{"stubs": {"a.b": 1, "a.b": 2}}"#));
    twice(&fake.control("POST", "worlds", r#"{"fixture": {"tasks": [{"id": 1, "id": 2}]}}"#));
    twice(&fake.control("GET", "health", r#"{"a": 1, "a": 2}"#));
}

/// A server with a manual clock that delays every call of `tasks.meta.update`.
fn holding(limits: Limits) -> Fake {
    let settings = Settings { clock: Mode::Manual, ..Settings::default() };
    let fake = Fake::start(Config { limits, settings, ..Config::default() });
    let rule = json!({"on": {"method": "tasks.data.set"}, "do": {"delay_ms": 1_000}}).to_string();
    assert_eq!(fake.control("POST", "faults", &rule).status, 200);
    fake
}

#[test]
fn bodies_that_are_being_answered_have_a_bound_together() {
    let fake = holding(Limits { bodies: MIB, body_time: Duration::from_millis(200), ..Limits::default() });
    let large = set(&json!("x".repeat(100_000)));
    let held = std::thread::scope(|scope| {
        let held = scope.spawn(|| fake.call("tasks.data.set", &large).status);
        // The request is delayed once the clock counts it as an event.
        while fake.control("GET", "clock", "").json()["next_due"].is_null() {}
        let refused = fake.call(
            "tasks.meta.update",
            &json!({"id": 121_230, "x": "x".repeat(100_000)}).to_string().into_bytes(),
        );
        assert_eq!(refused.status, 503, "100 KB of JSON count as 800 KB");
        assert!(
            refused.json()["details"]["message"]
                .as_str()
                .unwrap()
                .contains("together they may take 1048576 bytes")
        );
        assert_eq!(fake.call("tasks.info", br#"{"id": 121230}"#).status, 200, "small bodies are not counted");
        assert_eq!(fake.control("POST", "clock", r#"{"to": "next"}"#).status, 200);
        held.join().unwrap()
    });
    assert_eq!(held, 200);
    let after = json!({"id": 121_230, "x": "x".repeat(100_000)}).to_string();
    assert_eq!(fake.call("tasks.meta.update", after.as_bytes()).status, 200, "the room is free again");
    let larger = json!({"id": 121_230, "y": "x".repeat(500_000)}).to_string();
    assert_eq!(
        fake.call("tasks.meta.update", larger.as_bytes()).status,
        200,
        "a body larger than all the room takes all of it"
    );
}

#[test]
fn a_reply_that_its_client_does_not_take_is_given_up() {
    let limits = Limits { connections: 1, reply_time: Duration::from_millis(100), ..Limits::default() };
    let fake = limited(limits);
    let stub = json!({"method": "large.one", "reply": "x".repeat(6_000_000)}).to_string();
    assert_eq!(fake.control("POST", "stubs", &stub).status, 200);
    let mut idle = fake.connect();
    // More replies than all buffers in between hold.
    let ask = format!(
        "GET /public/api/v3/large.one HTTP/1.1\r\nHost: localhost\r\nx-api-key: {DEFAULT_TOKEN}\r\n\r\n"
    );
    idle.write_all(ask.repeat(20).as_bytes()).unwrap();
    // The only permitted connection is free once that one is closed.
    assert_eq!(fake.call("tasks.info", br#"{"id": 121230}"#).status, 200);
    let mut taken = Vec::new();
    let _ = idle.read_to_end(&mut taken);
    assert!(taken.len() < 20 * 6_000_000, "the connection was closed in the middle");
}

#[test]
fn a_world_that_has_outgrown_its_bound_takes_no_change_until_it_begins_anew() {
    let settings = Settings { bytes: 400_000, ..Settings::default() };
    let fake = Fake::start(Config { settings, ..Config::default() });
    let line = |number: usize| json!({"id": 121_230, format!("k{number}"): "x".repeat(10_000)}).to_string();
    let refused = (0..100)
        .map(|number| fake.call("tasks.meta.update", line(number).as_bytes()))
        .find(|answer| answer.status != 200);
    let refused = refused.unwrap();
    assert_eq!((refused.status, refused.json()["error"].as_str()), (413, Some("World is full")));
    assert_eq!(fake.call("tasks.info", br#"{"id": 121230}"#).status, 200, "reads still work");
    assert_eq!(fake.call("tasks.status.update", br#"{"id": 121230, "status": "started"}"#).status, 413);
    let world = fake.control("GET", "world", "");
    let text = String::from_utf8(world.body.clone()).unwrap();
    assert_eq!(fake.control("PUT", "world", &text).status, 413, "the same world is too large to be loaded");
    assert_eq!(fake.control("POST", "reset", "").status, 200);
    assert_eq!(fake.call("tasks.meta.update", line(0).as_bytes()).status, 200);
    let tasks = json!({"workspaceId": 23_821, "count": 1_000}).to_string();
    assert_eq!(fake.control("POST", "tasks", &tasks).status, 413);
}

#[test]
fn what_is_replaced_does_not_fill_a_world() {
    let settings = Settings { bytes: 400_000, ..Settings::default() };
    let fake = Fake::start(Config { settings, ..Config::default() });
    for number in 0..200 {
        let answer = fake.call("tasks.data.set", &set(&json!([number, "x".repeat(10_000)])));
        assert_eq!(answer.status, 200, "{number}");
    }
}
