//! What can go wrong.

use std::time::Duration;

use crate::status::Status;

/// Why a call gave no answer. Neither its text nor its debug text ever shows the token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The service's address is not one of `http://` or `https://`.
    #[error("not an address of a service: {0}")]
    InvalidAddress(String),
    /// The token cannot stand in a header.
    #[error("the token cannot stand in a header")]
    InvalidToken,
    /// The arguments cannot be sent; nothing was.
    #[error("{0}")]
    InvalidArgument(String),
    /// The task was not there in time.
    #[error("task {id} is {last} after {attempts} attempts, not {target}")]
    WaitTimeout {
        /// The task.
        id: u64,
        /// The status waited for.
        target: Status,
        /// How often the task was asked for.
        attempts: u32,
        /// The status seen last.
        last: Status,
    },
    /// The task ended, and not well.
    #[error("{} failed", name(*.id))]
    TaskFailed {
        /// The task, where the caller named one.
        id: Option<u64>,
    },
    /// Status 404: there is no such thing, or no access to it.
    #[error("{method}: nothing found{}: {body}", with_id(*.id))]
    NotFound {
        /// The method asked.
        method: String,
        /// The id asked for.
        id: Option<u64>,
        /// What the service said, as far as it is kept.
        body: String,
    },
    /// The service answered with a status that is neither 200 nor 404.
    #[error("{method}: status {code}: {body}")]
    Status {
        /// The method asked.
        method: String,
        /// The HTTP status.
        code: u16,
        /// The first 64 KiB of the body, as text.
        body: String,
    },
    /// The last of the tries failed too, or the service asked for a longer pause than is worth it.
    #[error("gave up after try {attempts}{}: {last}", asked(*.retry_after))]
    RetriesExhausted {
        /// The tries made.
        attempts: u32,
        /// How the last one failed.
        #[source]
        last: Box<Self>,
        /// The pause the service asked for, when it is the reason to give up.
        retry_after: Option<Duration>,
    },
    /// No whole answer came: no connection, or it was lost.
    #[error("no answer: {}", chain(.0.as_ref()))]
    Connection(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No whole answer came within the time-out of one try.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// A listing ended with another number of rows than it promised.
    #[error("the listing promised {expected} rows and gave {got}")]
    IncompleteListing {
        /// The rows promised.
        expected: u64,
        /// The rows that came.
        got: u64,
    },
    /// The answer is not what the method promises.
    #[error("bad answer: {0}")]
    BadAnswer(String),
}

impl Error {
    /// The HTTP status behind this error, if there is one; of exhausted retries, that of the last try.
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
    pause.map_or_else(String::new, |pause| format!(", as it was asked to come back in {} s", pause.as_secs()))
}

/// hyper's own text is "client error (Connect)"; what a user can act on is in its sources.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
