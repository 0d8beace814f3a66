//! The child process of `slymock exec`: starts it with the variables of the fake, forwards signals to it, and
//! waits for its end.

use std::ffi::OsString;
use std::io;
use std::process::ExitStatus;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::UnboundedReceiver;

use super::signals::Signals;
use super::surroundings::Surroundings;

/// A running command.
pub(crate) struct Child {
    process: tokio::process::Child,
    signals: UnboundedReceiver<i32>,
}

impl Child {
    /// Starts the command; it inherits stdin, stdout and stderr.
    pub(crate) fn start(
        command: &[OsString],
        surroundings: Surroundings,
        mut signals: Signals,
    ) -> anyhow::Result<Self> {
        let (name, arguments) = command.split_first().expect("clap asks for one word at least");
        let mut command = Command::new(name);
        command.args(arguments);
        surroundings.apply(command.as_std_mut());
        // Our parent may ignore SIGCHLD. We would inherit that, and could not wait for the command.
        let _ = signal(SignalKind::child())?;
        let early = signals.so_far();
        let process = command.spawn().with_context(|| format!("cannot start {}", name.display()))?;
        let child = Self { process, signals: signals.for_child() };
        early.into_iter().for_each(|signal| child.send(signal));
        Ok(child)
    }

    /// Waits for the end of the command, and forwards signals to it meanwhile.
    pub(crate) async fn wait(mut self) -> io::Result<ExitStatus> {
        loop {
            tokio::select! {
                ended = self.process.wait() => return ended,
                Some(signal) = self.signals.recv() => self.send(signal),
            }
        }
    }

    /// Cannot hit another process: a child that has ended keeps its process id until it is waited for.
    fn send(&self, signal: i32) {
        let pid = self.process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let (Some(pid), Some(signal)) = (pid, Signal::from_named_raw(signal)) {
            let _ = kill_process(pid, signal);
        }
    }
}
