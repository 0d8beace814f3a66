//! What the kit and a client's adapter say to each other, in one process as over a pipe. `message.rs` has the
//! lines that go over a pipe.

mod message;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use message::{FromAdapter, FromKit, VERSION, schema};

use crate::scenario::{ErrorKind, Feature, Settings};

/// Who a client is and what it can do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Hello {
    /// The client's name, such as `supervisely`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The language that it is written in.
    pub language: String,
    /// The operations that it claims.
    pub ops: Vec<String>,
    /// The clocks that it can be run by.
    pub clock: Vec<ClockMode>,
    /// The features that it claims.
    pub features: Vec<Feature>,
    /// The kinds of errors that it tells apart.
    pub error_kinds: Vec<ErrorKind>,
}

impl Hello {
    /// A client that did not come to say who it is.
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

    /// The clock that the kit runs it by: the most exact of those that it claims.
    #[must_use]
    pub fn runs_by(&self) -> Option<ClockMode> {
        [ClockMode::Virtual, ClockMode::Count, ClockMode::Real]
            .into_iter()
            .find(|clock| self.clock.contains(clock))
    }
}

/// How a client's time moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// Its pauses are told to the kit, which moves the clock: exact.
    Virtual,
    /// It has no hook for pauses; the world moves with its requests.
    Count,
    /// It pauses for real.
    Real,
}

/// One call of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// Its number, which its result carries.
    pub id: u64,
    /// The number of its scenario: no client lives on from one to another.
    pub scenario: u64,
    /// What the client's clocks show, in milliseconds since 2026-01-01T00:00:00Z.
    pub now_ms: u64,
    /// The operation.
    pub op: String,
    /// The lane that it belongs to.
    pub lane: String,
    /// The server.
    pub url: String,
    /// The API token.
    pub token: String,
    /// How the client's time moves.
    pub clock: ClockMode,
    /// Settings of the client.
    pub settings: Settings,
    /// Arguments of the operation.
    pub args: Map<String, Value>,
}

/// What an adapter says, of a lane or of itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// Who the client is; the first thing that is said.
    Hello(Hello),
    /// It has no such operation.
    Unsupported {
        /// The probe, or the call.
        id: u64,
    },
    /// The client begins something of its own that goes on beside the lane, such as a thread.
    Open {
        /// What it is called.
        name: String,
    },
    /// What went on beside the lane is over.
    Close {
        /// What it is called.
        name: String,
    },
    /// It is in no state to go on: it ended, or it says what is no message.
    Trouble(String),
    /// The client pauses until it is woken.
    Sleep {
        /// How long, in virtual milliseconds.
        ms: u64,
        /// What it is woken by.
        ticket: u64,
    },
    /// The client has given up a pause before its end.
    Awake {
        /// What it would have been woken by.
        ticket: u64,
    },
    /// The client's log.
    Log {
        /// `debug`, `info`, `warn` or `error`.
        level: String,
        /// The line.
        text: String,
    },
    /// A call is over.
    Result {
        /// Which.
        id: u64,
        /// How.
        ended: CallEnd,
    },
}

impl Statement {
    /// The kind of line that it is, or `trouble`, which is none.
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

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub enum CallEnd {
    /// It returned.
    Return(Value),
    /// It failed.
    Raise(Exception),
    /// The adapter has trouble of its own.
    Error(String),
}

/// How a call failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The neutral kind.
    pub kind: ErrorKind,
    /// The native type.
    #[serde(rename = "type")]
    pub native: String,
    /// The native text.
    pub message: String,
}
