//! Replies: results of methods for the shell. They are rendered straight to bytes, so that the declared order
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
    /// A complete JSON text.
    Json(Bytes),
    /// A page of a listing, as a method returns it to the gate.
    Page(Box<Page>),
    /// A JSON text in consecutive pieces.
    Pieces(Vec<Bytes>),
    /// The bytes of a file.
    File(Bytes),
    /// A canned answer of an app.
    CannedAnswer(CannedAnswer),
    /// Plain text.
    Text(Bytes),
    /// The answer of the task's real app, which the shell requests outside the lock.
    Forward(Box<Forward>),
    /// The answer of a session's real app, to which the shell passes the request unchanged.
    Visit(Box<Visit>),
}

/// An answer of an app that was set before the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannedAnswer {
    /// HTTP status, 200 to 599.
    pub status: u16,
    /// JSON body; empty for a status that has none.
    pub body: Bytes,
    /// Delay in milliseconds of the world's clock.
    pub delay_ms: u64,
}

/// The caller of an app, and the place of the app's task: data that Supervisely passes to the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Id of the user of the world's token.
    pub user: UserId,
    /// Id of the task's team.
    pub team: TeamId,
    /// Id of the task's workspace.
    pub workspace: WorkspaceId,
}

/// A request to a session's web address that a real app answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Id of the session's task.
    pub task: TaskId,
    /// Address of the app, such as `http://127.0.0.1:8000`.
    pub to: String,
    /// True if the app expects the whole path, including `/net/<sessionToken>`: `proxyKeepUrl`.
    pub keeps_path: bool,
    /// Caller of the app.
    pub caller: Caller,
}

/// A request to the real app of a task.
#[derive(Clone, Debug)]
pub struct Forward {
    /// Id of the task.
    pub task: TaskId,
    /// Address of the app, such as `http://127.0.0.1:8000`.
    pub to: String,
    /// Command: the path under that address.
    pub command: String,
    /// Body: `{"command", "context", "state"}`.
    pub body: Bytes,
    /// Caller of the app.
    pub caller: Caller,
    /// Time to wait for the answer, in milliseconds.
    pub timeout_ms: u64,
    /// True if the caller does not want the answer.
    pub skip_response: bool,
}

impl Output {
    /// Renders `value` as JSON.
    pub fn json(value: &impl Serialize) -> Self {
        Self::Json(render(value))
    }

    /// Returns the reply as the shell gets it: a page in pieces.
    pub(crate) fn written(self) -> Self {
        match self {
            Self::Page(page) => Self::Pieces(page.pieces()),
            other => other,
        }
    }

    /// Returns the number of bytes in [`bytes`](Self::bytes); 0 for a page that is not in pieces yet.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Json(bytes) | Self::File(bytes) | Self::Text(bytes) => bytes.len(),
            Self::Pieces(pieces) => pieces.iter().map(Bytes::len).sum(),
            Self::CannedAnswer(answer) => answer.body.len(),
            Self::Page(_) | Self::Forward(_) | Self::Visit(_) => 0,
        }
    }

    /// Returns the reply in one piece; empty if a real app replies.
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

/// A return type of methods.
pub(crate) trait Reply {
    fn into_output(self) -> Output;
}

/// A reply rendered from a type in the declared order of its fields.
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

/// `{"success": true}`: the reply of methods without a result.
#[derive(Serialize)]
pub(crate) struct Success {
    success: bool,
}

/// The reply of methods without a result.
pub(crate) const SUCCESS: Json<Success> = Json(Success { success: true });

/// A JSON object that keeps the order of its keys.
pub type Object = Map<String, Value>;
