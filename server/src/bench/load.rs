//! The load: one blocking thread that writes requests as the SDK does and reads each response in
//! full.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::answer::{Answer, head_end, whole_length};
use super::trace::{Answers, KEPT, Step, Trace};

/// Time limit of one read or write; a response takes some microseconds.
const IO_TIME: Duration = Duration::from_secs(10);
/// Size of one read, which usually holds a whole response.
const READ_BYTES: usize = 64 * 1024;

/// Target of requests: a server and a world.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) address: SocketAddr,
    pub(super) token: &'a str,
}

/// Sends the requests of a trace one by one and stores the responses in it. Returns the first one,
/// or the first that is not a 200.
pub(super) fn record(target: Place<'_>, trace: &mut Trace) -> io::Result<Answer> {
    let mut answers = Answers::default();
    let mut first = None;
    let mut line = Link::open(target.address)?;
    for step in trace.steps_mut() {
        line.stream.write_all(&step.request(target.address, target.token))?;
        let answer = Answer::parse(line.answer()?)?;
        step.answer = answers.keep(&answer.body);
        if answer.status != 200 {
            return Ok(answer);
        }
        first.get_or_insert(answer);
    }
    first.ok_or_else(|| io::Error::other("the trace has no requests"))
}

/// Sends one request on a new connection.
pub(super) fn ask(target: Place<'_>, step: &Step) -> io::Result<Answer> {
    let mut line = Link::open(target.address)?;
    line.stream.write_all(&step.request(target.address, target.token))?;
    Answer::parse(line.answer()?)
}

/// A round of a trace in progress.
pub(super) struct Load<'a> {
    target: Place<'a>,
    trace: &'a Trace,
    /// The requests of each burst: the reads, then the write.
    requests: Vec<Vec<Vec<u8>>>,
    /// Empty if each request has a new connection.
    kept: Vec<Link>,
    deadline: Instant,
}

impl<'a> Load<'a> {
    /// Connects to the server. Each kept connection sends one request first, so that opening it is
    /// not measured.
    pub(super) fn open(target: Place<'a>, trace: &'a Trace, deadline: Instant) -> io::Result<Self> {
        let request = |step: &Step| step.request(target.address, target.token);
        let bursts = trace.bursts.iter();
        let requests = bursts.map(|burst| burst.reads.iter().chain([&burst.write]).map(request).collect());
        let mut kept = Vec::new();
        for step in &trace.opening {
            let mut line = Link::open(target.address)?;
            line.ask(&request(step), &step.answer)?;
            kept.push(line);
        }
        Ok(Self { target, trace, requests: requests.collect(), kept, deadline })
    }

    /// Plays the bursts. Returns the time that `clock` advanced during the reads of all bursts.
    pub(super) fn play(&mut self, clock: impl Fn() -> io::Result<Duration>) -> io::Result<Duration> {
        let mut counted = Duration::ZERO;
        for (burst, requests) in self.trace.bursts.iter().zip(&self.requests) {
            if Instant::now() > self.deadline {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the bench takes too long"));
            }
            let (reads, write) = requests.split_at(burst.reads.len());
            let before = clock()?;
            for (steps, requests) in burst.reads.chunks(KEPT).zip(reads.chunks(KEPT)) {
                wave(&mut self.kept, self.target, steps, requests)?;
            }
            counted += clock()?.saturating_sub(before);
            wave(&mut self.kept, self.target, std::slice::from_ref(&burst.write), write)?;
        }
        Ok(counted)
    }
}

/// Sends one request on each kept connection, then reads the responses; or sends them one by one on
/// new connections.
fn wave(kept: &mut [Link], target: Place<'_>, steps: &[Step], requests: &[Vec<u8>]) -> io::Result<()> {
    if kept.is_empty() {
        let mut asked = steps.iter().zip(requests);
        return asked.try_for_each(|(step, request)| Link::open(target.address)?.ask(request, &step.answer));
    }
    for (line, request) in kept.iter_mut().zip(requests) {
        line.stream.write_all(request)?;
    }
    kept.iter_mut().zip(steps).try_for_each(|(line, step)| expect(line.answer()?, &step.answer))
}

fn expect(answer: &[u8], body: &[u8]) -> io::Result<()> {
    let start = head_end(answer).unwrap_or(answer.len());
    if &answer[start..] == body {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "a response differs from the recorded one"))
}

/// A connection and its read buffer.
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

    fn ask(&mut self, request: &[u8], body: &[u8]) -> io::Result<()> {
        self.stream.write_all(request)?;
        expect(self.answer()?, body)
    }

    /// Reads one response.
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
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the response is longer than its Content-Length",
            ));
        }
        Ok(&self.buffer[..filled])
    }
}
