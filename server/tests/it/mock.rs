//! `MockServer`, the fake in a Rust test, and listeners pinned to a world.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use serde_json::json;
use slymock_server::engine::clock::Mode;
use slymock_server::engine::lifecycle::Status;
use slymock_server::engine::snapshot::Fixture;
use slymock_server::{MockServer, MockWorld};

use crate::fake::{Answer, parse, until};

const TASK: u64 = 121_230;

/// Sends a request and reads to the end of the connection.
pub(crate) fn send(address: &str, token: Option<&str>, verb: &str, path: &str, body: &str) -> Answer {
    let host = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let key = token.map(|token| format!("x-api-key: {token}\r\n")).unwrap_or_default();
    let length = body.len();
    write!(
        stream,
        "{verb} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{key}\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    parse(&answer)
}

pub(crate) fn call(address: &str, token: Option<&str>, method: &str, body: &serde_json::Value) -> Answer {
    send(address, token, "POST", &format!("/public/api/v3/{method}"), &body.to_string())
}

fn info(server: &MockServer, world: &MockWorld, task: u64) -> Answer {
    call(server.address(), Some(world.token()), "tasks.info", &json!({"id": task}))
}

#[tokio::test]
async fn a_test_drives_tasks_clock_and_faults_and_asks_the_journal() {
    let server = MockServer::start().await;
    let world = server.world();
    let task = world.tasks().make("quick").await;
    world.clock().advance(Duration::from_millis(400)).await;
    assert_eq!(world.tasks().status(task).await, Status::Started);
    assert_eq!(world.clock().to_next().await.now.to_string(), "2026-01-01T00:00:01.000Z");
    assert_eq!(info(&server, &world, task).json()["status"], "finished");
    let held = world.tasks().hold(Status::Queued).await;
    world.tasks().set_status(held, Status::Deployed).await;
    assert_eq!(info(&server, &world, held).json()["status"], "deployed");
    let walking = world.tasks().make("quick").await;
    assert_eq!(world.tasks().step(walking).await, Status::Consumed);
    let rule = world.faults().add(json!({"on": {"nth": [1]}, "do": {"status": 503}})).await;
    assert_eq!(info(&server, &world, task).status, 503);
    assert_eq!(world.faults().fired(rule).await, 1);
    world.faults().clear().await;
    let seen = world.journal().await;
    seen.assert_count("tasks.info", 3);
    seen.assert_count("tasks.list", 0);
    seen.assert_sent("tasks.info", &json!({"id": held}));
    world.reset().await;
    world.journal().await.assert_count("tasks.info", 0);
    assert_eq!(world.snapshot().await.tasks.unwrap().len(), 1);
    assert_eq!(world.clock().set_mode(Mode::Manual).await.mode, Mode::Manual);
}

#[tokio::test]
async fn worlds_of_a_mock_server_never_meet_and_forks_go_their_own_way() {
    let server = MockServer::start().await;
    let (one, other) = (server.new_world().await, server.new_world().await);
    let task = one.tasks().make("never-ends").await;
    assert_eq!([info(&server, &one, task).status, info(&server, &other, task).status], [200, 404]);
    let fork = one.fork().await;
    fork.tasks().set_status(task, Status::Error).await;
    assert_eq!(info(&server, &fork, task).json()["status"], "error");
    assert_eq!(one.tasks().status(task).await, Status::Queued);
}

/// The panic message of an assertion.
fn failure(assertion: impl FnOnce()) -> String {
    let failed = catch_unwind(AssertUnwindSafe(assertion)).unwrap_err();
    failed.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test]
async fn a_failed_assertion_prints_what_was_seen_and_what_came_closest() {
    let server = MockServer::start().await;
    let world = server.world();
    let nothing = world.journal().await;
    assert!(failure(|| nothing.assert_count("tasks.info", 1)).contains("no requests seen"));
    info(&server, &world, TASK);
    let run = json!({"moduleId": 81, "params": {"state": {"a": 1}}});
    call(server.address(), Some(world.token()), "tasks.run.app", &run);
    let seen = world.journal().await;
    let text = failure(|| seen.assert_count("tasks.infos", 2));
    assert!(text.contains("tasks.infos was requested 0 times, not 2"), "{text}");
    assert!(text.contains("the closest one seen is tasks.info\n"), "{text}");
    assert!(text.contains("#1 2026-01-01T00:00:00.000Z tasks.info {\"id\":121230} -> 200"), "{text}");
    let wanted = json!({"moduleId": 82, "params": {"state": {"a": 1}}});
    let text = failure(|| seen.assert_sent("tasks.run.app", &wanted));
    assert!(text.contains("close: #2: /moduleId is 81, not 82\n"), "{text}");
}

#[tokio::test]
async fn visits_are_asserted_by_endpoint_and_a_failure_prints_them() {
    let server = MockServer::start().await;
    let world = server.world();
    let task = world.tasks().hold(Status::Started).await;
    let info = info(&server, &world, task).json();
    let session = info["meta"]["sessionToken"].as_str().unwrap();
    for (verb, path) in [("POST", "is_ready"), ("POST", "is_ready?x=1"), ("GET", "is_ready"), ("GET", "")] {
        send(server.address(), Some(world.token()), verb, &format!("/net/{session}/{path}"), "");
    }
    let seen = world.journal().await;
    assert_eq!(seen.visits().count(), 4);
    for path in ["/is_ready", "is_ready"] {
        seen.assert_visited("POST", path, 2);
        seen.assert_visited("get", path, 1);
    }
    seen.assert_visited("GET", "/", 1);
    seen.assert_visited("PUT", "/is_ready", 0);
    let text = failure(|| seen.assert_visited("POST", "/is_ready", 1));
    assert!(text.contains("POST /is_ready was visited 2 times, not 1\n"), "{text}");
    assert!(text.contains("net POST /is_ready?x=1 \"\" -> 200"), "{text}");
    assert!(text.contains("net GET / \"\" -> 400"), "{text}");
    let text = failure(|| seen.assert_visited("POST", "/is_raedy", 1));
    assert!(text.contains("was visited 0 times, not 1; the closest one seen is /is_ready\n"), "{text}");
}

#[tokio::test]
async fn a_pinned_listener_shows_its_world_the_tokens_that_were_lost() {
    let server = MockServer::start().await;
    let (one, other) = (server.new_world().await, server.new_world().await);
    let listener = server.listen().await.unwrap();
    let lost =
        |token: Option<&str>| call(&listener.address(), token, "tasks.info", &json!({"id": TASK})).status;
    listener.pin(&one);
    assert_eq!([lost(None), lost(Some("wrong")), lost(Some(other.token()))], [400, 401, 200]);
    one.journal().await.assert_count("tasks.info", 2);
    other.journal().await.assert_count("tasks.info", 1);
    listener.pin(&other);
    assert_eq!(lost(None), 400);
    other.journal().await.assert_count("tasks.info", 2);
    listener.unpin();
    assert_eq!(lost(None), 400);
    one.journal().await.assert_count("tasks.info", 2);
    other.journal().await.assert_count("tasks.info", 2);
    let address = listener.address();
    drop(listener);
    // The listener is gone once its thread has run.
    until("it is gone", || TcpStream::connect(address.trim_start_matches("http://")).is_err());
}

#[test]
fn a_mock_server_needs_no_runtime_of_the_test_and_is_gone_when_dropped() {
    let server = pollster(MockServer::start());
    let world = server.world();
    assert_eq!(info(&server, &world, TASK).status, 200);
    let address = server.address().trim_start_matches("http://").to_owned();
    drop(server);
    until("it is gone", || TcpStream::connect(&address).is_err());
}

/// Blocks this thread on a future, without a runtime.
fn pollster<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(done) => return done,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

/// A request without a token goes to the world of a pinned listener first.
#[tokio::test]
async fn a_pinned_listener_leads_what_names_no_world_to_its_own() {
    let server = MockServer::start().await;
    let session = || {
        let fixture = json!({"tasks": [{"id": 7, "status": "started", "meta": {"sessionToken": "same"}}]});
        Fixture::from_value(fixture).unwrap()
    };
    let one = server.make_world("one", session(), Mode::Auto).unwrap();
    let other = server.make_world("other", session(), Mode::Auto).unwrap();
    let listener = server.listen().await.unwrap();
    let visit = || send(&listener.address(), None, "GET", "/net/same/is_ready", "").status;
    let version = || send(&listener.address(), None, "GET", "/public/api/v3/instance.version", "").status;
    assert_eq!((visit(), version()), (409, 200));
    server.world().journal().await.assert_count("instance.version", 1);
    listener.pin(&one);
    assert_eq!((visit(), version()), (200, 200));
    one.journal().await.assert_count("net", 1);
    one.journal().await.assert_count("instance.version", 1);
    other.journal().await.assert_count("net", 0);
    server.world().journal().await.assert_count("instance.version", 1);
    listener.pin(&server.world());
    assert_eq!(visit(), 409, "its world has no such session");
}

#[tokio::test]
async fn a_world_that_is_forgotten_is_nobodys_and_its_name_is_free() {
    let server = MockServer::start().await;
    let make = || server.make_world("mine", Fixture::default(), Mode::Manual);
    let world = make().unwrap();
    assert_eq!(info(&server, &world, TASK).status, 200);
    server.forget_world(&world);
    assert_eq!(info(&server, &world, TASK).status, 401);
    server.forget_world(&world);
    assert!(make().is_ok());
    server.forget_world(&server.world());
    assert_eq!(info(&server, &server.world(), TASK).status, 200, "the default world stays");
}
