//! The load: one blocking thread that writes requests as the SDK words them and reads each answer whole.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::answer::{Answer, head_end, whole_length};
use super::cases::{Case, Connections};
use crate::worlds::DEFAULT_TOKEN;

/// How many connections are kept open, each with one request under way at a time.
const KEPT: usize = 4;
/// How long one read or write may take; an answer takes some microseconds.
const IO_TIME: Duration = Duration::from_secs(10);
/// How much is read at once: an answer as a rule.
const READ_BYTES: usize = 64 * 1024;

/// A client of one server that sends one request over and over.
pub(super) struct Load<'a> {
    address: SocketAddr,
    request: Vec<u8>,
    /// The bytes each answer must have after its head.
    body: &'a [u8],
    /// Empty when each request gets a connection of its own.
    kept: Vec<Link>,
    deadline: Instant,
}

impl<'a> Load<'a> {
    /// A client whose kept connections have answered once each, so that opening them is not measured.
    pub(super) fn open(
        address: SocketAddr,
        case: &Case,
        body: &'a [u8],
        deadline: Instant,
    ) -> io::Result<Self> {
        let kept = match case.connections {
            Connections::Kept => (0..KEPT).map(|_| Link::open(address)).collect::<io::Result<_>>()?,
            Connections::Fresh => Vec::new(),
        };
        let mut load = Self { address, request: request(address, case), body, kept, deadline };
        load.send(load.kept.len())?;
        Ok(load)
    }

    /// Sends `requests` requests and reads their answers.
    pub(super) fn send(&mut self, requests: usize) -> io::Result<()> {
        let mut left = requests;
        while left > 0 {
            if Instant::now() > self.deadline {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the bench as a whole takes too long"));
            }
            left -= if self.kept.is_empty() { self.one()? } else { self.wave(left)? };
        }
        Ok(())
    }

    fn one(&self) -> io::Result<usize> {
        let mut line = Link::open(self.address)?;
        line.stream.write_all(&self.request)?;
        expect(line.answer()?, self.body)?;
        Ok(1)
    }

    /// One request on each kept connection, then their answers.
    fn wave(&mut self, most: usize) -> io::Result<usize> {
        let lines = &mut self.kept[..most.min(KEPT)];
        for line in &mut *lines {
            line.stream.write_all(&self.request)?;
        }
        for line in &mut *lines {
            expect(line.answer()?, self.body)?;
        }
        Ok(lines.len())
    }
}

/// The answer to one request on a fresh connection.
pub(super) fn ask(address: SocketAddr, case: &Case) -> io::Result<Answer> {
    let mut line = Link::open(address)?;
    line.stream.write_all(&request(address, case))?;
    Answer::parse(line.answer()?)
}

/// A request as the SDK's `requests` sends it.
fn request(address: SocketAddr, case: &Case) -> Vec<u8> {
    let (method, body) = (case.method, &case.body);
    let length = body.len();
    format!(
        "POST /public/api/v3/{method} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: python-requests/2.32.5\r\n\
         Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n\
         x-api-key: {DEFAULT_TOKEN}\r\nContent-Length: {length}\r\nContent-Type: application/json\r\n\r\n{body}"
    )
    .into_bytes()
}

fn expect(answer: &[u8], body: &[u8]) -> io::Result<()> {
    let start = head_end(answer).unwrap_or(answer.len());
    if &answer[start..] == body {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "an answer differs from the first one"))
}

/// A connection and what it read last.
struct Link {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Link {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, IO_TIME)?;
        stream.set_read_timeout(Some(IO_TIME))?;
        stream.set_write_timeout(Some(IO_TIME))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::new() })
    }

    /// Reads one answer whole.
    fn answer(&mut self) -> io::Result<&[u8]> {
        let (mut filled, mut length) = (0, None);
        while length.is_none_or(|length| filled < length) {
            self.buffer.resize(self.buffer.len().max(filled + READ_BYTES), 0);
            let read = self.stream.read(&mut self.buffer[filled..])?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            length =
                length.map_or_else(|| whole_length(&self.buffer[..filled]), |length| Ok(Some(length)))?;
        }
        if length != Some(filled) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the answer is longer than it says"));
        }
        Ok(&self.buffer[..filled])
    }
}
