//! The form of a row of the table.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::args::Arg;

/// One operation of a client.
#[derive(Debug)]
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    /// What it does, as one sentence.
    pub about: &'static str,
    /// Its arguments.
    pub args: &'static [Arg],
    /// What it returns.
    pub returns: &'static str,
    /// The wire methods that it may send; `*` stands for the argument `method`.
    pub sends: &'static [&'static str],
    /// The neutral kinds of errors that it may raise.
    pub may_raise: &'static [ErrorKind],
}

/// A neutral kind of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The attempts of a wait are used up.
    WaitTimeout,
    /// The task ended with an error.
    TaskFailed,
    /// There is no such thing, or no access to it.
    NotFound,
    /// The token is missing, unknown or not enough.
    Auth,
    /// The server refuses what it was asked.
    BadRequest,
    /// The server was asked too often.
    RateLimited,
    /// All tries of a request failed.
    RetriesExhausted,
    /// The connection cannot be made, or breaks.
    Connection,
    /// No answer came in time.
    Timeout,
    /// A listing is not what its first page announced.
    IncompleteListing,
    /// The answer is not what the method promises.
    BadAnswer,
    /// The call makes no sense; nothing was sent.
    Usage,
    /// Anything else.
    Other,
}
