//! Limits, TLS bytes, shutdown.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use slymock_server::engine::clock::Mode;
use slymock_server::{Config, DEFAULT_TOKEN, Limits};

use crate::fake::{Fake, fake, parse};

fn limited(limits: Limits) -> Fake {
    Fake::start(Config { limits, ..Config::default() })
}

#[test]
fn tls_bytes_are_answered_at_once_with_an_alert() {
    let fake = fake();
    // The head of a ClientHello, with which any TLS client begins.
    let answer = fake.raw(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]);
    assert_eq!(answer[..3], [0x15, 0x03, 0x01], "a TLS alert");
    assert_eq!(fake.send("GET", "/", &[], b"").status, 200);
}

#[test]
fn a_body_over_the_limit_is_a_413_before_the_token_is_looked_at() {
    let fake = limited(Limits { body: 100, ..Limits::default() });
    let answer = fake.send("POST", "/public/api/v3/tasks.info", &[], &[b'x'; 101]);
    assert_eq!(answer.status, 413);
    assert!(answer.json()["details"]["message"].as_str().unwrap().contains("100 bytes"));
    assert_eq!(fake.call("tasks.info", b"{\"id\":121230}").status, 200);
}

#[test]
fn a_body_over_the_limit_is_not_waited_for() {
    let fake = limited(Limits { body: 100, ..Limits::default() });
    for expect in ["", "Expect: 100-continue\r\n"] {
        let mut stream = fake.connect();
        let head = format!(
            "POST /public/api/v3/tasks.info HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{expect}Content-Length: 9999999\r\n\r\nx"
        );
        let began = std::time::Instant::now();
        stream.write_all(head.as_bytes()).unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 413", "{expect}");
        assert!(began.elapsed() < Duration::from_secs(5), "the rest of the body never comes");
    }
}

#[test]
fn a_chunked_body_over_the_limit_is_a_413() {
    let fake = limited(Limits { body: 10, ..Limits::default() });
    let head = format!(
        "POST /public/api/v3/tasks.info HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-api-key: {DEFAULT_TOKEN}\r\n\
         Transfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n0\r\n\r\n"
    );
    assert_eq!(parse(&fake.raw(head.as_bytes())).status, 413);
}

#[test]
fn a_body_that_does_not_arrive_is_refused_and_not_waited_for() {
    let fake = limited(Limits { body_time: Duration::from_millis(50), ..Limits::default() });
    let head = "POST /public/api/v3/tasks.info HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 10\r\n\r\n";
    let answer = parse(&fake.raw(head.as_bytes()));
    assert_eq!(answer.status, 400);
    assert!(String::from_utf8_lossy(&answer.body).contains("within 50 ms"));
}

#[test]
fn slow_headers_and_silence_are_ended() {
    let fake = limited(Limits { header_time: Duration::from_millis(50), ..Limits::default() });
    for bytes in [&b""[..], b"POST /public"] {
        let answer = fake.raw(bytes);
        assert!(answer.is_empty() || parse(&answer).status == 408, "{answer:?}");
    }
}

#[test]
fn a_head_over_64_kib_is_a_431() {
    let long = "x".repeat(70 * 1024);
    let answer = fake().raw(
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nlong: {long}\r\n\r\n").as_bytes(),
    );
    assert_eq!(parse(&answer).status, 431);
}

#[test]
fn more_connections_than_slots_wait_and_are_answered() {
    let fake = limited(Limits { connections: 1, ..Limits::default() });
    let mut first = fake.connect();
    first.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut byte = [0];
    first.read_exact(&mut byte).unwrap();
    let mut second = fake.connect();
    second.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    drop(first);
    let mut answer = Vec::new();
    second.read_to_end(&mut answer).unwrap();
    assert_eq!(parse(&answer).status, 200);
}

#[test]
fn the_date_is_the_worlds() {
    let answer = fake().call("tasks.info", b"{\"id\":121230}");
    assert!(answer.head.to_lowercase().contains("date: thu, 01 jan 2026 00:00:00 gmt"), "{}", answer.head);
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let fake = fake();
    let mut idle = fake.connect();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut byte = [0];
    idle.read_exact(&mut byte).unwrap();
    drop(fake);
}

#[test]
fn a_head_over_a_smaller_limit_is_a_431() {
    let fake = limited(Limits { head: 1_000, ..Limits::default() });
    let head = |bytes: usize| {
        let long = "x".repeat(bytes);
        parse(
            &fake.raw(
                format!("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nlong: {long}\r\n\r\n")
                    .as_bytes(),
            ),
        )
        .status
    };
    assert_eq!([head(500), head(1_500)], [200, 431]);
}

#[test]
fn uploads_over_the_limit_are_a_413_and_the_same_bytes_count_once() {
    let mut config = Config::default();
    config.settings.clock = Mode::Manual;
    config.settings.limits.upload_bytes = 6;
    let fake = Fake::start(config);
    let upload = |hash: &str, content: &str| {
        let label = format!("{{\"fullpath\": \"/a\", \"hash\": \"{hash}\"}}");
        let part = |name: &str, text: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body = format!("{}{}--b--\r\n", part("0", &label), part("0-file", content));
        let headers = [
            ("x-api-key", DEFAULT_TOKEN),
            ("Content-Type", "multipart/form-data; boundary=b"),
            ("x-task-id", "121230"),
        ];
        fake.send("POST", "/public/api/v3/tasks.files.bulk.upload", &headers, body.as_bytes())
    };
    let (hello, ab) =
        ("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", "+44g/C5MPySMYMOb1lLzwTRymLuXe4tNWQO4UFViBgM=");
    assert_eq!([upload(hello, "hello").status, upload(hello, "hello").status], [200, 200]);
    let before = fake.world();
    let full = upload(ab, "ab");
    assert_eq!((full.status, &full.json()["error"]), (413, &serde_json::json!("No room for uploads")));
    assert_eq!(fake.world(), before);
}
