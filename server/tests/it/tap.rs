//! A tapped listener reports each request and its reply, in order.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::json;
use slymock_server::engine::clock::Mode;
use slymock_server::engine::snapshot::Fixture;
use slymock_server::tap::{TapEvent, TapReply, Way};
use slymock_server::{Config, MockServer};

use crate::fake::until;
use crate::mock::{call, send};

const TASK: u64 = 121_230;

/// The events of a tap as text.
fn words(tapped: &TapEvent) -> String {
    match tapped {
        TapEvent::Asked(request) => {
            let key = request.headers.iter().find(|(name, _)| name == "x-api-key");
            let key = key.map_or("no key", |(_, key)| if key == "wrong" { "wrong" } else { "key" });
            let body = String::from_utf8_lossy(&request.body.bytes).into_owned();
            let kind = if request.is_query { "query" } else { "body" };
            let (number, verb, path, query) = (request.number, &request.verb, &request.path, &request.query);
            format!("{number} {verb} {path}?{query} {key} {kind} {body}")
        }
        TapEvent::Fired { request, fault } => format!("{request} fault {fault}"),
        TapEvent::Held { request, until } => format!("{request} held until {until}"),
        TapEvent::Answered { request, reply: TapReply { status, way, .. } } => {
            format!("{request} {status:?} {way:?}")
        }
    }
}

#[tokio::test]
async fn a_tap_is_told_of_each_request_in_order() {
    let server = MockServer::start_with(Config::default()).await.unwrap();
    let fixture: Fixture = serde_json::from_value(json!({"faults": [
        {"on": {"nth": [1]}, "do": {"delay_ms": 5000, "status": 503}},
        {"on": {"method": "tasks.info", "nth": [2]}, "do": {"reset": true}}]}))
    .unwrap();
    let world = server.make_world("one", fixture, Mode::Manual).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = {
        let told = Arc::clone(&told);
        server.listen_tapped(1024, move |tapped| told.lock().unwrap().push(words(&tapped))).await.unwrap()
    };
    listener.pin(&world);
    let (address, token) = (listener.address(), world.token().to_owned());
    let held = thread::spawn({
        let (address, token) = (address.clone(), token.clone());
        move || call(&address, Some(&token), "tasks.info", &json!({"id": TASK})).status
    });
    until("it is held", || told.lock().unwrap().len() == 2);
    world.clock().advance(Duration::from_secs(5)).await;
    assert_eq!(held.join().unwrap(), 503);
    assert_eq!(call(&address, Some(&token), "tasks.info", &json!({"id": TASK})).status, 200);
    assert_eq!(call(&address, Some("wrong"), "tasks.info", &json!({})).status, 401);
    assert_eq!(send(&address, None, "GET", "/nowhere?a=1", "").status, 404);
    assert_eq!(send(&address, None, "GET", "/nowhere", "[[1, 2]]").status, 404);
    let told = told.lock().unwrap().clone();
    let info = format!("{{\"id\":{TASK}}}");
    assert_eq!(
        told,
        [
            &*format!("1 POST /public/api/v3/tasks.info? key body {info}"),
            "1 held until 2026-01-01T00:00:05.000Z",
            "1 fault 1",
            "1 Some(503) Whole",
            &*format!("2 POST /public/api/v3/tasks.info? key body {info}"),
            "2 Some(200) Whole",
            "3 POST /public/api/v3/tasks.info? wrong body {}",
            "3 Some(401) Whole",
            "4 GET /nowhere?a=1 no key query [[\"a\",\"1\"]]",
            "4 Some(404) Whole",
            "5 GET /nowhere? no key body [[1, 2]]",
            "5 Some(404) Whole",
        ]
    );
}

#[tokio::test]
async fn a_server_on_the_runtime_of_its_caller_answers_there() {
    let server = MockServer::start_here(Config::default()).await.unwrap();
    let (send, mut ways) = tokio::sync::mpsc::unbounded_channel();
    let tell = move |tapped| {
        if let TapEvent::Answered { reply, .. } = tapped {
            let _ = send.send(reply.way);
        }
    };
    let listener = server.listen_tapped(1024, tell).await.unwrap();
    let world = server.make_world("one", Fixture::default(), Mode::Manual).unwrap();
    world.faults().add(json!({"do": {"commit_then_drop": true}})).await;
    let (address, token) = (listener.address(), world.token().to_owned());
    let client = thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(address.trim_start_matches("http://")).unwrap();
        write!(
            stream,
            "GET /public/api/v3/tasks.info?id={TASK} HTTP/1.1\r\nHost: localhost\r\nx-api-key: {token}\r\n\r\n"
        )
        .unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap()
    });
    assert_eq!(ways.recv().await, Some(Way::Closed));
    assert_eq!(tokio::task::spawn_blocking(move || client.join().unwrap()).await.unwrap(), 0);
    assert_eq!(world.journal().await.of_method("tasks.info").count(), 1);
}
