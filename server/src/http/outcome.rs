//! What goes out for a request that has been dealt with: a reply as it is, one that a fault injects or
//! spoils on its way, or none.

use std::io;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode, body::Body as _};
use slymock_engine::faults::{self, Act, Content, Cut, Rule, Source, Then};

use super::line::{Delivery, End};
use super::pieces::Pieces;
use super::render::{self, Reply};

/// What answers a fault that makes a page of a proxy out of an answer.
const NOT_JSON: &str = "<!DOCTYPE html>\n<html><head><title>slymock</title></head>\
                        <body><h1>This is no JSON</h1></body></html>\n";

/// A body of which nobody knows how long it gets: some go on for as long as the server does.
pub(crate) type Endless = UnsyncBoxBody<Pieces, io::Error>;

/// What goes out.
pub(crate) enum Departure {
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
    /// A reply whose body is made piece by piece as it goes out.
    Streamed(Response<Endless>),
    /// A reply whose body goes on until the client leaves.
    Endless(Response<Endless>),
}

impl Departure {
    /// The reply of a method that ran, or what the fault that fired makes of the request.
    pub(crate) fn of(act: &Act, reply: Option<Reply>, verb: &Method) -> Self {
        let (source, delivery) = match &act.then {
            Then::Hang => return Self::Never,
            Then::Reset => return Self::Reset,
            Then::Drop => return Self::Closed,
            Then::Send(source, delivery) => (source, delivery),
        };
        match source_reply(source).or(reply) {
            Some(reply) => Self::delivered(reply, *delivery, verb),
            None => Self::Closed,
        }
    }

    fn delivered(
        reply: Reply,
        faults::Delivery { cut, bytes_per_s }: faults::Delivery,
        verb: &Method,
    ) -> Self {
        // The reply to a HEAD has no body, whatever its head says.
        let size = reply.body().size_hint().exact().unwrap_or(0);
        let body = if *verb == Method::HEAD { 0 } else { size };
        let end = match cut {
            Some(Cut::CloseAfter(at)) => (at < body).then_some((at, End::Close)),
            Some(Cut::ResetHalfway) => Some((body / 2, End::Reset)),
            None => None,
        };
        if end.is_none() && bytes_per_s.is_none() {
            return Self::Whole(reply);
        }
        Self::Spoiled(reply, Delivery { body, end, bytes_per_s })
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
    let reply = match &rule.act.then {
        Then::Send(source, _) => source_reply(source),
        Then::Hang | Then::Reset | Then::Drop => None,
    };
    let outline = reply.as_ref().map(render::outline);
    outline.map_or((None, 0), |outline| (Some(outline.status), outline.size))
}

/// The reply that a rule gives; `None` where the method does.
fn source_reply(source: &Source) -> Option<Reply> {
    match source {
        Source::Method(_) => None,
        Source::Rule(answer) => Some(injected(answer)),
        Source::WebPage => {
            Some(render::typed(StatusCode::OK, "text/html; charset=utf-8", Bytes::from(NOT_JSON)))
        }
    }
}

fn injected(answer: &faults::Answer) -> Reply {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let bodiless = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    let (content_type, body) = match &answer.content {
        Content::Absent if status.as_u16() >= 400 => (render::JSON, render::dialect(status)),
        Content::Json(body) if !bodiless => (render::JSON, body.to_string().into()),
        Content::Text(text) if !bodiless => ("text/plain; charset=utf-8", text.clone().into()),
        Content::Bytes(bytes) if !bodiless => ("application/octet-stream", bytes.clone()),
        _ => (render::JSON, Bytes::new()),
    };
    let mut reply = render::typed(status, content_type, body);
    if reply.body().size_hint().exact() == Some(0) {
        reply.headers_mut().remove(CONTENT_TYPE);
    }
    set_headers(reply.headers_mut(), answer);
    reply
}

fn set_headers(headers: &mut HeaderMap, answer: &faults::Answer) {
    for (name, value) in &answer.headers {
        // The rule was checked when it was made.
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.insert(name, value);
        }
    }
}
