//! The events of a scenario in virtual time: everything that is judged and reported. They leave out values
//! that differ between two runs: ports, boundaries, the client's name, tokens.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::protocol::Exception;

/// An event. Events are sorted by time, lane and number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Time in virtual milliseconds from the start.
    pub at_ms: u64,
    /// Name of the lane, or of a thread.
    pub lane: String,
    /// Number of the event in the lane, from 0.
    pub number: u64,
    /// Index of the lane's current step, from 0; of its last step once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// Kind and data of the event.
    #[serde(flatten)]
    pub what: What,
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// The kit called an operation.
    Call {
        /// Name of the operation.
        op: String,
        /// Arguments of the call.
        args: Value,
    },
    /// The client sent a request.
    Request(Request),
    /// A fault fired on a request.
    Fault {
        /// Number of the request in the lane.
        request: u64,
        /// Number of the rule, from 1.
        rule: u64,
    },
    /// A fault holds a request up.
    Held {
        /// Number of the request in the lane.
        request: u64,
        /// End of the delay in virtual milliseconds.
        until_ms: u64,
    },
    /// The response to a request.
    Reply {
        /// Number of the request in the lane.
        request: u64,
        /// HTTP status; absent if no response went out.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// The way in which the response went out.
        way: Way,
        /// Body: JSON, or a text, which is cut if it is long.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        body: Value,
    },
    /// The client pauses.
    Sleep {
        /// Length of the pause in virtual milliseconds.
        ms: u64,
    },
    /// A line of the client's log.
    Log {
        /// `debug`, `info`, `warn` or `error`.
        level: String,
        /// Text of the line.
        text: String,
    },
    /// The call returned.
    Return {
        /// The returned value.
        value: Value,
    },
    /// The call raised an error.
    Raise(Exception),
}

/// A request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Number of the request in the lane, from 1.
    pub request: u64,
    /// Wire method, or the path if it is not a wire method.
    pub method: String,
    /// HTTP method.
    pub verb: String,
    /// Path and query.
    pub url: String,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Body: JSON, the parts of a multipart body, the query of a GET as an object, or text.
    pub body: Value,
    /// True if the request is allowed but not counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ambient: bool,
}

/// Ways in which a response goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Unchanged.
    Whole,
    /// Truncated, altered or slowed down.
    Spoiled,
    /// The connection was closed.
    Closed,
    /// The connection was reset.
    Reset,
    /// No response ever went out.
    Never,
}

/// Record of a scenario's run.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Id of the case.
    pub id: String,
    /// The events, sorted.
    pub events: Vec<Event>,
    /// Number of times that each fault rule fired, in order.
    pub fired: Vec<u64>,
    /// The end of the run.
    pub stop: Stop,
}

/// Findings about a scenario's run that are known only after its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Afterwards {
    /// Number of requests after its end.
    pub late: u64,
    /// Reason why the scenario is broken after all.
    pub broken: Option<String>,
}

/// End of a scenario's run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// All steps were done.
    Done,
    /// The client exceeded its budget; the reason.
    Runaway(String),
    /// The kit or the adapter failed; the reason.
    Broken(String),
}
