//! A client on one connection, which it reopens when it has ended.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

pub(crate) struct Client {
    host: String,
    pub(crate) token: String,
    stream: Option<TcpStream>,
}

impl Client {
    pub(crate) fn new(host: &str, token: &str) -> Self {
        Self { host: host.to_owned(), token: token.to_owned(), stream: None }
    }

    /// Makes a wire call. Returns its status and body, or the error that ended the connection.
    pub(crate) fn wire(&mut self, method: &str, body: &str) -> io::Result<(u16, Vec<u8>)> {
        self.send("POST", &format!("/public/api/v3/{method}"), "application/json", body.as_bytes())
    }

    /// Makes a call of the control API, which must succeed, and returns its response.
    pub(crate) fn control(&mut self, verb: &str, path: &str, body: &Value) -> Value {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let path = format!("/_slymock/{path}");
        let (status, answer) = self.send(verb, &path, "application/json", text.as_bytes()).unwrap();
        assert!((200..300).contains(&status), "{verb} {path}: {status} {}", String::from_utf8_lossy(&answer));
        serde_json::from_slice(&answer).unwrap_or_default()
    }

    pub(crate) fn send(
        &mut self,
        verb: &str,
        path: &str,
        kind: &str,
        body: &[u8],
    ) -> io::Result<(u16, Vec<u8>)> {
        let (host, token, length) = (&self.host, &self.token, body.len());
        let head = format!(
            "{verb} {path} HTTP/1.1\r\nHost: {host}\r\nx-api-key: {token}\r\nx-task-id: 121230\r\n\
             Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        );
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => open(&self.host)?,
        };
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let (status, answer, goes_on) = read(&mut stream)?;
        self.stream = Some(stream).filter(|_| goes_on);
        Ok((status, answer))
    }
}

fn open(host: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(host)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    Ok(stream)
}

/// Reads a complete response. Returns it, and true if the connection stays open.
fn read(stream: &mut TcpStream) -> io::Result<(u16, Vec<u8>, bool)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            let whole = end + 4 + length.unwrap_or(0_usize);
            if bytes.len() >= whole {
                let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap();
                return Ok((status, bytes[end + 4..whole].to_vec(), !head.contains("connection: close")));
            }
        }
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}
