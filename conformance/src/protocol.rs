//! What the kit and a client's adapter say to each other, in one process as over a pipe.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
}

/// How a client's time moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its number, which its result carries.
    pub id: u64,
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

/// What an adapter says of a lane.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
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
        ended: Ended,
    },
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// It returned.
    Return(Value),
    /// It failed.
    Raise(Raised),
    /// The adapter has trouble of its own.
    Error(String),
}

/// How a call failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// The neutral kind.
    pub kind: ErrorKind,
    /// The native type.
    #[serde(rename = "type")]
    pub native: String,
    /// The native text.
    pub message: String,
}
