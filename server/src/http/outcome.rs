//! What goes out for a request that has been dealt with: a reply as it is, one that a fault injects or
//! spoils on its way, or none.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode, body::Body as _};
use slymock_engine::faults::{Act, Reset, Rule};

use super::line::{Delivery, End};
use super::render::{self, Reply};

/// What answers a fault that makes a page of a proxy out of an answer.
const NOT_JSON: &str = "<!DOCTYPE html>\n<html><head><title>slymock</title></head>\
                        <body><h1>This is no JSON</h1></body></html>\n";

/// A body that goes on for as long as the server does.
pub(crate) type Endless = UnsyncBoxBody<Bytes, io::Error>;

/// What goes out.
pub(crate) enum Sent {
    /// A reply as it is.
    Whole(Reply),
    /// A reply that is spoiled on its way.
    Spoiled(Reply, Delivery),
    /// Nothing: the connection is closed.
    Closed,
    /// Nothing: the connection is reset.
    Reset,
    /// Nothing, and the connection stays until the client leaves.
    Never,
    /// A reply whose body goes on until the client leaves.
    Endless(Response<Endless>),
}

impl Sent {
    /// What becomes of `reply` on its way; of no reply, what `act` injects.
    pub(crate) fn of(act: &Act, reply: Option<Reply>, verb: &Method) -> Self {
        if act.hang {
            return Self::Never;
        }
        if act.commit_then_drop {
            return Self::Closed;
        }
        if act.reset == Some(Reset::BeforeReply) {
            return Self::Reset;
        }
        let reply = reply.unwrap_or_else(|| injected(act));
        // The reply to a HEAD has no body, whatever its head says.
        let size = reply.body().size_hint().exact().unwrap_or(0);
        let body = if *verb == Method::HEAD { 0 } else { size };
        let end = match (act.truncate_at, act.reset) {
            (Some(at), _) if at < body => Some((at, End::Close)),
            (_, Some(Reset::MidReply)) => Some((body / 2, End::Reset)),
            _ => None,
        };
        if end.is_none() && act.dribble_bytes_per_s.is_none() {
            return Self::Whole(reply);
        }
        Self::Spoiled(reply, Delivery { body, end, bytes_per_s: act.dribble_bytes_per_s })
    }

    /// The reply with the date of its world.
    pub(crate) fn map(self, dated: impl FnOnce(Reply) -> Reply) -> Self {
        match self {
            Self::Whole(reply) => Self::Whole(dated(reply)),
            Self::Spoiled(reply, delivery) => Self::Spoiled(dated(reply), delivery),
            none => none,
        }
    }
}

/// Status and size of what a rule puts in the place of a method's reply; no status where nothing goes out.
pub(crate) fn told(rule: &Rule) -> (Option<u16>, usize) {
    let act = &rule.act;
    if act.status.is_none() && !act.not_json {
        return (None, 0);
    }
    let reply = injected(act);
    (Some(reply.status().as_u16()), usize::try_from(reply.body().size_hint().lower()).unwrap_or(0))
}

fn injected(act: &Act) -> Reply {
    let Some(status) = act.status else {
        return render::typed(StatusCode::OK, "text/html; charset=utf-8", NOT_JSON.into());
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let bodiless = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    let (content_type, body) = match body_of(act) {
        Some((content_type, body)) if !bodiless => (content_type, body),
        None if status.as_u16() >= 400 => (render::JSON, render::dialect(status)),
        _ => (render::JSON, Bytes::new()),
    };
    let mut reply = render::typed(status, content_type, body);
    if reply.body().size_hint().exact() == Some(0) {
        reply.headers_mut().remove(CONTENT_TYPE);
    }
    set_headers(reply.headers_mut(), act);
    reply
}

fn body_of(act: &Act) -> Option<(&'static str, Bytes)> {
    let json = act.body.as_ref().map(|body| (render::JSON, body.to_string().into()));
    let text = || act.body_text.as_ref().map(|text| ("text/plain; charset=utf-8", text.clone().into()));
    let bytes = || {
        let bytes = act.body_base64.as_ref().and_then(|text| STANDARD.decode(text).ok());
        bytes.map(|bytes| ("application/octet-stream", bytes.into()))
    };
    json.or_else(text).or_else(bytes)
}

fn set_headers(headers: &mut HeaderMap, act: &Act) {
    for (name, value) in &act.headers {
        // The rule was checked when it was made.
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.insert(name, value);
        }
    }
}
