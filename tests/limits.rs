//! Each limit of `slymock serve` is an option with a documented default, and is enforced.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use crate::common::serving::{Serving, serve};

/// Sends bytes and returns all that the server sends.
fn raw(server: &Serving, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.host()).unwrap();
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends a POST; each of `headers` ends with a line break.
fn post(server: &Serving, path: &str, headers: &str, body: &str) -> String {
    let (host, token, length) = (server.host(), server.token(), body.len());
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nx-api-key: {token}\r\n{headers}\
         Content-Length: {length}\r\n\r\n{body}"
    );
    raw(server, head.as_bytes())
}

const INFO: &str = "/public/api/v3/tasks.info";
const JSON: &str = "Content-Type: application/json\r\n";

#[test]
fn heads_and_bodies_have_the_size_they_are_given() {
    let server = serve(&["--max-header-bytes", "1000", "--max-body-bytes", "20"]);
    assert!(post(&server, INFO, JSON, r#"{"id": 121230}"#).starts_with("HTTP/1.1 200"));
    let long = format!("{JSON}long: {}\r\n", "x".repeat(1_000));
    assert!(post(&server, INFO, &long, r#"{"id": 121230}"#).starts_with("HTTP/1.1 431"));
    assert!(post(&server, INFO, JSON, r#"{"id": 121230, "a": 1}"#).starts_with("HTTP/1.1 413"));
    server.end("-TERM");
}

#[test]
fn heads_and_bodies_take_as_long_as_they_may() {
    let server = serve(&["--header-timeout-ms", "50", "--body-timeout-ms", "60"]);
    let slow = raw(&server, b"POST /public");
    assert!(slow.is_empty() || slow.starts_with("HTTP/1.1 408"), "{slow}");
    let slow =
        raw(&server, b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 9\r\n\r\n");
    assert!(slow.starts_with("HTTP/1.1 400") && slow.contains("within 60 ms"), "{slow}");
    server.end("-TERM");
}

#[test]
fn worlds_connections_and_entries_are_as_many_as_they_may_be() {
    let server = serve(&["--max-worlds", "2", "--max-connections", "1", "--journal-bytes", "1000"]);
    assert!(post(&server, "/_slymock/worlds", "", "").starts_with("HTTP/1.1 200"));
    assert!(post(&server, "/_slymock/worlds", "", "").starts_with("HTTP/1.1 403"));
    for _ in 0..9 {
        post(&server, INFO, JSON, r#"{"id": 121230}"#);
    }
    let (host, token) = (server.host(), server.token());
    let journal = format!(
        "GET /_slymock/journal HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nx-api-key: {token}\r\n\r\n"
    );
    let told = raw(&server, journal.as_bytes());
    assert!(told.contains(r#""tasks.info":9"#) && !told.contains(r#""dropped":0"#), "{told}");
    // The only allowed connection is in use, so the next one waits until it is closed.
    let mut first = TcpStream::connect(host).unwrap();
    first.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    first.read_exact(&mut [0]).unwrap();
    let mut second = TcpStream::connect(host).unwrap();
    second.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    second.set_read_timeout(Some(std::time::Duration::from_millis(50))).unwrap();
    assert!(second.read(&mut [0]).is_err(), "there is no response yet");
    drop(first);
    second.set_read_timeout(None).unwrap();
    assert_eq!(second.read(&mut [0]).unwrap(), 1);
    drop(second);
    server.end("-TERM");
}

#[test]
fn json_fixtures_and_worlds_have_the_size_they_are_given() {
    let limits = ["--max-json-bytes", "200", "--max-fixture-bytes", "900", "--max-world-bytes", "60000"];
    let server = serve(&[&limits[..], &["--max-bodies-bytes", "100000"]].concat());
    let padded = |bytes: usize| format!("{{\"id\": 121230, \"x\": \"{}\"}}", "x".repeat(bytes));
    assert!(post(&server, INFO, JSON, &padded(100)).starts_with("HTTP/1.1 200"));
    assert!(post(&server, INFO, JSON, &padded(200)).starts_with("HTTP/1.1 413"));
    let fixture =
        |bytes: usize| format!("{{\"fixture\": {{\"stubs\": {{\"a.b\": \"{}\"}}}}}}", "x".repeat(bytes));
    assert!(post(&server, "/_slymock/worlds", JSON, &fixture(500)).starts_with("HTTP/1.1 200"));
    assert!(post(&server, "/_slymock/worlds", JSON, &fixture(900)).starts_with("HTTP/1.1 413"));
    let tasks = r#"{"workspaceId": 23821, "count": 1000}"#;
    let full = post(&server, "/_slymock/tasks", JSON, tasks);
    assert!(full.starts_with("HTTP/1.1 413") && full.contains("more than 60000 bytes"), "{full}");
    server.end("-TERM");
}

#[test]
fn uploads_are_kept_up_to_the_size_they_are_given() {
    let server = serve(&["--max-upload-bytes", "4"]);
    let upload = |hash: &str, content: &str| {
        let label = format!("{{\"fullpath\": \"/a\", \"hash\": \"{hash}\"}}");
        let part = |name: &str, text: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body = format!("{}{}--b--\r\n", part("0", &label), part("0-file", content));
        let headers = "Content-Type: multipart/form-data; boundary=b\r\nx-task-id: 121230\r\n";
        post(&server, "/public/api/v3/tasks.files.bulk.upload", headers, &body)
    };
    assert!(upload("+44g/C5MPySMYMOb1lLzwTRymLuXe4tNWQO4UFViBgM=", "ab").starts_with("HTTP/1.1 200"));
    assert!(upload("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", "hello").starts_with("HTTP/1.1 413"));
    server.end("-TERM");
}

#[test]
fn each_limit_states_its_default_and_none_may_be_nothing_where_that_would_answer_nobody() {
    let slymock =
        |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_slymock")).args(arguments).output().unwrap();
    let help = String::from_utf8(slymock(&["serve", "--help"]).stdout).unwrap();
    for (option, default) in [
        ("--max-header-bytes <N>", "65536"),
        ("--max-body-bytes <N>", "67108864"),
        ("--max-json-bytes <N>", "8388608"),
        ("--max-fixture-bytes <N>", "2147483648"),
        ("--max-bodies-bytes <N>", "1073741824"),
        ("--max-upload-bytes <N>", "268435456"),
        ("--max-connections <N>", "10000"),
        ("--max-worlds <N>", "10000"),
        ("--header-timeout-ms <MS>", "10000"),
        ("--body-timeout-ms <MS>", "30000"),
        ("--reply-timeout-ms <MS>", "60000"),
        ("--journal-bytes <N>", "16777216"),
    ] {
        let (_, rest) = help.split_once(option).unwrap();
        let (shown, _) = rest.split_once("\n      --").unwrap_or((rest, ""));
        assert!(shown.contains(&format!("[default: {default}]")), "{option}: {shown}");
    }
    let needed = [
        "--max-connections",
        "--max-worlds",
        "--header-timeout-ms",
        "--body-timeout-ms",
        "--reply-timeout-ms",
    ];
    for option in needed {
        assert_eq!(slymock(&["serve", option, "0"]).status.code(), Some(2), "{option}");
    }
}

/// Resident memory of a server, in MiB.
fn resident_mib(server: &Serving) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix("kB").unwrap().trim().parse::<u64>().unwrap() / 1024
}

#[test]
fn memory_is_given_back_when_a_world_goes() {
    let server = serve(&[]);
    let before = resident_mib(&server);
    let task = |id: u64| format!("{{\"id\": {id}, \"description\": \"{}\"}}", "x".repeat(500));
    let tasks: Vec<String> = (1..=10_000).map(task).collect();
    let fixture = format!("{{\"name\": \"large\", \"fixture\": {{\"tasks\": [{}]}}}}", tasks.join(","));
    assert!(post(&server, "/_slymock/worlds", JSON, &fixture).starts_with("HTTP/1.1 200"));
    let with_it = resident_mib(&server);
    assert!(with_it > before + 15, "{before} MiB, and {with_it} with the world");
    let host = server.host();
    let gone = raw(
        &server,
        format!("DELETE /_slymock/worlds/large HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
            .as_bytes(),
    );
    assert!(gone.starts_with("HTTP/1.1 204"), "{gone}");
    // A background task frees the world, and the allocator returns memory only at a later allocation.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while resident_mib(&server) > before + (with_it - before) / 2 {
        assert!(std::time::Instant::now() < deadline, "{} of {with_it} MiB", resident_mib(&server));
        post(&server, INFO, JSON, r#"{"id": 121230}"#);
    }
    server.end("-TERM");
}

#[test]
fn a_large_world_needs_a_place_to_lie_in_while_it_is_read() {
    let server = crate::common::serving::serve_with(&[], &[("TMPDIR", "/no/such/folder")]);
    let world = format!("{{\"stubs\": {{\"a.b\": \"{}\"}}}}", "x".repeat(2 * 1024 * 1024));
    let put = |world: &str| {
        let (host, length) = (server.host(), world.len());
        raw(&server, format!("PUT /_slymock/world HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{world}").as_bytes())
    };
    let refused = put(&world);
    assert!(
        refused.starts_with("HTTP/1.1 507") && refused.contains("cannot be written to a temporary file"),
        "{refused}"
    );
    assert!(put("{}").starts_with("HTTP/1.1 200"), "a small world stays in memory");
    server.end("-TERM");
}
