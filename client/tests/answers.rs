//! The client against canned answers over a real socket.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use slymock_client::{Client, Error, Status};

/// Asks a server that answers one request with `answer`; returns the request too.
fn ask(answer: Vec<u8>) -> (Result<Status, Error>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut chunk = [0; 1024];
        while !request.ends_with(b"}") {
            let read = stream.read(&mut chunk).unwrap();
            request.extend_from_slice(&chunk[..read]);
        }
        stream.write_all(&answer).unwrap();
        String::from_utf8(request).unwrap()
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new(&address, "secret").unwrap();
    let result = runtime.block_on(client.task_status(7));
    (result, server.join().unwrap())
}

fn http(code: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {code} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

fn info(status: &str) -> String {
    format!(r#"{{"id": 7, "workspaceId": 1, "type": "app", "status": "{status}", "more": null}}"#)
}

#[test]
fn a_status_is_read_from_tasks_info() {
    let (result, request) = ask(http(200, &info("started")));
    assert_eq!(result.unwrap(), Status::Started);
    assert!(request.starts_with("POST /public/api/v3/tasks.info HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("x-api-key: secret\r\n") && request.ends_with("{\"id\":7}"), "{request}");
}

#[test]
fn what_is_not_a_status_is_a_typed_error() {
    assert!(matches!(ask(http(404, "{}")).0, Err(Error::NotFound(7))));
    assert!(matches!(ask(http(503, "busy")).0, Err(Error::Status { code: 503, body }) if body == "busy"));
    for body in ["", "not json", "[]", "{}", &info("running"), "{\"id\": -1}"] {
        assert!(matches!(ask(http(200, body)).0, Err(Error::BadAnswer(_))), "{body}");
    }
    assert!(matches!(ask(Vec::new()).0, Err(Error::Connection(_))));
    assert!(matches!(
        ask(b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n{".to_vec()).0,
        Err(Error::Connection(_))
    ));
}

#[test]
fn addresses_and_tokens_that_cannot_be_are_refused_at_once() {
    for address in ["", "127.0.0.1:80", "https://127.0.0.1", "ftp://x"] {
        assert!(matches!(Client::new(address, "t"), Err(Error::InvalidAddress(_))), "{address}");
    }
    assert!(matches!(Client::new("http://127.0.0.1", "a\nb"), Err(Error::InvalidToken)));
}
