//! The table row of an operation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::args::Arg;

/// One operation of a client.
#[derive(Debug)]
pub struct Operation {
    /// Name of the operation, such as `task.info`.
    pub name: &'static str,
    /// Description, as one sentence.
    pub about: &'static str,
    /// Arguments of the operation.
    pub args: &'static [Arg],
    /// Description of the return value.
    pub returns: &'static str,
    /// Wire methods that the operation may send; `*` stands for the argument `method`.
    pub sends: &'static [&'static str],
    /// Kinds of errors that the operation may raise.
    pub may_raise: &'static [ErrorKind],
}

/// A kind of error, with the same name for all clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The attempts of a wait are used up.
    WaitTimeout,
    /// The task ended with an error.
    TaskFailed,
    /// The object does not exist or is not accessible.
    NotFound,
    /// The token is missing, unknown or lacks permission.
    Auth,
    /// The server rejects the request.
    BadRequest,
    /// The client sent too many requests.
    RateLimited,
    /// All attempts of a request failed.
    RetriesExhausted,
    /// The connection cannot be made, or breaks.
    Connection,
    /// No response arrived in time.
    Timeout,
    /// A listing does not match the total of its first page.
    IncompleteListing,
    /// The response does not have the documented form.
    BadAnswer,
    /// The call is invalid; no request was sent.
    Usage,
    /// Any other error.
    Other,
}
