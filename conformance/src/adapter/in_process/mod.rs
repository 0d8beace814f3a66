//! The Rust client in the process of the kit, on the runtime of its worker.

mod log;
mod ops;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slymock_client::{Client, Error, Pause, RetryPolicy, Sleeper};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tracing::instrument::WithSubscriber as _;

use super::{Adapter, Say};
use crate::protocol::{Call, CallEnd, ClockMode, Exception, Hello, Statement};
use crate::scenario::{ErrorKind, Feature, Settings};
use log::Log;
use ops::Failure;

/// Adapter of the Rust client.
pub struct InProcess {
    say: Say,
    pauses: Arc<Pauses>,
    calls: Vec<AbortHandle>,
    /// A client for each lane, with the call that it was made for.
    clients: HashMap<String, (Call, Client)>,
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

impl InProcess {
    /// Description of the client.
    #[must_use]
    pub fn hello() -> Hello {
        Hello {
            name: "slymock-client".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            language: "rust".to_owned(),
            ops: ops::names().map(str::to_owned).collect(),
            clock: vec![ClockMode::Virtual],
            features: vec![Feature::ClientTimeout, Feature::Lanes, Feature::Logs],
            error_kinds: KINDS.to_vec(),
        }
    }

    /// Adapter for a worker that receives its statements through `say`.
    #[must_use]
    pub fn new(say: Say) -> Self {
        say("", Statement::Hello(Self::hello()));
        Self { say, pauses: Arc::default(), calls: Vec::new(), clients: HashMap::new() }
    }

    fn client(&mut self, call: &Call) -> Result<Client, Error> {
        let setup = |of: &Call| (of.scenario, of.url.clone(), of.token.clone(), of.settings.clone());
        let same = |of: &Call| setup(of) == setup(call);
        if let Some((_, client)) = self.clients.get(&call.lane).filter(|(of, _)| same(of)) {
            return Ok(client.clone());
        }
        let Settings { attempts, retry_base_ms, timeout_ms, task, token: _ } = call.settings;
        let mut policy = RetryPolicy::default();
        policy.attempts = attempts.unwrap_or(policy.attempts);
        policy.first_pause = retry_base_ms.map_or(policy.first_pause, Duration::from_millis);
        let (say, lane, pauses) = (Arc::clone(&self.say), call.lane.clone(), Arc::clone(&self.pauses));
        let builder = Client::builder(&call.url, &call.token).retry(policy);
        let mut builder = builder.sleeper(ToldPauses { say, lane, pauses });
        if let Some(ms) = timeout_ms {
            builder = builder.timeout(Duration::from_millis(ms));
        }
        if let Some(task) = task {
            builder = builder.task(task);
        }
        let client = builder.build()?;
        self.clients.insert(call.lane.clone(), (call.clone(), client.clone()));
        Ok(client)
    }
}

impl Adapter for InProcess {
    fn probe(&mut self, id: u64, op: &str) {
        if !ops::names().any(|name| name == op) {
            (self.say)("", Statement::Unsupported { id });
        }
    }

    fn call(&mut self, call: Call) {
        let client = self.client(&call);
        let (say, lane) = (Arc::clone(&self.say), call.lane.clone());
        let log = Log::new(Arc::clone(&say), &lane);
        let id = call.id;
        let work = async move {
            let ended = match client {
                Ok(client) => {
                    ops::operate(client, &call.op, call.args).await.map_or_else(ended, CallEnd::Return)
                }
                Err(error) => ended(error.into()),
            };
            say(&lane, Statement::Result { id, ended });
        };
        self.calls.retain(|call| !call.is_finished());
        self.calls.push(tokio::spawn(work.with_subscriber(log)).abort_handle());
    }

    fn wake(&mut self, _lane: &str, ticket: u64, _now_ms: u64) {
        if let Some(end) = self.pauses.ends().remove(&ticket) {
            let _ = end.send(());
        }
    }

    fn end(&mut self) {
        for call in self.calls.drain(..) {
            call.abort();
        }
        self.clients.clear();
        // A dropped sender makes its pause endless. Tickets are never reused, so that a pause of one scenario
        // cannot be ended in the next.
        self.pauses.ends().clear();
    }
}

/// A sleeper that reports pauses to the kit, which ends them.
struct ToldPauses {
    say: Say,
    lane: String,
    pauses: Arc<Pauses>,
}

impl Sleeper for ToldPauses {
    fn sleep(&self, pause: Duration) -> Pause {
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

fn ended(failure: Failure) -> CallEnd {
    match failure {
        Failure::Args(why) => CallEnd::Error(why),
        Failure::Client(error) => {
            let (kind, native) = kind(&error);
            CallEnd::Raise(Exception { kind, native: native.to_owned(), message: error.to_string() })
        }
    }
}

/// The kinds that [`kind`] returns.
const KINDS: [ErrorKind; 13] = [
    ErrorKind::WaitTimeout,
    ErrorKind::TaskFailed,
    ErrorKind::NotFound,
    ErrorKind::Auth,
    ErrorKind::BadRequest,
    ErrorKind::RateLimited,
    ErrorKind::RetriesExhausted,
    ErrorKind::Connection,
    ErrorKind::Timeout,
    ErrorKind::IncompleteListing,
    ErrorKind::BadAnswer,
    ErrorKind::Usage,
    ErrorKind::Other,
];

/// The neutral kind of an error, and the name of its variant.
fn kind(error: &Error) -> (ErrorKind, &'static str) {
    match error {
        Error::InvalidAddress(_) => (ErrorKind::Usage, "InvalidAddress"),
        Error::InvalidToken => (ErrorKind::Usage, "InvalidToken"),
        Error::InvalidArgument(_) => (ErrorKind::Usage, "InvalidArgument"),
        Error::WaitTimeout { .. } => (ErrorKind::WaitTimeout, "WaitTimeout"),
        Error::TaskFailed { .. } => (ErrorKind::TaskFailed, "TaskFailed"),
        Error::NotFound { .. } => (ErrorKind::NotFound, "NotFound"),
        Error::Status { code: 401 | 403, .. } => (ErrorKind::Auth, "Status"),
        Error::Status { code: 429, .. } => (ErrorKind::RateLimited, "Status"),
        Error::Status { code: 400..=499, .. } => (ErrorKind::BadRequest, "Status"),
        Error::Status { .. } => (ErrorKind::Other, "Status"),
        Error::RetriesExhausted { .. } => (ErrorKind::RetriesExhausted, "RetriesExhausted"),
        Error::Connection(_) => (ErrorKind::Connection, "Connection"),
        Error::Timeout(_) => (ErrorKind::Timeout, "Timeout"),
        Error::IncompleteListing { .. } => (ErrorKind::IncompleteListing, "IncompleteListing"),
        Error::BadAnswer(_) => (ErrorKind::BadAnswer, "BadAnswer"),
        _ => (ErrorKind::Other, "Error"),
    }
}
