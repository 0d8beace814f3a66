//! `slymock serve` as a process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

pub(crate) struct Serving {
    child: Child,
    /// The first three lines on stdout.
    pub(crate) lines: Vec<String>,
}

pub(crate) fn serve(arguments: &[&str]) -> Serving {
    serve_with(arguments, &[])
}

/// Starts a server with additional environment variables.
pub(crate) fn serve_with(arguments: &[&str], variables: &[(&str, &str)]) -> Serving {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slymock"));
    command.args(["serve", "--port", "0"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.envs(variables.iter().copied());
    let mut child = command.spawn().unwrap();
    let reader = BufReader::new(child.stdout.take().unwrap());
    let lines = reader.lines().take(3).map(Result::unwrap).collect();
    Serving { child, lines }
}

/// Kills the server when a test fails.
impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    /// Host and port, such as `127.0.0.1:40404`.
    pub(crate) fn host(&self) -> &str {
        self.lines[0].trim_start_matches("listening on http://")
    }

    /// Process id of the server.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Token of the default world.
    pub(crate) fn token(&self) -> &str {
        self.lines[2].trim_start_matches("export API_TOKEN=")
    }

    /// Ends the server with a signal and returns its stderr.
    pub(crate) fn end(mut self, signal: &str) -> String {
        let killed = Command::new("kill").args([signal, &self.pid().to_string()]).status().unwrap();
        assert!(killed.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{signal}");
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        errors
    }
}
