//! What an endpoint answers: a reply, or one that is written while it goes out.

use hyper::Response;

use crate::http::outcome::Endless;
use crate::http::render::Reply;

/// What an endpoint answers.
pub(super) enum ControlReply {
    /// A reply that is there.
    Whole(Reply),
    /// A reply that is written while it goes out.
    Streamed(Response<Endless>),
}

impl From<Reply> for ControlReply {
    fn from(reply: Reply) -> Self {
        Self::Whole(reply)
    }
}
