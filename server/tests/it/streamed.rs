//! Worlds that are too large for one text in memory: on disk while they come in, streamed while
//! they go out.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use serde_json::{Value, json};
use slymock_server::engine::snapshot::Fixture;
use slymock_server::{Config, Limits};

use crate::fake::{Fake, fake};

/// Bodies of this size and more go to disk.
const LARGE: usize = 1024 * 1024;

/// A larger fixture, with its tasks before the rows that they refer to.
fn large() -> Value {
    let task = |id: u64| json!({"id": id, "workspaceId": 5, "lifecycle": "quick", "description": format!("{id} {}", "x".repeat(500))});
    let tasks: Vec<Value> = (1..=3_000).map(task).collect();
    json!({"tasks": tasks, "workspaces": [{"id": 5}], "seed": 3})
}

fn whole(fixture: &Fixture) -> String {
    serde_json::to_string(fixture).unwrap()
}

#[test]
fn a_large_world_is_put_and_got_as_a_small_one_is() {
    let fake = fake();
    let text = large().to_string();
    assert!(text.len() > LARGE);
    let put = fake.control("PUT", "world", &text);
    assert_eq!(put.status, 200, "{}", put.head);
    let head = put.head.to_lowercase();
    assert!(
        head.contains("transfer-encoding: chunked") && head.contains("content-type: application/json"),
        "{head}"
    );
    let got = fake.control("GET", "world", "");
    assert!(got.body == put.body && got.body.len() > LARGE);
    let again = fake.control("PUT", "world", std::str::from_utf8(&got.body).unwrap());
    assert!(again.body == got.body, "the world is the same after writing and reading it");
    assert_eq!(fake.control("POST", "reset", "").status, 200);
    let end = whole(&fake.end());
    assert!(end.as_bytes() == got.body);
}

#[test]
fn a_small_world_tells_its_length() {
    let got = fake().control("GET", "world", "");
    assert!(got.head.to_lowercase().contains(&format!("content-length: {}", got.body.len())), "{}", got.head);
}

#[test]
fn a_world_is_made_of_a_large_fixture_among_other_members() {
    let fake = fake();
    let body = json!({"name": "mine", "fixture": large(), "seed": 9, "lifecycle": "fails"});
    let made = fake.control("POST", "worlds", &body.to_string());
    assert_eq!(made.status, 200, "{:?}", String::from_utf8_lossy(&made.body));
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let world = fake.send("GET", "/_slymock/world", &[("x-api-key", &token)], b"").json();
    assert_eq!(
        (&world["seed"], &world["lifecycle"], &world["clock"]["mode"]),
        (&json!(9), &json!("fails"), &json!("manual"))
    );
    assert_eq!(world["tasks"].as_array().unwrap().len(), 3_000);
    let journal = fake.control("GET", "journal?scope=server", "").json();
    let entry = journal["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(entry["method"], "_slymock/POST worlds");
    assert!(entry.to_string().contains("lifecycle"), "the entry has the beginning of the body");
}

#[test]
fn what_is_wrong_with_a_large_body_is_told_and_changes_nothing() {
    let fake = fake();
    let before = fake.world();
    let refused = |verb: &str, path: &str, body: &str, expected: &str| {
        let answer = fake.control(verb, path, body);
        let told = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(
            answer.status == 400 && told.contains(expected),
            "{} {}",
            answer.status,
            &told[..told.len().min(500)]
        );
    };
    let broken = |key: &str, value: Value| {
        let mut fixture = large();
        fixture[key] = value;
        fixture
    };
    let (seed, stub) = (broken("seed", json!("x")), broken("stubs", json!({"tasks.list": 1})));
    let mut last = large();
    last["tasks"][2_999]["status"] = json!("no such");
    let text = large().to_string();
    for (fixture, expected) in [
        (seed.to_string(), "seed: invalid type"),
        (stub.to_string(), "stubs: "),
        (last.to_string(), "tasks[2999].status: unknown variant"),
        (text.replacen("\"id\":7,", "\"id\":7,\"id\":7,", 1), "the key \\\"id\\\" appears twice"),
        (
            text.replacen("\"seed\":3", "\"app\":{\"forward_to\":\"http://elsewhere\"}", 1),
            "must be a loopback address",
        ),
        (text.replacen("\"id\":7,", "\"id\":8,", 1), "8 appears twice"),
    ] {
        refused("PUT", "world", &fixture, expected);
        refused("POST", "worlds", &format!("{{\"fixture\": {fixture}}}"), expected);
    }
    refused("PUT", "world", &text[..text.len() - 1], "EOF");
    refused("POST", "worlds", &format!("{{\"fixture\": {text}"), "EOF");
    refused("POST", "worlds", &format!("{{\"fixtures\": {text}}}"), "fixtures");
    refused(
        "POST",
        "worlds",
        &format!("{{\"fixture\": {text}, \"from\": \"default\"}}"),
        "conflicts with fixture",
    );
    refused("POST", "worlds", &format!("[{text}]"), "must be of type object");
    assert_eq!(fake.world(), before);
    assert_eq!(fake.control("GET", "worlds", "").json()["worlds"].as_array().unwrap().len(), 1);
}

#[test]
fn a_large_body_has_its_limits_as_it_comes() {
    let limits =
        Limits { fixture: 3 * LARGE as u64, body_time: Duration::from_millis(300), ..Limits::default() };
    let fake = Fake::start(Config { limits, ..Config::default() });
    let chunked = |chunks: usize, end: &str| {
        let head = format!(
            "PUT /_slymock/world HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
            fake.address
        );
        let chunk = format!("{:x}\r\n{}\r\n", LARGE, " ".repeat(LARGE));
        let answer = fake.raw(&[head.as_bytes(), chunk.repeat(chunks).as_bytes(), end.as_bytes()].concat());
        crate::fake::parse(&answer)
    };
    assert_eq!(chunked(2, "2\r\n{}\r\n0\r\n\r\n").status, 200);
    assert_eq!(chunked(4, "").status, 413);
    let slow = chunked(2, "");
    assert!(slow.status == 400 && String::from_utf8_lossy(&slow.body).contains("within 300 ms"), "{slow:?}");
}

#[test]
fn clients_that_take_their_time_or_leave_hold_up_nobody() {
    let fake = fake();
    assert_eq!(fake.control("PUT", "world", &large().to_string()).status, 200);
    let head = format!("GET /_slymock/world HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", fake.address);
    let begun = || {
        let mut stream = fake.connect();
        stream.write_all(head.as_bytes()).unwrap();
        let mut begin = vec![0; 1024];
        stream.read_exact(&mut begin).unwrap();
        (stream, begin)
    };
    let mut slow: Vec<_> = (0..100).map(|_| begun()).collect();
    let got = fake.control("GET", "world", "");
    let (mut last, mut text) = slow.pop().unwrap();
    // A client that leaves ends the writing for it.
    drop(slow);
    assert_eq!(fake.control("DELETE", "worlds/default", "").status, 400);
    assert_eq!(fake.control("PUT", "world", "{}").status, 200);
    last.read_to_end(&mut text).unwrap();
    assert!(crate::fake::parse(&text).body == got.body, "the world at the time of the request");
}
