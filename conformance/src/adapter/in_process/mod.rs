//! The Rust client in the process of the kit, on the runtime of its worker.

mod log;
mod ops;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use slymock_client::{Client, ClientBuilder, Error, Pause, RetryPolicy, Sleeper};
use tracing::instrument::WithSubscriber as _;

use super::local::{Calls, Reporter};
use super::{Adapter, Say};
use crate::protocol::{Call, CallEnd, ClockMode, Exception, Hello, Statement};
use crate::scenario::{ErrorKind, Feature, Settings};
use log::Log;
use ops::Failure;

/// Changes the settings of a client before the client is made.
pub type Tune = Arc<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;

/// Adapter of the Rust client.
pub struct InProcess {
    calls: Calls,
    tune: Tune,
    /// A client for each lane, with the call that it was made for.
    clients: HashMap<String, (Call, Client)>,
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
        Self::tuned(say, Arc::new(|builder| builder))
    }

    /// Adapter of a variant of the client.
    #[must_use]
    pub fn tuned(say: Say, tune: Tune) -> Self {
        say("", Statement::Hello(Self::hello()));
        Self { calls: Calls::new(say), tune, clients: HashMap::new() }
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
        let builder = Client::builder(&call.url, &call.token).retry(policy);
        let mut builder = builder.sleeper(ReportedPauses(self.calls.reporter(&call.lane)));
        if let Some(ms) = timeout_ms {
            builder = builder.timeout(Duration::from_millis(ms));
        }
        if let Some(task) = task {
            builder = builder.task(task);
        }
        let client = (self.tune)(builder).build()?;
        self.clients.insert(call.lane.clone(), (call.clone(), client.clone()));
        Ok(client)
    }
}

impl Adapter for InProcess {
    fn probe(&mut self, id: u64, op: &str) {
        if !ops::names().any(|name| name == op) {
            self.calls.say("", Statement::Unsupported { id });
        }
    }

    fn call(&mut self, call: Call) {
        let client = self.client(&call);
        let (lane, id) = (call.lane.clone(), call.id);
        let log = Log::new(self.calls.reporter(&lane));
        let work = async move {
            match client {
                Ok(client) => {
                    ops::operate(client, &call.op, call.args).await.map_or_else(ended, CallEnd::Return)
                }
                Err(error) => ended(error.into()),
            }
        };
        self.calls.begin(&lane, id, work.with_subscriber(log));
    }

    fn wake(&mut self, _lane: &str, ticket: u64, _now_ms: u64) {
        self.calls.wake(ticket);
    }

    fn end(&mut self) {
        self.calls.end();
        self.clients.clear();
    }
}

/// A sleeper that reports pauses to the kit, which ends them.
struct ReportedPauses(Reporter);

impl Sleeper for ReportedPauses {
    fn sleep(&self, pause: Duration) -> Pause {
        self.0.pause(pause)
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
