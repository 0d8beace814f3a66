//! A server that sends canned responses in order and records its requests, and a sleeper that records
//! pauses.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Map, Value};
use slymock_client::{Client, ClientBuilder, Pause, RetryPolicy, Sleeper};

/// The bytes that the server writes; it closes the connection after an incomplete response.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    bytes: Vec<u8>,
    keep: bool,
}

/// A response that ends with the connection, after these bytes.
pub(crate) fn torn(bytes: impl Into<Vec<u8>>) -> Reply {
    Reply { bytes: bytes.into(), keep: false }
}

pub(crate) fn reply(code: u16, headers: &str, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {code} X\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    Reply { bytes: [head.as_bytes(), body].concat(), keep: true }
}

pub(crate) fn status(code: u16) -> Reply {
    reply(code, "", format!(r#"{{"error": "no {code}"}}"#))
}

pub(crate) fn ok(body: &Value) -> Reply {
    reply(200, "", body.to_string())
}

/// One received request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// Name of the wire method.
    pub(crate) fn method(&self) -> &str {
        let path = self.line.split(' ').nth(1).unwrap();
        path.strip_prefix("/public/api/v3/").unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(crate) struct Service {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections: Arc<AtomicUsize>,
}

impl Service {
    /// Starts a server that sends `replies` in order, and `otherwise` after them.
    pub(crate) fn start(replies: Vec<Reply>, otherwise: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let replies = Arc::new(Mutex::new(VecDeque::from(replies)));
        let kept = Arc::clone(&asked);
        let connections = Arc::new(AtomicUsize::new(0));
        let accepted = Arc::clone(&connections);
        thread::spawn(move || {
            for stream in listener.incoming() {
                accepted.fetch_add(1, Ordering::Relaxed);
                let (stream, kept, replies) = (stream.unwrap(), Arc::clone(&kept), Arc::clone(&replies));
                let otherwise = otherwise.clone();
                thread::spawn(move || {
                    serve(stream, &kept, || replies.lock().unwrap().pop_front().unwrap_or(otherwise.clone()))
                });
            }
        });
        Self { address, asked, connections }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.asked().iter().map(Asked::json).collect()
    }
}

fn serve(stream: TcpStream, kept: &Mutex<Vec<Asked>>, next: impl Fn() -> Reply) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        kept.lock().unwrap().push(asked);
        let Reply { bytes, keep } = next();
        if writer.write_all(&bytes).is_err() || !keep {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { line: line.trim_end().to_owned(), headers, body })
}

/// Ends every pause at once and records it.
pub(crate) struct Pauses(Mutex<Vec<Duration>>);

impl Pauses {
    pub(crate) fn new() -> Arc<Self> {
        crate::log::install();
        Arc::new(Self(Mutex::default()))
    }

    pub(crate) fn seconds(&self) -> Vec<u64> {
        self.0.lock().unwrap().iter().map(Duration::as_secs).collect()
    }
}

impl Sleeper for Pauses {
    fn sleep(&self, pause: Duration) -> Pause {
        self.0.lock().unwrap().push(pause);
        Box::pin(std::future::ready(()))
    }
}

pub(crate) const TOKEN: &str = "hush-hush-token";

/// A client of a server with these responses, after which every request gets a 418.
pub(crate) fn against(replies: Vec<Reply>) -> (Client, Service, Arc<Pauses>) {
    against_with(replies, |builder| builder)
}

pub(crate) fn against_with(
    replies: Vec<Reply>,
    settle: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> (Client, Service, Arc<Pauses>) {
    let service = Service::start(replies, status(418));
    let pauses = Pauses::new();
    let builder = Client::builder(&service.address, TOKEN).sleeper(Arc::clone(&pauses));
    (settle(builder).build().unwrap(), service, pauses)
}

pub(crate) fn tries(attempts: u32) -> RetryPolicy {
    RetryPolicy { attempts, ..RetryPolicy::default() }
}

/// The object in a JSON value.
pub(crate) fn row(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}
