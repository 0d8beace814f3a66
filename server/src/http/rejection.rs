//! All refusals: those of the engine and the server's own. Their texts are here; `render.rs` adds the
//! status and Supervisely's form.

use slymock_engine::Refusal;
use slymock_engine::ids::TaskId;

/// The reason why a request was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// The engine refused it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The request has no API token.
    #[error("no x-api-key header")]
    NoToken,
    /// No world has the API token.
    #[error("unknown x-api-key")]
    BadToken,
    /// The server has no such path.
    #[error("no such path: {path}")]
    UnknownPath {
        /// The requested path.
        path: String,
    },
    /// The path exists, but not with this HTTP method.
    #[error("{path} does not accept {verb}")]
    UnknownVerb {
        /// The requested HTTP method.
        verb: String,
        /// The requested path.
        path: String,
    },
    /// The request's head exceeds the limit.
    #[error("the request's head is larger than {limit} bytes")]
    HeadTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body exceeds the limit.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The body did not arrive within the time limit.
    #[error("the body did not arrive within {limit_ms} ms")]
    TooSlow {
        /// The limit, in milliseconds.
        limit_ms: u64,
    },
    /// Other bodies use all the memory for bodies.
    #[error(
        "the body does not fit next to those of other requests in progress: together they may take {limit} bytes; try again"
    )]
    NoRoom {
        /// The limit of all bodies together, in bytes.
        limit: u64,
    },
    /// The body had to be written to a temporary file, which failed.
    #[error("the body cannot be written to a temporary file: {why}")]
    NoDisk {
        /// The error of the system.
        why: String,
    },
    /// The request names a host, or comes from a web page, that does not belong to this server.
    #[error("{header} {value} does not belong to this server")]
    Foreign {
        /// The header with that host or origin.
        header: &'static str,
        /// The value of that header.
        value: String,
    },
    /// The server sent the request itself: the address of an app leads back to it.
    #[error("this server sent the request to itself: the address of an app leads back to this server")]
    ComesBack,
    /// The server has no world of this name.
    #[error("no world with id {name}")]
    UnknownWorld {
        /// The requested name.
        name: String,
    },
    /// The server has reached its limit of worlds.
    #[error("the server has {limit} worlds, which is its limit; delete one")]
    TooManyWorlds {
        /// The maximum number of worlds.
        limit: usize,
    },
    /// Several worlds have a session with this token, and the visit does not name a world.
    #[error("several worlds have a session with the token {token}")]
    SharedSession {
        /// The session's token.
        token: String,
    },
    /// The task's app could not be reached, or did not answer in time.
    #[error("the app of task {task} did not answer: {why}")]
    AppUnreachable {
        /// Id of the task.
        task: TaskId,
        /// The cause.
        why: String,
    },
}
