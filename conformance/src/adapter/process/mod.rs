//! An adapter that is a program: a process that lives as long as its worker and speaks the protocol over its
//! pipes.

mod group;
mod pipes;

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::{Adapter, Farewell, Goodbye, Say};
use crate::protocol::{Call, FromKit, Statement};
use group::Group;
pub use group::kill_all;
use pipes::Stderr;

/// Idle time after `bye` before the process is killed; a busy process has ten times as long.
const GRACE: Duration = Duration::from_secs(2);
/// Interval of the checks whether the process has ended.
const LOOK: Duration = Duration::from_millis(10);
/// Time limit for the pipes to close after all processes have ended.
const CLOSING: Duration = Duration::from_secs(1);

/// A client in a process of its own. The process group is killed when this is dropped.
pub struct Process {
    group: Arc<Group>,
    lines: UnboundedSender<String>,
    stderr: Arc<Stderr>,
    /// Bytes of lines received in this scenario.
    said: Arc<AtomicU64>,
    /// True after `bye`: the end of the process is expected from then on.
    leaving: Arc<AtomicBool>,
    /// True if the process has closed its stdout and its ending is being determined.
    closed: Arc<AtomicBool>,
    reader: JoinHandle<()>,
}

impl Process {
    /// Starts a program, on the runtime of the worker that receives its statements through `say`.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be started.
    pub fn start(command: Command, say: Say) -> Result<Self, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let cannot = |error: std::io::Error| format!("the adapter {name} cannot be started: {error}");
        let (group, pipes) = Group::start(command).map_err(cannot)?;
        let group = Arc::new(group);
        let (lines, to_write) = unbounded_channel();
        tokio::spawn(pipes::write(pipes.stdin, to_write));
        let stderr = Arc::new(Stderr::default());
        let drained = tokio::spawn(pipes::drain(pipes.stderr, Arc::clone(&stderr), Arc::clone(&say)));
        let leaving = Arc::new(AtomicBool::new(false));
        let (closed, said) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let counted = Arc::clone(&said);
        // A weak reference, because the reader must not keep the group alive: the group is killed when it is
        // dropped.
        let (known, expected, seen) = (Arc::downgrade(&group), Arc::clone(&leaving), Arc::clone(&closed));
        let reader = tokio::spawn(async move {
            let trouble = match pipes::read(pipes.stdout, &counted, &say).await {
                Some(trouble) => trouble,
                // The expected end after `bye`.
                None if expected.load(Ordering::Relaxed) => return,
                None => {
                    seen.store(true, Ordering::Relaxed);
                    match known.upgrade() {
                        Some(group) => pipes::parting(&group, drained).await,
                        None => return,
                    }
                }
            };
            say("", Statement::Trouble(trouble));
        });
        Ok(Self { group, lines, stderr, said, leaving, closed, reader })
    }

    /// Sends a line. If the process has ended, the line is lost; the reader reports the end.
    fn tell(&self, message: &FromKit) {
        let line = serde_json::to_string(message).expect("a message has text for keys");
        let _ = self.lines.send(line + "\n");
    }

    async fn leave(mut self) -> Goodbye {
        let why = match self.ended() {
            None => self.sent_away().await,
            already => already,
        };
        self.group.kill();
        let _ = timeout(CLOSING, &mut self.reader).await;
        Goodbye { why, last_words: self.last_words() }
    }

    /// Sends `bye`, and returns what went wrong at the end of the process, if anything.
    async fn sent_away(&mut self) -> Option<String> {
        self.leaving.store(true, Ordering::Relaxed);
        self.tell(&FromKit::Bye);
        // Dropping the sender closes the stdin of the process.
        self.lines = unbounded_channel().0;
        let (mut idle, mut all) = (Duration::ZERO, Duration::ZERO);
        while self.group.ended().is_none() && idle < GRACE && all < 10 * GRACE {
            sleep(LOOK).await;
            all += LOOK;
            idle += if self.group.is_busy() { Duration::ZERO } else { LOOK };
        }
        match self.group.ended() {
            Some((_, true)) => None,
            Some((how, false)) => Some(format!("the adapter {how} after `bye`")),
            None => {
                Some(format!("the adapter did not end within {} s of `bye` and was killed", GRACE.as_secs()))
            }
        }
    }
}

/// Stops the reader, so that nothing is reported any more. The group is killed by its own `drop`.
impl Drop for Process {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Adapter for Process {
    fn probe(&mut self, id: u64, op: &str) {
        self.tell(&FromKit::Probe { id, op: op.to_owned() });
    }

    fn call(&mut self, call: Call) {
        self.tell(&FromKit::Call(Box::new(call)));
    }

    fn wake(&mut self, lane: &str, ticket: u64, now_ms: u64) {
        self.tell(&FromKit::Wake { lane: lane.to_owned(), ticket, now_ms });
    }

    fn end(&mut self) {
        self.stderr.begin_anew();
        self.said.store(0, Ordering::Relaxed);
    }

    fn is_busy(&self) -> bool {
        self.closed.load(Ordering::Relaxed) || self.group.is_busy()
    }

    fn ended(&self) -> Option<String> {
        self.group.ended().map(|(how, _)| format!("the adapter {how}"))
    }

    fn last_words(&self) -> Option<String> {
        self.stderr.last_lines()
    }

    fn bye(self: Box<Self>) -> Farewell {
        Box::pin(self.leave())
    }
}
