//! `slymock` as a process that a test ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Time limit for everything that should end at once or within the server's grace period.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server of `serve` or `exec`. It is killed when a test fails.
pub(crate) struct Running {
    pub(crate) child: Child,
    /// Host and port, such as `127.0.0.1:40404`.
    pub(crate) host: String,
    pub(crate) token: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Runs a command that prints the address and the token, each as a line `export NAME=VALUE`.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut value = |name: &str| {
            let mut values = lines.by_ref().map(Result::unwrap);
            values.find_map(|line| Some(line.split_once(name)?.1.to_owned())).unwrap()
        };
        let host = value("SERVER_ADDRESS=http://");
        Self { child, host, token: value("API_TOKEN=") }
    }

    pub(crate) fn serve(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slymock"));
        command.args(["serve", "--port", "0"]).args(arguments);
        Self::start(command)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Opens a connection and sends a request, or a part of one.
    pub(crate) fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// A request with this body.
    pub(crate) fn request(&self, verb: &str, path: &str, body: &str) -> String {
        format!(
            "{verb} {path} HTTP/1.1\r\nHost: {}\r\nx-api-key: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.host,
            self.token,
            body.len()
        )
    }

    /// Sends a request and returns the response up to the end of its head, with the body bytes read until
    /// then.
    pub(crate) fn ask(&self, verb: &str, path: &str, body: &str) -> String {
        let request = self.request(verb, path, body).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        self.send(&request).read_to_string(&mut answer).unwrap();
        answer
    }

    /// Requires that the process ends in time. Returns its exit status and stderr.
    #[track_caller]
    pub(crate) fn gone(mut self) -> (ExitStatus, String) {
        let status = gone(&mut self.child);
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (status, errors)
    }
}

/// Requires that a process ends in time, and returns its exit status.
#[track_caller]
pub(crate) fn gone(child: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        let is_late = Instant::now() > deadline;
        if is_late {
            let _ = child.kill();
        }
        assert!(!is_late, "the process does not end");
        thread::yield_now();
    }
}

/// The names in a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
