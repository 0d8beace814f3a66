//! What happened in a scenario, on the virtual axis: the only thing that is judged and reported. It leaves out
//! what cannot be equal in two runs: ports, boundaries, the client's name, tokens.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::protocol::Exception;

/// One thing that happened. Events are in the order of their time, lane and number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// When, in virtual milliseconds from the start.
    pub at_ms: u64,
    /// In which lane.
    pub lane: String,
    /// Its number in the lane, from 0.
    pub number: u64,
    /// The step that the lane was at, from 0; the last one when it was at none any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The client was asked to do something.
    Call {
        /// The operation.
        op: String,
        /// Its arguments.
        args: Value,
    },
    /// The client sent a request.
    Request(Request),
    /// A fault fired on a request.
    Fault {
        /// Which request.
        request: u64,
        /// Which rule, from 1.
        rule: u64,
    },
    /// A fault holds a request up.
    Held {
        /// Which request.
        request: u64,
        /// Until when, in virtual milliseconds.
        until_ms: u64,
    },
    /// What went out for a request.
    Reply {
        /// Which request.
        request: u64,
        /// The status; nothing where no reply went out.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// How it went out.
        way: Way,
        /// Its body: JSON, or text, cut where it is long.
        #[serde(skip_serializing_if = "Value::is_null")]
        body: Value,
    },
    /// The client pauses.
    Sleep {
        /// How long, in virtual milliseconds.
        ms: u64,
    },
    /// The client's log.
    Log {
        /// `debug`, `info`, `warn` or `error`.
        level: String,
        /// The line.
        text: String,
    },
    /// The call returned.
    Return {
        /// What.
        value: Value,
    },
    /// The call failed.
    Raise(Exception),
}

/// A request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Request {
    /// Its number in the lane, from 1.
    pub request: u64,
    /// The wire method, or the path of what is none.
    pub method: String,
    /// The HTTP method.
    pub verb: String,
    /// Path and query.
    pub url: String,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body: JSON, the parts of a multipart body, the query of a GET as an object, or text.
    pub body: Value,
    /// Whether it is tolerated and not counted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ambient: bool,
}

/// How a reply went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// As it is.
    Whole,
    /// Cut short, or slowly.
    Spoiled,
    /// The connection was closed.
    Closed,
    /// The connection was reset.
    Reset,
    /// Never.
    Never,
}

/// What is left of a scenario's run.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The id of the case.
    pub id: String,
    /// What happened.
    pub events: Vec<Event>,
    /// How often each fault rule fired, in order.
    pub fired: Vec<u64>,
    /// How it ended.
    pub stop: Stop,
}

/// What is known of a scenario's run only once others have run, or the client has gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Afterwards {
    /// How many requests came after its end.
    pub late: u64,
    /// Why it is broken after all.
    pub broken: Option<String>,
}

/// How a scenario's run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// All steps were done.
    Done,
    /// It went past its budget.
    Runaway(String),
    /// The kit or the adapter is at fault.
    Broken(String),
}
