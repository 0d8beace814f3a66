//! The reply of an endpoint, complete or streamed.

use hyper::Response;

use crate::http::outcome::Endless;
use crate::http::render::Reply;

/// The reply of an endpoint.
pub(super) enum ControlReply {
    /// A complete reply.
    Whole(Reply),
    /// A reply whose body is written while it is sent.
    Streamed(Response<Endless>),
}

impl From<Reply> for ControlReply {
    fn from(reply: Reply) -> Self {
        Self::Whole(reply)
    }
}
