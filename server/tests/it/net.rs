//! `/net/<sessionToken>/...`: a visit to a session's web address reaches the task's app.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use serde_json::json;
use slymock_server::DEFAULT_TOKEN;

use crate::fake::{Fake, fake};

/// Makes a started task. Returns its id and its session's address.
fn session(fake: &Fake, request: &str) -> (u64, String) {
    let started = fake.call("tasks.run.app", request.as_bytes()).json();
    let id = started[0]["id"].as_u64().unwrap();
    fake.control("POST", "clock", r#"{"advance_ms": 400}"#);
    let info = fake.call("tasks.info", format!("{{\"id\": {id}}}").as_bytes()).json();
    let token = info["meta"]["sessionToken"].as_str().unwrap().to_owned();
    (id, format!("/net/{token}"))
}

/// An app that sends `answer` to one request. The thread returns the request.
fn app(answer: &'static str) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = String::new();
        let mut buffer = [0; 4096];
        while !is_whole(&request) {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "the connection ended early: {request}");
            request.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        stream.write_all(answer.as_bytes()).unwrap();
        request
    });
    (port, asked)
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let lengths = head
        .lines()
        .filter_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
    body.len() >= lengths.sum::<usize>()
}

const NEVER_ENDS: &str = r#"{"moduleId": 81, "params": {"slymock": "never-ends"}}"#;

#[test]
fn a_started_app_answers_without_a_token_and_is_journalled() {
    let fake = fake();
    let (id, address) = session(&fake, NEVER_ENDS);
    let ready = fake.send("POST", &format!("{address}/is_ready"), &[], b"");
    assert_eq!((ready.status, ready.json()), (200, json!({"status": "ready"})));
    let running = fake.send("GET", &format!("{address}/is_running/"), &[("x-api-key", DEFAULT_TOKEN)], b"");
    assert_eq!(running.json(), json!({"running": true}));
    fake.control("PUT", &format!("tasks/{id}/app"), r#"{"replies": {"api/sum": {"sum": 3}}}"#);
    assert_eq!(fake.send("GET", &format!("{address}/api/sum"), &[], b"").json(), json!({"sum": 3}));
    let journal = fake.control("GET", &format!("journal?method=net&task={id}"), "").json();
    assert_eq!(journal["counts"], json!({"net": 3}));
    assert!(!journal.to_string().contains(&address["/net/".len()..]), "the token is hidden");
}

#[test]
fn a_real_app_gets_the_request_as_it_came_and_answers_as_it_likes() {
    let fake = fake();
    let (id, address) = session(&fake, NEVER_ENDS);
    let answer = "HTTP/1.1 418 Teapot\r\nX-Own: yes\r\nContent-Type: text/x-tea\r\nContent-Length: 3\r\n\
                  Keep-Alive: timeout=5\r\n\r\ntea";
    let (port, asked) = app(answer);
    fake.control(
        "PUT",
        &format!("tasks/{id}/app"),
        &json!({"forward_to": format!("http://127.0.0.1:{port}")}).to_string(),
    );
    let headers = [("X-Mine", "1"), ("Content-Type", "text/plain"), ("TE", "trailers")];
    let reply = fake.send("PATCH", &format!("{address}/deep/path?q=1&r=a%20b"), &headers, b"to the end");
    assert_eq!((reply.status, reply.body.as_slice()), (418, &b"tea"[..]));
    let head = reply.head.to_lowercase();
    assert!(head.contains("x-own: yes") && head.contains("content-type: text/x-tea"), "{head}");
    assert!(!head.contains("keep-alive: timeout"), "the header is for one connection: {head}");
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("PATCH /deep/path?q=1&r=a%20b HTTP/1.1\r\n"), "{asked}");
    let lower = asked.to_lowercase();
    assert!(lower.contains("x-mine: 1\r\n") && lower.contains("content-type: text/plain\r\n"), "{asked}");
    assert!(!lower.contains("te: trailers") && lower.contains(&format!("host: 127.0.0.1:{port}")), "{asked}");
    assert!(asked.ends_with("to the end"));
}

#[test]
fn a_real_app_gets_the_token_of_the_sessions_world_and_the_journal_does_not() {
    let fake = fake();
    let tenant = fake.tenant(json!({"fixture": {"tasks": [{"id": 1, "status": "started"}]}}));
    let world = tenant.get("world");
    let session = world["tasks"][0]["meta"]["sessionToken"].as_str().unwrap();
    let ids = (&world["users"][0]["id"], &world["teams"][0]["id"], &world["workspaces"][0]["id"]);
    let visit = |kind: &str, body: &str| {
        let (port, asked) = app("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        tenant.control("PUT", "tasks/1/app", json!({"forward_to": format!("http://127.0.0.1:{port}")}));
        let headers = [("x-api-key", tenant.token.as_str()), ("Content-Type", kind)];
        let answer = fake.send("POST", &format!("/net/{session}/x"), &headers, body.as_bytes());
        assert_eq!(answer.status, 200);
        let asked = asked.join().unwrap();
        let (head, body) = asked.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    };
    let sent = r#"{"a": 1e400, "a": [0.10], "context": {"k": 12345678901234567890123}}"#;
    let (head, body) = visit("application/json", sent);
    assert!(body.starts_with(&sent[..sent.len() - 2]), "{body}");
    assert!(head.contains(&format!("x-user-id: {}", ids.0)), "{head}");
    let context = format!(
        r#""apiToken": "{}", "userId": {}, "teamId": {}, "workspaceId": {}"#,
        tenant.token, ids.0, ids.1, ids.2
    );
    assert!(body.ends_with(&format!(r#", {context}}}, "api_token": "{}"}}"#, tenant.token)), "{body}");
    let (head, body) = visit("text/plain", "{}");
    assert!(head.contains("x-user-id") && body == "{}", "{head} {body}");
    let large = json!({"image": "x".repeat(400_000)}).to_string();
    let (_, body) = visit("application/json", &large);
    assert!(body.starts_with(&large[..large.len() - 1]) && body.contains(&tenant.token));
    let journal = fake.send("GET", "/_slymock/journal", &[("x-api-key", tenant.token.as_str())], b"");
    let journal = String::from_utf8(journal.body).unwrap();
    assert!(!journal.contains(&tenant.token) && !journal.contains("apiToken"), "{journal}");
}

#[test]
fn a_debug_session_leads_to_its_port_on_this_machine() {
    let fake = fake();
    let (port, asked) = app("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    let request = json!({
        "moduleId": 81, "params": {"slymock": "never-ends"}, "proxyKeepUrl": true,
        "redirectRequests": {"token": "t", "port": port.to_string()},
    });
    let (_, address) = session(&fake, &request.to_string());
    assert_eq!(fake.send("GET", &format!("{address}/is_ready"), &[], b"").status, 200);
    let asked = asked.join().unwrap();
    assert!(asked.starts_with(&format!("GET {address}/is_ready HTTP/1.1")), "proxyKeepUrl: {asked}");
}

#[test]
fn a_session_that_leads_back_to_the_server_is_refused_at_the_first_turn() {
    let fake = fake();
    let request = json!({
        "moduleId": 81, "proxyKeepUrl": true,
        "redirectRequests": {"token": "t", "port": fake.address.port()},
    });
    let (_, address) = session(&fake, &request.to_string());
    let answer = fake.send("GET", &format!("{address}/x"), &[], b"");
    let body = String::from_utf8(answer.body).unwrap();
    assert!(answer.status == 400 && body.contains("leads back to this server"), "{body}");
    assert_eq!(fake.control("GET", "journal?method=net", "").json()["counts"], json!({"net": 1}));
}

#[test]
fn a_command_may_have_any_characters() {
    let fake = fake();
    let (id, address) = session(&fake, NEVER_ENDS);
    fake.control("PUT", &format!("tasks/{id}/app"), r#"{"replies": {"a b/\u00e4": 1}}"#);
    let answer = fake.send("GET", &format!("{address}/a%20b/%C3%A4"), &[], b"");
    assert_eq!((answer.status, answer.json()), (200, json!(1)));
    let (port, asked) = app("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    let there = json!({"forward_to": format!("http://127.0.0.1:{port}")});
    fake.control("PUT", &format!("tasks/{id}/app"), &there.to_string());
    let call = json!({"taskId": id, "command": "my command?x#y"}).to_string();
    assert_eq!(fake.call("tasks.request.direct", call.as_bytes()).status, 200);
    assert!(asked.join().unwrap().starts_with("POST /my%20command%3Fx%23y HTTP/1.1\r\n"));
}

#[test]
fn what_leads_nowhere_says_so() {
    let fake = fake();
    let (id, address) = session(&fake, NEVER_ENDS);
    let get = |path: &str, headers: &[(&str, &str)]| {
        let answer = fake.send("GET", path, headers, b"");
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    let (status, body) = get("/net/nobody/is_ready", &[]);
    assert!(status == 404 && body.contains("Session with id nobody"), "{body}");
    assert_eq!(get("/net/", &[]).0, 404);
    assert_eq!(get(&format!("{address}/is_ready"), &[("x-api-key", "wrong")]).0, 401);
    let (status, body) = get(&format!("{address}/unknown"), &[]);
    assert!(status == 400 && body.contains("no command unknown"), "{body}");
    fake.control("PUT", &format!("tasks/{id}/app"), r#"{"forward_to": "http://127.0.0.1:1"}"#);
    let (status, body) = get(&format!("{address}/any"), &[]);
    assert!(status == 400 && body.contains("App did not answer"), "{body}");
    fake.control("PATCH", &format!("tasks/{id}"), r#"{"status": "stopped"}"#);
    let (status, body) = get(&format!("{address}/is_ready"), &[]);
    assert!(status == 400 && body.contains("Task is not running"), "{body}");
}
