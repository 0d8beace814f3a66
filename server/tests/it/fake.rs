//! A server on a free port in its own thread, and a minimal client that sends and reads bytes.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use slymock_server::engine::clock::Mode;
use slymock_server::engine::snapshot::Fixture;
use slymock_server::{Config, DEFAULT_TOKEN, Server};
use tokio::sync::oneshot;

pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Fixture>>,
}

/// A parsed response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A server with a manual clock.
pub(crate) fn fake() -> Fake {
    let mut config = Config::default();
    config.settings.clock = Mode::Manual;
    Fake::start(config)
}

impl Fake {
    pub(crate) fn start(config: Config) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            runtime.block_on(async {
                let server = Server::bind(config).await.unwrap();
                tell.send(server.address()).unwrap();
                Fixture::of(&server.run(async { stopped.await.unwrap_or(()) }).await)
            })
        });
        Self { address: told.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }

    /// Ends the server and returns the final state of the default world.
    pub(crate) fn end(mut self) -> Fixture {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends bytes and returns everything until the end of the connection.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        // A server that refuses early may close the connection during the write.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    pub(crate) fn send(&self, verb: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{verb} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        parse(&self.raw(&[head.as_bytes(), body].concat()))
    }

    /// A wire call of the default world with a JSON body.
    pub(crate) fn call(&self, method: &str, body: &[u8]) -> Answer {
        let headers = [("x-api-key", DEFAULT_TOKEN), ("Content-Type", "application/json")];
        self.send("POST", &format!("/public/api/v3/{method}"), &headers, body)
    }

    pub(crate) fn control(&self, verb: &str, path: &str, body: &str) -> Answer {
        self.send(verb, &format!("/_slymock/{path}"), &[("x-api-key", DEFAULT_TOKEN)], body.as_bytes())
    }

    /// The default world without its clock, to check that nothing has changed.
    pub(crate) fn world(&self) -> Value {
        self.control("GET", "world", "").json()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server panicked");
        }
    }
}

/// Polls until `holds` returns true; fails at a deadline instead of hanging.
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "waited too long for: {what}");
    }
}

/// Reads one response from a connection that may stay open.
pub(crate) fn read_one(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the connection ended early");
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() >= length.parse::<usize>().unwrap() {
            return parse(&bytes);
        }
    }
}

pub(crate) fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no response: {:?}", String::from_utf8_lossy(bytes)));
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap();
    let body = &bytes[end + 4..];
    let is_chunked = head.to_lowercase().contains("\r\ntransfer-encoding: chunked");
    Answer { status, head, body: if is_chunked { unchunked(body) } else { body.to_vec() } }
}

/// A chunked body, decoded to its last chunk.
fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n").expect("the connection ended early");
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        body.extend(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + length + 4..];
        if length == 0 {
            return body;
        }
    }
}
