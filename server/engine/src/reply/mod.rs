//! Replies: what a method hands to the shell. Rendered straight to bytes, so that the declared order
//! of fields is the order on the wire.

mod packed;
mod page;
mod render;
mod strip;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::ids::{TaskId, TeamId, UserId, WorkspaceId};
pub use packed::PackedJson;
pub use page::Page;
pub(crate) use render::{render, render_to};
pub(crate) use strip::{Span, Strip, StripWriter};

/// A rendered reply.
#[derive(Clone, Debug)]
pub enum Output {
    /// A whole JSON text.
    Json(Bytes),
    /// A page of a listing, as a method gives it to the gate.
    Page(Box<Page>),
    /// A JSON text in pieces, one behind the other.
    Pieces(Vec<Bytes>),
    /// The bytes of a file.
    File(Bytes),
    /// What a fixture or a test has an app answer.
    CannedAnswer(CannedAnswer),
    /// Plain text.
    Text(Bytes),
    /// The reply is the answer of the task's own app, which the shell asks outside the lock.
    Forward(Box<Forward>),
    /// The reply is the answer of a session's own app, to which the shell hands the request as it came.
    Visit(Box<Visit>),
}

/// An answer that was given for an app before it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannedAnswer {
    /// Its status, 200 to 599.
    pub status: u16,
    /// Its JSON.
    pub body: Bytes,
    /// How many milliseconds the app takes, on the world's clock.
    pub delay_ms: u64,
}

/// Who asks an app, and where its task is: what the platform says of it to the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user whose token the world's is.
    pub user: UserId,
    /// The task's team.
    pub team: TeamId,
    /// The task's workspace.
    pub workspace: WorkspaceId,
}

/// A request to a session's web address that a real app answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The session's task.
    pub task: TaskId,
    /// Where the app listens, such as `http://127.0.0.1:8000`.
    pub to: String,
    /// Whether the app wants the whole path, `/net/<sessionToken>` included: `proxyKeepUrl`.
    pub keeps_path: bool,
    /// Who asks.
    pub caller: Caller,
}

/// A request to the app behind a task.
#[derive(Clone, Debug)]
pub struct Forward {
    /// Whose app.
    pub task: TaskId,
    /// Where the app listens, such as `http://127.0.0.1:8000`.
    pub to: String,
    /// The command: the path under that address.
    pub command: String,
    /// The body: `{"command", "context", "state"}`.
    pub body: Bytes,
    /// Who asks.
    pub caller: Caller,
    /// How long to wait for the answer, in milliseconds.
    pub timeout_ms: u64,
    /// Send only; the caller does not want the answer.
    pub skip_response: bool,
}

impl Output {
    /// Renders `value` as JSON.
    pub fn json(value: &impl Serialize) -> Self {
        Self::Json(render(value))
    }

    /// It as the shell gets it: a page in pieces.
    pub(crate) fn written(self) -> Self {
        match self {
            Self::Page(page) => Self::Pieces(page.pieces()),
            other => other,
        }
    }

    /// How many bytes [`bytes`](Self::bytes) gives; a page that is not written yet is not counted.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Json(bytes) | Self::File(bytes) | Self::Text(bytes) => bytes.len(),
            Self::Pieces(pieces) => pieces.iter().map(Bytes::len).sum(),
            Self::CannedAnswer(answer) => answer.body.len(),
            Self::Page(_) | Self::Forward(_) | Self::Visit(_) => 0,
        }
    }

    /// The bytes of a reply in one piece; none where an app replies.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Json(bytes) | Self::File(bytes) | Self::Text(bytes) => bytes.clone(),
            Self::Page(page) => page.pieces().concat().into(),
            Self::Pieces(pieces) => pieces.concat().into(),
            Self::CannedAnswer(answer) => answer.body.clone(),
            Self::Forward(_) | Self::Visit(_) => Bytes::new(),
        }
    }
}

/// What a method may return.
pub(crate) trait Reply {
    /// The reply as the shell takes it.
    fn into_output(self) -> Output;
}

/// A reply rendered from a type by its declared field order.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> Reply for Json<T> {
    fn into_output(self) -> Output {
        Output::json(&self.0)
    }
}

impl Reply for Output {
    fn into_output(self) -> Output {
        self
    }
}

/// `{"success": true}`: the service's answer where there is nothing to tell.
#[derive(Serialize)]
pub(crate) struct Success {
    success: bool,
}

/// The answer where there is nothing to tell.
pub(crate) const SUCCESS: Json<Success> = Json(Success { success: true });

/// An object of JSON, its keys in the order they were sent.
pub type Object = Map<String, Value>;
