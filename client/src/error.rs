//! The errors of all operations.

use std::time::Duration;

use crate::status::Status;

/// Reason why an operation failed. Neither its message nor its debug output ever contains the token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server address is not an `http://` or `https://` URL with a host.
    #[error("not an http:// or https:// address with a host: {0}")]
    InvalidAddress(String),
    /// The token contains characters that a header cannot carry.
    #[error("the token contains characters that a header cannot carry")]
    InvalidToken,
    /// The arguments are invalid; no request was sent.
    #[error("{0}")]
    InvalidArgument(String),
    /// A wait used up its attempts before the task had the status.
    #[error("task {id} is {last} after {attempts} attempts, not {target}")]
    WaitTimeout {
        /// Id of the task.
        id: u64,
        /// The status waited for.
        target: Status,
        /// Number of polls.
        attempts: u32,
        /// Status in the last response.
        last: Status,
    },
    /// The task ended with an error, or ended before the model that it serves was deployed.
    #[error("{} failed", name(*.id))]
    TaskFailed {
        /// Id of the task, if the operation was given one.
        id: Option<u64>,
    },
    /// Status 404: the entity does not exist, or the token has no access to it.
    #[error("{method}: nothing found{}: {body}", with_id(*.id))]
    NotFound {
        /// Wire method of the request.
        method: String,
        /// Id in the request, if it has one.
        id: Option<u64>,
        /// The first 64 KiB of the body, as text.
        body: String,
    },
    /// The response has a status other than 200 and 404.
    #[error("{method}: status {code}: {body}")]
    Status {
        /// Wire method of the request.
        method: String,
        /// The HTTP status.
        code: u16,
        /// The first 64 KiB of the body, as text.
        body: String,
    },
    /// The last attempt failed too, or the server asked for a pause of more than an hour.
    #[error("gave up after attempt {attempts}{}: {last}", asked(*.retry_after))]
    RetriesExhausted {
        /// Number of attempts made.
        attempts: u32,
        /// Error of the last attempt.
        #[source]
        last: Box<Self>,
        /// Pause that the server asked for, if it is the reason to give up.
        retry_after: Option<Duration>,
    },
    /// There was no complete response, because the connection failed or was lost.
    #[error("no answer: {}", chain(.0.as_ref()))]
    Connection(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There was no complete response within the time limit of one attempt.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// A listing returned another number of rows than its `total`, or with a limit too few.
    #[error("the listing announced {expected} rows and returned {got}")]
    IncompleteListing {
        /// Number of rows announced as `total`.
        expected: u64,
        /// Number of rows returned.
        got: u64,
    },
    /// The body of a 200 does not have the form that the method promises.
    #[error("bad answer: {0}")]
    BadAnswer(String),
}

impl Error {
    /// HTTP status that caused this error, if there is one; after exhausted retries, that of the last
    /// attempt.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::NotFound { .. } => Some(404),
            Self::Status { code, .. } => Some(*code),
            Self::RetriesExhausted { last, .. } => last.code(),
            _ => None,
        }
    }

    pub(crate) fn argument(text: impl Into<String>) -> Self {
        Self::InvalidArgument(text.into())
    }

    pub(crate) fn bad(method: &str, text: impl std::fmt::Display) -> Self {
        Self::BadAnswer(format!("{method}: {text}"))
    }
}

fn name(id: Option<u64>) -> String {
    id.map_or_else(|| "the task".to_owned(), |id| format!("task {id}"))
}

fn with_id(id: Option<u64>) -> String {
    id.map_or_else(String::new, |id| format!(" with id {id}"))
}

fn asked(pause: Option<Duration>) -> String {
    pause.map_or_else(String::new, |pause| format!(", because it was asked to wait {} s", pause.as_secs()))
}

/// Joins an error with its sources: hyper's own text is only "client error (Connect)", and the cause is
/// in them.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
