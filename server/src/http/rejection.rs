//! The refusals of the server: of the engine, and its own before and behind the engine. Fields, not sentences:
//! `render.rs` alone words them.

use slymock_engine::Refusal;
use slymock_engine::ids::TaskId;

/// The reason why a request got nothing else.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// The engine has refused it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// No API token was sent.
    #[error("no x-api-key header")]
    NoToken,
    /// The API token names no world.
    #[error("unknown x-api-key")]
    BadToken,
    /// No such path on this server.
    #[error("no such path: {path}")]
    UnknownPath {
        /// The path asked for.
        path: String,
    },
    /// The path is known, the verb is not.
    #[error("{verb} is not a verb of {path}")]
    UnknownVerb {
        /// The verb asked for.
        verb: String,
        /// The path.
        path: String,
    },
    /// The request's head is larger than the server takes.
    #[error("the head is larger than {limit} bytes")]
    HeadTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body is larger than the server takes.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The body did not arrive in time.
    #[error("the body did not arrive within {limit_ms} ms")]
    TooSlow {
        /// The limit in milliseconds.
        limit_ms: u64,
    },
    /// Other bodies take all the room there is.
    #[error("the bodies that are being answered take {limit} bytes together; try again")]
    NoRoom {
        /// The limit in bytes.
        limit: u64,
    },
    /// The body is to lie on the disk while it is read, and cannot.
    #[error("the body cannot be kept on the disk: {why}")]
    NoDisk {
        /// The system's reason.
        why: String,
    },
    /// The request is for a host, or of a web page, that is not this server's.
    #[error("{header} {value} is foreign to this server")]
    Foreign {
        /// The header that told.
        header: &'static str,
        /// Its value.
        value: String,
    },
    /// This server has sent the request itself: an app's address leads back to it.
    #[error("the request was sent by this server itself: the address of an app leads back here")]
    ComesBack,
    /// No world of this server has that name.
    #[error("no world with id {name}")]
    UnknownWorld {
        /// The name.
        name: String,
    },
    /// The server has as many worlds as it takes.
    #[error("there are {limit} worlds already")]
    TooManyWorlds {
        /// The limit.
        limit: usize,
    },
    /// The session's token leads to several worlds, and the visit names none of them.
    #[error("the session token {token} lives in several worlds")]
    SharedSession {
        /// The token.
        token: String,
    },
    /// The task's app could not be reached, or gave no answer in time.
    #[error("the app of task {task} gave no answer: {why}")]
    AppUnreachable {
        /// The task.
        task: TaskId,
        /// What happened.
        why: String,
    },
}
