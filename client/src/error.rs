//! What can go wrong.

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server's address is not an `http://` address.
    #[error("not an http:// address: {0}")]
    InvalidAddress(String),
    /// The token cannot stand in a header.
    #[error("the token cannot stand in a header")]
    InvalidToken,
    /// No answer came.
    #[error("no answer: {0}")]
    Connection(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is no such task, or no access to it.
    #[error("no task with id {0}")]
    NotFound(u64),
    /// The server answered with another status than 200.
    #[error("status {code}: {body}")]
    Status {
        /// The HTTP status.
        code: u16,
        /// The body as text.
        body: String,
    },
    /// The answer is not what the method promises.
    #[error("bad answer: {0}")]
    BadAnswer(String),
}
