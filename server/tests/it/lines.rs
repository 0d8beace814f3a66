//! Malformed and hostile requests: each has a defined response, and a client of another world is
//! served within 100 ms meanwhile.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use slymock_server::{Config, DEFAULT_TOKEN, Limits};

use crate::fake::{Fake, fake, parse, read_one};

/// Maximum time of a poll of another world.
const POLL_MOST: Duration = Duration::from_millis(100);
/// Number of attempts before a late poll is a fault of the server and not of a busy machine.
const TRIES: usize = 3;

/// A server with short time limits for heads and bodies.
fn hasty() -> Fake {
    let moment = Duration::from_millis(200);
    let limits = Limits { header_time: moment, body_time: moment, ..Limits::default() };
    Fake::start(Config { limits, ..Config::default() })
}

/// Runs `work` while another world is polled continuously. In one of several attempts, all polls
/// must be answered in time.
fn beside(fake: &Fake, work: impl Fn()) {
    let tenant = fake.tenant(json!({}));
    let poll = tenant.bytes("tasks.info", &json!({"id": 121_230}));
    let worst = (0..TRIES).map(|_| worst_poll(fake, &poll, &work)).find(|worst| *worst <= POLL_MOST);
    assert!(worst.is_some(), "another world waited for over {POLL_MOST:?}, {TRIES} times");
}

fn worst_poll(fake: &Fake, poll: &[u8], work: impl Fn()) -> Duration {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let polls = scope.spawn(|| {
            let (mut stream, mut worst, mut more) = (fake.connect(), Duration::ZERO, true);
            while more {
                more = !done.load(Ordering::Relaxed);
                let asked = Instant::now();
                stream.write_all(poll).unwrap();
                assert_eq!(read_one(&mut stream).status, 200);
                worst = worst.max(asked.elapsed());
            }
            worst
        });
        let end = End(&done);
        work();
        drop(end);
        polls.join().unwrap()
    })
}

/// Ends the polls, even if `work` panics.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Statuses of the responses to these bytes until the connection ends.
fn statuses(fake: &Fake, bytes: &[u8]) -> Vec<u16> {
    statuses_in(&fake.raw(bytes))
}

/// Statuses of the responses received.
fn statuses_in(mut bytes: &[u8]) -> Vec<u16> {
    let mut found = Vec::new();
    while let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
        let answer = parse(&bytes[..end + 4]);
        let lower = answer.head.to_lowercase();
        let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        found.push(answer.status);
        bytes = bytes.get(end + 4 + length.unwrap_or(0_usize)..).unwrap_or_default();
    }
    found
}

/// A call of `tasks.info` with these header lines, each with its line end, and this text after its
/// head.
fn info(headers: &str, rest: &str) -> String {
    format!(
        "POST /public/api/v3/tasks.info HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {DEFAULT_TOKEN}\r\n\
         Content-Type: application/json\r\nConnection: close\r\n{headers}\r\n{rest}"
    )
}

const BODY: &str = r#"{"id": 121230}"#;
const BODY_LENGTH: &str = "Content-Length: 14\r\n";
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// Sends each request and compares the statuses. An empty list means that the connection ends
/// without a response.
fn answered(cases: &[(&str, String, &[u16])]) {
    let fake = hasty();
    beside(&fake, || {
        let wrong = cases.iter().filter_map(|(what, bytes, wanted)| {
            let found = statuses(&fake, bytes.as_bytes());
            (found != *wanted).then(|| format!("{what}: {found:?}, not {wanted:?}"))
        });
        assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new());
    });
    assert_eq!(fake.call("tasks.info", BODY.as_bytes()).status, 200, "the server still answers");
}

#[test]
fn chunked_bodies_are_read_or_refused() {
    let whole = format!("{}0\r\n\r\n", chunk(BODY));
    let bytewise: String = BODY.chars().map(|letter| chunk(&letter.to_string())).collect();
    let with = |rest: &str| info(CHUNKED, rest);
    answered(&[
        ("whole", with(&whole), &[200]),
        ("a byte a chunk", with(&format!("{bytewise}0\r\n\r\n")), &[200]),
        ("an extension", with(&format!("e;name=value\r\n{BODY}\r\n0;last\r\n\r\n")), &[200]),
        ("a trailer", with(&format!("{}0\r\nx-late: 1\r\n\r\n", chunk(BODY))), &[200]),
        ("zeros before the size", with(&format!("000e\r\n{BODY}\r\n0\r\n\r\n")), &[200]),
        ("no size", with(&format!("\r\n{BODY}\r\n0\r\n\r\n")), &[400]),
        ("a size that is none", with(&format!("xyz\r\n{BODY}\r\n0\r\n\r\n")), &[400]),
        ("a negative size", with(&format!("-e\r\n{BODY}\r\n0\r\n\r\n")), &[400]),
        ("a size with 0x", with(&format!("0xe\r\n{BODY}\r\n0\r\n\r\n")), &[400]),
        ("a size beyond 64 bits", with(&format!("10000000000000000e\r\n{BODY}\r\n0\r\n\r\n")), &[400]),
        ("a huge size", with(&format!("ffffffffffffff\r\n{BODY}")), &[400]),
        ("no line behind a chunk", with(&format!("e\r\n{BODY}0\r\n\r\n")), &[400]),
        ("no end", with(&chunk(BODY)), &[400]),
        ("a chunk that is cut", with("e\r\n{\"id\":"), &[400]),
        ("a long extension", with(&format!("e;{}\r\n{BODY}\r\n0\r\n\r\n", "x".repeat(40_000))), &[400]),
        ("many trailers", with(&format!("{}0\r\n{}\r\n", chunk(BODY), "x: y\r\n".repeat(20_000))), &[400]),
    ]);
}

/// A request that a proxy might read as two is handled as one, or refused.
#[test]
fn requests_that_two_could_read_differently_are_one_or_none() {
    let second = "GET /public/api/v3/instance.version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let chunked = format!("{}0\r\n\r\n", chunk(BODY));
    let plain = |head: &str| format!("{head}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    answered(&[
        ("a length and chunks", info(&format!("{BODY_LENGTH}{CHUNKED}"), &chunked), &[200]),
        // Chunked encoding has priority, and the text after the chunks is not parsed as another
        // request.
        (
            "chunks and a length",
            info(&format!("{CHUNKED}{BODY_LENGTH}"), &format!("{chunked}{second}")),
            &[200],
        ),
        ("two lengths that differ", info("Content-Length: 14\r\nContent-Length: 5\r\n", BODY), &[400]),
        ("two lengths in one", info("Content-Length: 14, 5\r\n", BODY), &[400]),
        ("a length with a sign", info("Content-Length: +14\r\n", BODY), &[400]),
        ("a length beyond 64 bits", info("Content-Length: 18446744073709551616\r\n", BODY), &[400]),
        ("an encoding that is none", info("Transfer-Encoding: xchunked\r\n", second), &[400]),
        ("chunked that is not last", info("Transfer-Encoding: chunked, identity\r\n", second), &[400]),
        ("a line that is folded", info(&format!("x: a\r\n b\r\n{BODY_LENGTH}"), BODY), &[400]),
        ("a space before the colon", info(&format!("x : a\r\n{BODY_LENGTH}"), BODY), &[400]),
        ("a NUL in a header", info(&format!("x: a\0b\r\n{BODY_LENGTH}"), BODY), &[400]),
        ("a bare CR in a header", info(&format!("x: a\rb\r\n{BODY_LENGTH}"), BODY), &[400]),
        ("no version", "GET /\r\n\r\n".to_owned(), &[400]),
        ("HTTP/0.9", plain("GET / HTTP/0.9"), &[400]),
        ("HTTP/3.0", plain("GET / HTTP/3.0"), &[400]),
        ("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), &[]),
        (
            "lines that end in a bare line feed",
            "GET / HTTP/1.1\nHost: 127.0.0.1\nConnection: close\n\n".to_owned(),
            &[200],
        ),
        ("a method in small letters", plain("get / HTTP/1.1"), &[200]),
        ("CONNECT", plain("CONNECT 127.0.0.1:80 HTTP/1.1"), &[404]),
        ("an asterisk", plain("OPTIONS * HTTP/1.1"), &[404]),
        ("a foreign target", plain("GET http://example.com/ HTTP/1.1"), &[403]),
        ("a target of our own", plain("GET http://127.0.0.1/ HTTP/1.1"), &[200]),
        ("a space in the target", plain("GET /a b HTTP/1.1"), &[400]),
        ("a long target", plain(&format!("GET /{} HTTP/1.1", "x".repeat(65_535))), &[414]),
        ("many headers", info(&"x: y\r\n".repeat(200), ""), &[431]),
        ("rubbish", "\u{1}\u{2}\u{3}\r\n\r\n".to_owned(), &[400]),
    ]);
}

#[test]
fn pipelined_requests_are_answered_in_order_with_a_delay_in_their_middle() {
    let fake = fake();
    let rule = json!({"on": {"method": "tasks.info", "nth": [3]}, "do": {"delay_ms": 1_000}});
    assert_eq!(fake.control("POST", "faults", &rule.to_string()).status, 200);
    let ask = |id: usize| {
        let body = format!("{{\"id\": {id}}}");
        info(&format!("Content-Length: {}\r\n", body.len()), &body).replace("Connection: close\r\n", "")
    };
    let all: String = (1..=6).map(ask).collect();
    let mut stream = fake.connect();
    stream.write_all(all.as_bytes()).unwrap();
    // Refusals name the missing task, which shows the order of the responses.
    let mut said = read_until(&mut stream, "id 2 is");
    assert!(!said.contains("id 3 is"), "the third must be delayed: {said}");
    fake.control("POST", "clock", r#"{"advance_ms": 1000}"#);
    said.push_str(&read_until(&mut stream, "id 6 is"));
    let places: Vec<_> = (1..=6).map(|id| said.find(&format!("id {id} is"))).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{said}");
}

/// Reads until `text` has been received.
fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut said = String::new();
    while !said.contains(text) {
        let mut buffer = [0; 4_096];
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the connection ended early: {said}");
        said.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    said
}

#[test]
fn who_asks_before_it_sends_is_told_to_go_on() {
    let fake = fake();
    let mut stream = fake.connect();
    let head = info(&format!("Expect: 100-continue\r\n{BODY_LENGTH}"), "");
    stream.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(BODY.as_bytes()).unwrap();
    assert_eq!(read_one(&mut stream).status, 200);
}

#[test]
fn who_has_shut_down_its_half_within_a_body_is_refused() {
    let fake = fake();
    let mut stream = fake.connect();
    stream.write_all(info("Content-Length: 20\r\n", BODY).as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).unwrap();
    assert_eq!(statuses_in(&said), [400]);
}

/// Sends a byte at a time while the server reads them. Returns everything it sent.
fn drip(stream: &mut TcpStream, byte: &[u8]) -> Vec<u8> {
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let began = Instant::now();
    let mut said = Vec::new();
    while began.elapsed() < Duration::from_secs(10) {
        let mut buffer = [0; 1_024];
        match stream.read(&mut buffer) {
            Ok(0) => return said,
            Ok(read) => said.extend_from_slice(&buffer[..read]),
            // No reply yet: the next byte follows some milliseconds later.
            Err(_) if stream.write_all(byte).is_err() => return said,
            Err(_) => {}
        }
    }
    panic!("the server never gave up");
}

#[test]
fn heads_and_bodies_that_drip_are_ended_in_their_time() {
    let fake = hasty();
    beside(&fake, || {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let mut head = fake.connect();
                    head.write_all(b"GET / HTTP/1.1\r\nx: ").unwrap();
                    let said = drip(&mut head, b"y");
                    assert!(said.is_empty() || statuses_in(&said) == [408], "{said:?}");
                });
                scope.spawn(|| {
                    let mut body = fake.connect();
                    body.write_all(info("Connection: close\r\nContent-Length: 10000\r\n", "").as_bytes())
                        .unwrap();
                    assert_eq!(statuses_in(&drip(&mut body, b" ")), [400]);
                });
            }
        });
    });
}
