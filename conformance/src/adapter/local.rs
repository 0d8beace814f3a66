//! A client in the process of the kit, on the runtime of its worker: any asynchronous function that makes one call.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::{Adapter, Say};
use crate::operations;
use crate::protocol::{Call, CallEnd, ClockMode, Hello, Statement};
use crate::scenario::ErrorKind;

/// A call on its way.
pub type RunningCall = Pin<Box<dyn Future<Output = CallEnd> + Send>>;

/// Adapter of a client that is an asynchronous function. It has one lane, and its own clock: all pauses go through
/// [`Reporter::pause`].
pub struct Local {
    calls: Calls,
    serve: Box<dyn FnMut(Call, Reporter) -> RunningCall>,
}

impl Local {
    /// Adapter for a worker that receives its statements through `say`: `serve` makes each call of the operations `ops`.
    #[must_use]
    pub fn new(
        name: &str,
        ops: &[&str],
        say: Say,
        serve: impl FnMut(Call, Reporter) -> RunningCall + 'static,
    ) -> Self {
        let raised =
            ops.iter().filter_map(|op| operations::find(op)).flat_map(|operation| operation.may_raise);
        let mut error_kinds: Vec<ErrorKind> = raised.copied().collect();
        error_kinds.sort_unstable();
        error_kinds.dedup();
        let hello = Hello {
            name: name.to_owned(),
            version: "0.0.0".to_owned(),
            language: "rust".to_owned(),
            ops: ops.iter().map(|op| (*op).to_owned()).collect(),
            clock: vec![ClockMode::Virtual],
            features: Vec::new(),
            error_kinds,
        };
        say("", Statement::Hello(hello));
        Self { calls: Calls::new(say), serve: Box::new(serve) }
    }
}

impl Adapter for Local {
    fn probe(&mut self, id: u64, _op: &str) {
        self.calls.say("", Statement::Unsupported { id });
    }

    fn call(&mut self, call: Call) {
        let (lane, id) = (call.lane.clone(), call.id);
        let work = (self.serve)(call, self.calls.reporter(&lane));
        self.calls.begin(&lane, id, work);
    }

    fn wake(&mut self, _lane: &str, ticket: u64, _now_ms: u64) {
        self.calls.wake(ticket);
    }

    fn end(&mut self) {
        self.calls.end();
    }
}

/// The running calls of a client in this process, and their pauses.
pub(super) struct Calls {
    say: Say,
    pauses: Arc<Pauses>,
    running: Vec<AbortHandle>,
}

/// The running pauses, by ticket.
#[derive(Default)]
struct Pauses {
    last: AtomicU64,
    ends: Mutex<HashMap<u64, oneshot::Sender<()>>>,
}

impl Pauses {
    fn ends(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<()>>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Calls {
    pub(super) fn new(say: Say) -> Self {
        Self { say, pauses: Arc::default(), running: Vec::new() }
    }

    pub(super) fn say(&self, lane: &str, statement: Statement) {
        (self.say)(lane, statement);
    }

    pub(super) fn reporter(&self, lane: &str) -> Reporter {
        Reporter { say: Arc::clone(&self.say), lane: lane.to_owned(), pauses: Arc::clone(&self.pauses) }
    }

    /// Begins a call, whose result is reported.
    pub(super) fn begin(
        &mut self,
        lane: &str,
        id: u64,
        work: impl Future<Output = CallEnd> + Send + 'static,
    ) {
        let (say, lane) = (Arc::clone(&self.say), lane.to_owned());
        let work = async move {
            let ended = work.await;
            say(&lane, Statement::Result { id, ended });
        };
        self.running.retain(|call| !call.is_finished());
        self.running.push(tokio::spawn(work).abort_handle());
    }

    pub(super) fn wake(&self, ticket: u64) {
        if let Some(end) = self.pauses.ends().remove(&ticket) {
            let _ = end.send(());
        }
    }

    /// Ends all calls and pauses.
    pub(super) fn end(&mut self) {
        for call in self.running.drain(..) {
            call.abort();
        }
        // A dropped sender makes its pause endless. Tickets are never reused, so that a pause of one scenario
        // cannot be ended in the next.
        self.pauses.ends().clear();
    }
}

/// Reports the pauses and the log of a call to the kit.
#[derive(Clone)]
pub struct Reporter {
    say: Say,
    lane: String,
    pauses: Arc<Pauses>,
}

impl Reporter {
    /// Pauses in virtual time: the kit moves the clock and ends the pause.
    pub fn pause(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (end, ended) = oneshot::channel();
        let ticket = self.pauses.last.fetch_add(1, Ordering::Relaxed);
        self.pauses.ends().insert(ticket, end);
        let ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        (self.say)(&self.lane, Statement::Sleep { ms, ticket });
        let (say, lane) = (Arc::clone(&self.say), self.lane.clone());
        let pause = OpenPause { say, lane, ticket, ended: false };
        Box::pin(async move {
            if ended.await.is_err() {
                std::future::pending::<()>().await;
            }
            pause.ended();
        })
    }

    /// Reports a line of the log; `level` is `debug`, `info`, `warn` or `error`.
    pub fn log(&self, level: &str, text: &str) {
        (self.say)(&self.lane, Statement::Log { level: level.to_owned(), text: text.to_owned() });
    }
}

/// A pause that the client may drop early, for example when it stops waiting. Dropping it sends `awake`.
struct OpenPause {
    say: Say,
    lane: String,
    ticket: u64,
    ended: bool,
}

impl OpenPause {
    fn ended(mut self) {
        self.ended = true;
    }
}

impl Drop for OpenPause {
    fn drop(&mut self) {
        if !self.ended {
            (self.say)(&self.lane, Statement::Awake { ticket: self.ticket });
        }
    }
}
