//! The time from the start of a process to its first response, and the memory of an idle process.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::answer::Answer;
use super::bare::CannedAnswers;
use super::error::BenchError;
use super::host::Host;
use super::memory;
use super::spread::Spread;
use crate::worlds::DEFAULT_TOKEN;

/// Number of starts of each server.
const STARTS: usize = 15;
/// Time limit of one read.
const IO_TIME: Duration = Duration::from_secs(10);
/// Text before the address in the first line of a server's output.
const LISTENING: &str = "listening on http://";

/// Figures of starts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StartReport {
    /// Milliseconds of wall time from the start of `slymock serve` to its first response.
    pub fake_ms: Spread,
    /// The same for the bare server.
    pub bare_ms: Spread,
    /// Memory of the fake after one response.
    pub idle: IdleMemory,
    /// Memory of the bare server after one response.
    pub bare_idle: IdleMemory,
}

/// Memory of an idle process, in MiB.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct IdleMemory {
    /// Private memory, not backed by a file.
    pub own_mib: f64,
    /// All resident memory, including the read parts of the program file.
    pub resident_mib: f64,
}

impl IdleMemory {
    fn of(server: &ServerProcess) -> io::Result<Self> {
        let mib =
            |name| Ok::<_, io::Error>(memory::of(&server.0.id().to_string(), name)? / f64::from(1 << 20));
        Ok(Self { own_mib: mib("RssAnon:")?, resident_mib: mib("VmRSS:")? })
    }
}

/// A server process, killed when this is dropped.
struct ServerProcess(Child);

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // The process may already have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Measures starts; `fake` and `bare` return the commands of the two servers.
pub(super) fn run(fake: impl Fn() -> Command, bare: impl Fn() -> Command) -> Result<StartReport, BenchError> {
    let (mut fakes, mut bares) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        fakes.push(started(fake()).map_err(BenchError::Start)?);
        bares.push(started(bare()).map_err(BenchError::Start)?);
    }
    let last = |starts: &[(f64, IdleMemory)]| starts.last().map(|start| start.1).ok_or(BenchError::Ended);
    let spread = |starts: &[(f64, IdleMemory)]| {
        Spread::of(starts.iter().map(|start| start.0).collect()).ok_or(BenchError::Ended)
    };
    Ok(StartReport {
        fake_ms: spread(&fakes)?,
        bare_ms: spread(&bares)?,
        idle: last(&fakes)?,
        bare_idle: last(&bares)?,
    })
}

/// Milliseconds to the first response of a server, and its memory then.
fn started(server: Command) -> io::Result<(f64, IdleMemory)> {
    let (took, server) = first_answer(server)?;
    Ok((took, IdleMemory::of(&server)?))
}

/// Milliseconds to the first response of a server, and its process.
fn first_answer(mut command: Command) -> io::Result<(f64, ServerProcess)> {
    let began = Instant::now();
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = ServerProcess(command.spawn()?);
    let mut line = String::new();
    let output = server.0.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    BufReader::new(output).read_line(&mut line)?;
    let address = line.trim().strip_prefix(LISTENING).ok_or(io::ErrorKind::InvalidData)?;
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(IO_TIME))?;
    let body = r#"{"id": 121230}"#;
    write!(
        stream,
        "POST /public/api/v3/tasks.info HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         x-api-key: {DEFAULT_TOKEN}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let took = began.elapsed().as_secs_f64() * 1e3;
    if answer.starts_with(b"HTTP/1.1 200") {
        Ok((took, server))
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// Runs a bare server until the process is killed. It prints its address in the same form as the
/// fake.
///
/// # Errors
///
/// [`BenchError`] if it cannot start.
pub fn serve_bare(say: impl FnOnce(&str) -> io::Result<()>) -> Result<(), BenchError> {
    let headers = vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
    let answer = Answer { status: 200, headers, body: b"{}".to_vec() };
    let canned = CannedAnswers::new(&answer, vec![vec![answer.body.clone().into()]]);
    let host = Host::bare(canned.ok_or(BenchError::Ended)?)?;
    say(&format!("{LISTENING}{}\n", host.address)).map_err(BenchError::Start)?;
    loop {
        std::thread::park();
    }
}
