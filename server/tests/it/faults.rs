//! Faults on the wire: each action, and its journal entry.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fake::{Answer, Fake, fake, parse, read_one, until};
use crate::tenant::Tenant;

const TASK: u64 = 121_230;

/// Sends a call and reads to the end of the connection. Returns the bytes, and the error that ended
/// it.
fn exchange(tenant: &Tenant<'_>, method: &str, body: &Value) -> (Vec<u8>, Option<ErrorKind>) {
    let mut stream = tenant.fake.connect();
    stream.write_all(&tenant.bytes(method, body)).unwrap();
    let mut came = Vec::new();
    let ended = stream.read_to_end(&mut came).err().map(|error| error.kind());
    (came, ended)
}

fn info(tenant: &Tenant<'_>) -> Answer {
    tenant.call("tasks.info", json!({"id": TASK}))
}

/// The journal's last entry of a method.
fn last(tenant: &Tenant<'_>, method: &str) -> Value {
    tenant.get(&format!("journal?method={method}&limit=1"))["entries"][0].clone()
}

fn content_length(head: &str) -> usize {
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.unwrap().parse().unwrap()
}

#[test]
fn a_status_alone_is_answered_in_the_services_dialect_and_nothing_is_done() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let task = tenant.task(json!("never-ends"));
    for status in
        [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 499, 500, 502, 503, 504, 505, 509, 598, 599]
    {
        tenant.control("DELETE", "faults", Value::Null);
        let id = tenant.fault(json!({"on": {"method": "tasks.stop"}, "do": {"status": status}}));
        let answer = tenant.call("tasks.stop", json!({"id": task}));
        assert_eq!(answer.status, status);
        assert!(answer.json()["error"].is_string() && answer.json().get("details").is_some(), "{status}");
        assert!(answer.head.to_lowercase().contains("content-type: application/json"), "{}", answer.head);
        let entry = last(&tenant, "tasks.stop");
        assert_eq!((&entry["status"], &entry["fault"]), (&json!(status), &json!(id)));
        assert_eq!(entry["size"], answer.body.len());
    }
    assert_eq!(tenant.status(task), "queued");
}

#[test]
fn a_status_brings_whatever_body_and_headers_it_is_given() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let answer = |act: Value| {
        tenant.control("DELETE", "faults", Value::Null);
        tenant.fault(json!({"do": act}));
        let answer = info(&tenant);
        (answer.status, answer.head.to_lowercase(), answer.body)
    };
    let (status, head, body) = answer(json!({"status": 429, "headers": {"Retry-After": "7"}}));
    assert!(status == 429 && head.contains("retry-after: 7\r\n") && !body.is_empty(), "{head}");
    let (_, head, body) = answer(json!({"status": 500, "body": {"error": [1, null]}}));
    assert!(head.contains("content-type: application/json"));
    assert_eq!(body, br#"{"error":[1,null]}"#);
    let (_, head, body) = answer(json!({"status": 200, "body_text": "h\u{e9}"}));
    assert!(head.contains("content-type: text/plain") && body == "h\u{e9}".as_bytes());
    let (_, head, body) =
        answer(json!({"status": 200, "body_base64": "/wA=", "headers": {"Content-Type": "x/y"}}));
    assert!(head.contains("content-type: x/y") && body == [0xff, 0], "{head}");
    for status in [200, 204, 206, 301, 304] {
        let (came, _, body) = answer(json!({"status": status}));
        assert!(came == status && body.is_empty(), "{status}");
    }
    let (status, _, body) = answer(json!({"status": 200, "body": null}));
    assert!(status == 200 && body == b"null");
    let (status, head, body) = answer(json!({"not_json": true}));
    assert!(status == 200 && head.contains("content-type: text/html"));
    assert!(serde_json::from_slice::<Value>(&body).is_err() && body.starts_with(b"<!DOCTYPE"));
}

#[test]
fn a_reset_before_the_reply_is_a_real_one_and_nothing_is_done() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let task = tenant.task(json!("never-ends"));
    tenant.fault(json!({"on": {"method": "tasks.stop"}, "do": {"reset": true}}));
    let (came, ended) = exchange(&tenant, "tasks.stop", &json!({"id": task}));
    assert_eq!((came.as_slice(), ended), (&b""[..], Some(ErrorKind::ConnectionReset)));
    let entry = last(&tenant, "tasks.stop");
    assert_eq!(
        (&entry["status"], &entry["size"], tenant.status(task)),
        (&Value::Null, &json!(0), "queued".into())
    );
}

#[test]
fn a_reset_amid_the_reply_comes_after_half_of_the_body_and_the_call_is_done() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let task = tenant.task(json!("never-ends"));
    tenant.fault(json!({"on": {"method": "tasks.stop"}, "do": {"reset": "mid_reply"}}));
    let (came, ended) = exchange(&tenant, "tasks.stop", &json!({"id": task}));
    assert_eq!(ended, Some(ErrorKind::ConnectionReset));
    let answer = parse(&came);
    assert_eq!((answer.status, answer.body.len()), (200, content_length(&answer.head) / 2));
    assert_eq!(tenant.status(task), "terminating");
}

#[test]
fn a_truncated_reply_has_its_full_length_in_the_head_and_a_short_body() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let whole = info(&tenant).body;
    for at in [0, 1, 100, whole.len() - 1] {
        tenant.control("DELETE", "faults", Value::Null);
        tenant.fault(json!({"do": {"truncate_at": at}}));
        let (came, ended) = exchange(&tenant, "tasks.info", &json!({"id": TASK}));
        let answer = parse(&came);
        assert_eq!((answer.status, ended), (200, None), "the connection has an orderly end");
        assert_eq!(content_length(&answer.head), whole.len());
        assert_eq!(answer.body, whole[..at]);
        assert_eq!(last(&tenant, "tasks.info")["size"], whole.len());
    }
    tenant.control("DELETE", "faults", Value::Null);
    tenant.fault(json!({"do": {"truncate_at": whole.len()}}));
    assert_eq!(info(&tenant).body, whole, "there is nothing to cut");
}

#[test]
fn a_reply_that_is_larger_than_any_buffer_is_cut_where_it_is_told() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.control("POST", "tasks", json!({"workspaceId": 23821, "count": 900}));
    let list = json!({"workspaceId": 23821, "per_page": 1000});
    let whole = tenant.call("tasks.list", list.clone()).body;
    let at = 200_000;
    assert!(whole.len() > at + 10_000, "{}", whole.len());
    tenant.fault(json!({"do": {"truncate_at": at}}));
    let (came, _) = exchange(&tenant, "tasks.list", &list);
    assert!(parse(&came).body == whole[..at]);
}

#[test]
fn a_reply_lost_after_the_commit_has_changed_the_world() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.fault(json!({"on": {"method": "tasks.run.app"}, "do": {"commit_then_drop": true}}));
    let (came, ended) = exchange(&tenant, "tasks.run.app", &json!({"moduleId": 81}));
    assert_eq!((came.as_slice(), ended), (&b""[..], None), "no bytes, and an orderly end");
    assert_eq!(tenant.call("tasks.list", json!({"workspaceId": 23821})).json()["total"], 2);
    assert_eq!(last(&tenant, "tasks.run.app")["status"], 200);
}

#[test]
fn a_hanging_request_holds_until_the_client_leaves_and_the_server_stays_well() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let task = tenant.task(json!("never-ends"));
    tenant.fault(json!({"on": {"method": "tasks.stop"}, "do": {"hang": true}}));
    let mut stream = fake.connect();
    stream.write_all(&tenant.bytes("tasks.stop", &json!({"id": task}))).unwrap();
    until("it hangs", || tenant.count("tasks.stop") == 1);
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let waited = stream.read(&mut [0]).unwrap_err().kind();
    assert!(matches!(waited, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{waited:?}");
    drop(stream);
    assert_eq!((info(&tenant).status, tenant.status(task)), (200, "queued".into()));
    // A server that ends does not wait for hanging requests.
    let mut stream = fake.connect();
    stream.write_all(&tenant.bytes("tasks.stop", &json!({"id": task}))).unwrap();
    until("another hangs", || tenant.count("tasks.stop") == 2);
    let began = Instant::now();
    drop(fake);
    assert!(began.elapsed() < Duration::from_millis(1_500), "{:?}", began.elapsed());
}

#[test]
fn a_dribbled_body_comes_at_its_pace_and_whole() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let whole = info(&tenant).body;
    let rate = 2_000;
    tenant.fault(json!({"do": {"dribble_bytes_per_s": rate}}));
    let mut stream = fake.connect();
    stream.write_all(&tenant.bytes("tasks.info", &json!({"id": TASK}))).unwrap();
    let (came, took) = read_whole(&mut stream, whole.len());
    let least = Duration::from_millis(whole.len() as u64 * 1_000 / rate * 3 / 4);
    assert!(parse(&came).body == whole && took >= least, "{took:?} is less than {least:?}");
    tenant.control("DELETE", "faults", Value::Null);
    stream.write_all(&tenant.bytes("tasks.info", &json!({"id": TASK}))).unwrap();
    assert_eq!(parse(&read_whole(&mut stream, whole.len()).0).body, whole, "the connection goes on");
}

/// Reads a reply whose body has `length` bytes. Also returns the time that the body took.
fn read_whole(stream: &mut TcpStream, length: usize) -> (Vec<u8>, Duration) {
    let (mut came, mut began) = (Vec::new(), None);
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the connection ended early");
        came.extend_from_slice(&buffer[..read]);
        let Some(end) = came.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let began = *began.get_or_insert_with(Instant::now);
        if came.len() >= end + 4 + length {
            return (came, began.elapsed());
        }
    }
}

#[test]
fn a_dribbled_body_may_be_cut_or_reset_too() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.fault(json!({"on": {"nth": [1]}, "do": {"dribble_bytes_per_s": 20_000, "truncate_at": 50}}));
    tenant.fault(json!({"on": {"nth": [1]}, "do": {"dribble_bytes_per_s": 20_000, "reset": "mid_reply"}}));
    let (came, ended) = exchange(&tenant, "tasks.info", &json!({"id": TASK}));
    assert_eq!((parse(&came).body.len(), ended), (50, None));
    let (came, ended) = exchange(&tenant, "tasks.info", &json!({"id": TASK}));
    let answer = parse(&came);
    assert_eq!(ended, Some(ErrorKind::ConnectionReset));
    assert_eq!(answer.body.len(), content_length(&answer.head) / 2);
}

#[test]
fn a_fault_of_one_reply_leaves_the_others_on_its_connection_alone() {
    let fake: Fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.fault(json!({"on": {"nth": [2]}, "do": {"status": 503}}));
    let mut stream = fake.connect();
    let whole = info(&tenant).body.len();
    tenant.control("POST", "reset", Value::Null);
    tenant.fault(json!({"on": {"nth": [2]}, "do": {"truncate_at": 3}}));
    for cut in [None, Some(3)] {
        stream.write_all(&tenant.bytes("tasks.info", &json!({"id": TASK}))).unwrap();
        if let Some(at) = cut {
            let mut came = Vec::new();
            stream.read_to_end(&mut came).unwrap();
            assert_eq!(parse(&came).body.len(), at);
        } else {
            read_whole(&mut stream, whole);
        }
    }
}

#[test]
fn the_reply_to_a_head_has_no_body_to_be_spoiled() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let whole = info(&tenant).body;
    for act in [json!({"truncate_at": 10}), json!({"dribble_bytes_per_s": 1})] {
        tenant.control("POST", "reset", Value::Null);
        tenant.fault(json!({"on": {"nth": [1]}, "do": act}));
        let mut stream = fake.connect();
        let head = format!(
            "HEAD /public/api/v3/tasks.info?id={TASK} HTTP/1.1\r\nHost: localhost\r\nx-api-key: {}\r\n\r\n",
            tenant.token
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut came = Vec::new();
        while !came.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            came.push(byte[0]);
        }
        stream.write_all(&tenant.bytes("tasks.info", &json!({"id": TASK}))).unwrap();
        assert_eq!(read_one(&mut stream).body, whole, "the next reply on the connection is whole: {act}");
    }
}
