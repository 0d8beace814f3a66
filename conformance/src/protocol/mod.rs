//! The conversation between the kit and an adapter, in one process or over a pipe. `message.rs` has the lines
//! of a pipe.

mod message;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use message::{FromAdapter, FromKit, VERSION, schema};

use crate::scenario::{ErrorKind, Feature, Settings};

/// Description of a client and of its abilities.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Name of the client, such as `supervisely`.
    pub name: String,
    /// Version of the client.
    pub version: String,
    /// Language that the client is written in.
    pub language: String,
    /// Operations that the client supports.
    pub ops: Vec<String>,
    /// Clocks that the client can be run with.
    pub clock: Vec<ClockMode>,
    /// Features that the client supports.
    pub features: Vec<Feature>,
    /// Kinds of errors that the client tells apart.
    pub error_kinds: Vec<ErrorKind>,
}

impl Hello {
    /// The description of a client that never sent its `hello`.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            name: "unknown".to_owned(),
            version: "0.0.0".to_owned(),
            language: "unknown".to_owned(),
            ops: Vec::new(),
            clock: Vec::new(),
            features: Vec::new(),
            error_kinds: Vec::new(),
        }
    }

    /// The clock that the kit uses: the most exact one that the client claims.
    #[must_use]
    pub fn runs_by(&self) -> Option<ClockMode> {
        [ClockMode::Virtual, ClockMode::Count, ClockMode::Real]
            .into_iter()
            .find(|clock| self.clock.contains(clock))
    }
}

/// The clock that a client runs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// The client reports its pauses to the kit, which moves the clock: exact.
    Virtual,
    /// The client cannot report its pauses; the world's clock moves with its requests.
    Count,
    /// The client pauses in real time.
    Real,
}

/// One call of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// Number of the call, repeated in its result.
    pub id: u64,
    /// Number of the scenario. A new number means a new client: no client object outlives its scenario.
    pub scenario: u64,
    /// Time that the client's clocks show, in milliseconds since 2026-01-01T00:00:00Z.
    pub now_ms: u64,
    /// Name of the operation.
    pub op: String,
    /// Lane of the call.
    pub lane: String,
    /// Address of the server.
    pub url: String,
    /// API token to send.
    pub token: String,
    /// The clock that the client runs with.
    pub clock: ClockMode,
    /// Settings of the client.
    pub settings: Settings,
    /// Arguments of the operation.
    pub args: Map<String, Value>,
}

/// A statement of an adapter, about a lane or about itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// Description of the client; the first statement.
    Hello(Hello),
    /// The operation is not supported.
    Unsupported {
        /// Number of the probe or call.
        id: u64,
    },
    /// The client begins a thread, or something like it, in addition to the lane.
    Open {
        /// Name of the thread.
        name: String,
    },
    /// A thread has ended.
    Close {
        /// Name of the thread.
        name: String,
    },
    /// The adapter cannot continue: it has ended, or sent an invalid line.
    Trouble(String),
    /// The client pauses until it is woken.
    Sleep {
        /// Length of the pause in virtual milliseconds.
        ms: u64,
        /// Ticket that ends the pause.
        ticket: u64,
    },
    /// The client has ended a pause early.
    Awake {
        /// Ticket of the pause.
        ticket: u64,
    },
    /// A line of the client's log.
    Log {
        /// `debug`, `info`, `warn` or `error`.
        level: String,
        /// Text of the line.
        text: String,
    },
    /// The end of a call.
    Result {
        /// Number of the call.
        id: u64,
        /// Outcome of the call.
        ended: CallEnd,
    },
}

impl Statement {
    /// The kind of its line; `trouble` has no line.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Hello(_) => "hello",
            Self::Unsupported { .. } => "unsupported",
            Self::Open { .. } | Self::Close { .. } => "lane",
            Self::Sleep { .. } => "sleep",
            Self::Awake { .. } => "awake",
            Self::Log { .. } => "log",
            Self::Result { .. } => "result",
            Self::Trouble(_) => "trouble",
        }
    }
}

/// Outcome of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum CallEnd {
    /// The call returned this value.
    Return(Value),
    /// The call raised this error.
    Raise(Exception),
    /// The adapter itself failed.
    Error(String),
}

/// An error that a call raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Kind of the error, with the same name for all clients.
    pub kind: ErrorKind,
    /// Name of the error's type in the client's language.
    #[serde(rename = "type")]
    pub native: String,
    /// Message of the error.
    pub message: String,
}
