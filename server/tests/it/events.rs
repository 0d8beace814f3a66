//! `/agent/GetGeneralEventsStream`: the events of first-generation apps, an open stream without
//! events.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use slymock_server::{Config, DEFAULT_TOKEN, MockServer};

use crate::fake::{Fake, fake};

const PATH: &str = "/agent/GetGeneralEventsStream";

/// Requests the events as the SDK does. Returns the connection and the head of the reply.
fn open(fake: &Fake, headers: &str) -> (TcpStream, String) {
    open_on(fake.connect(), headers)
}

fn open_on(mut stream: TcpStream, headers: &str) -> (TcpStream, String) {
    let request = format!(
        "POST {PATH} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/octet-stream\r\nx-token: an agent's\r\n\
         x-task-id: 7\r\n{headers}Content-Length: 0\r\n\r\n",
        stream.peer_addr().unwrap()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    (stream, String::from_utf8(head).unwrap().to_lowercase())
}

/// The method, task and status of the entries of a journal.
fn told(fake: &Fake, query: &str) -> Vec<Value> {
    let journal = fake.control("GET", &format!("journal?method={PATH}{query}"), "").json();
    let entries = journal["entries"].as_array().unwrap();
    entries.iter().map(|entry| json!([entry["method"], entry["task"], entry["status"]])).collect()
}

#[test]
fn it_is_answered_at_once_and_stays_open() {
    let fake = fake();
    let (mut stream, head) = open(&fake, "");
    assert!(head.starts_with("http/1.1 200 ok\r\n"), "{head}");
    assert!(head.contains("transfer-encoding: chunked\r\n"), "{head}");
    assert!(head.contains("content-type: application/octet-stream\r\n"), "{head}");
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let silent = stream.read(&mut [0; 16]).unwrap_err();
    assert!([ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&silent.kind()), "{silent}");
    assert_eq!(fake.call("users.me", b"{}").status, 200, "other requests are answered meanwhile");
}

#[test]
fn it_breaks_off_with_the_server_which_does_not_wait_for_it() {
    let fake = fake();
    let (mut stream, _) = open(&fake, "");
    let asked = Instant::now();
    fake.end();
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert_eq!(rest, b"", "a last chunk would be a clean end");
}

#[test]
fn it_ends_with_its_client() {
    let mut config = Config::default();
    config.limits.connections = 1;
    let fake = Fake::start(config);
    drop(open(&fake, ""));
    assert_eq!(fake.call("users.me", b"{}").status, 200, "the only connection is free again");
}

#[test]
fn it_is_journalled_in_the_world_of_its_key_or_by_the_server() {
    let fake = fake();
    let entry = json!([PATH, 7, 200]);
    let key = |token: &str| format!("x-api-key: {token}\r\n");
    let (_mine, _) = open(&fake, &key(DEFAULT_TOKEN));
    assert_eq!((told(&fake, ""), told(&fake, "&scope=server")), (vec![entry.clone()], vec![]));
    let (_nobodys, head) = open(&fake, &key("a token of nobody's"));
    assert!(head.starts_with("http/1.1 200"), "an agent's app needs no known key: {head}");
    let (_without, _) = open(&fake, "");
    assert_eq!(told(&fake, "").len(), 1);
    assert_eq!(told(&fake, "&scope=server"), [entry.clone(), entry]);
}

#[tokio::test]
async fn a_pinned_listener_journals_it_in_its_world() {
    let server = MockServer::start().await;
    let world = server.new_world().await;
    let listener = server.listen().await.unwrap();
    listener.pin(&world);
    let (_stream, head) =
        open_on(TcpStream::connect(listener.address().trim_start_matches("http://")).unwrap(), "");
    assert!(head.starts_with("http/1.1 200"), "{head}");
    world.journal().await.assert_count(PATH, 1);
    server.world().journal().await.assert_count(PATH, 0);
}

#[test]
fn another_verb_and_what_else_agents_ask_are_refused() {
    let fake = fake();
    let refused = fake.send("GET", PATH, &[], b"");
    assert_eq!((refused.status, refused.json()["error"].as_str().unwrap()), (405, "Method not allowed"));
    assert_eq!(fake.send("POST", "/agent/SendGeneralEventData", &[("x-request-id", "1")], b"").status, 404);
    assert_eq!(fake.send("POST", &format!("{PATH}/more"), &[], b"").status, 404);
}
