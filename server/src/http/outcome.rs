//! The outcome of a request: a reply, a reply that a fault injects or damages, or none.

use std::io;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode, body::Body as _};
use slymock_engine::faults::{self, Act, Content, Cut, Rule, Source, Then};

use super::line::{Delivery, End};
use super::pieces::Pieces;
use super::render::{self, Reply};

/// The body of the fault that replaces a response by the HTML page of a proxy.
const NOT_JSON: &str = "<!DOCTYPE html>\n<html><head><title>slymock</title></head>\
                        <body><h1>This is not JSON</h1></body></html>\n";

/// A streamed body of unknown length, which may go on as long as the server runs.
pub(crate) type Endless = UnsyncBoxBody<Pieces, io::Error>;

/// The outcome of a request.
pub(crate) enum Departure {
    /// A reply, unchanged.
    Whole(Reply),
    /// A reply that is damaged in delivery.
    Spoiled(Reply, Delivery),
    /// No reply; the connection is closed.
    Closed,
    /// No reply; the connection is reset.
    Reset,
    /// No reply; the connection stays open until the client closes it.
    Never,
    /// A reply whose body is produced while it is sent.
    Streamed(Response<Endless>),
    /// A reply whose body goes on until the client closes the connection.
    Endless(Response<Endless>),
}

impl Departure {
    /// The outcome under a fault: the method's reply, if it ran, or the one that the fault injects.
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
        // The reply to a HEAD has no body, whatever its `Content-Length`.
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

    /// Adds the date of the world to the reply, if there is one.
    pub(crate) fn map(self, dated: impl FnOnce(Reply) -> Reply) -> Self {
        match self {
            Self::Whole(reply) => Self::Whole(dated(reply)),
            Self::Spoiled(reply, delivery) => Self::Spoiled(dated(reply), delivery),
            none => none,
        }
    }
}

/// Status and size of the reply that a rule injects; no status if it sends none.
pub(crate) fn told(rule: &Rule) -> (Option<u16>, usize) {
    let reply = match &rule.act.then {
        Then::Send(source, _) => source_reply(source),
        Then::Hang | Then::Reset | Then::Drop => None,
    };
    let outline = reply.as_ref().map(render::outline);
    outline.map_or((None, 0), |outline| (Some(outline.status), outline.size))
}

/// The reply that a rule injects; `None` if the method replies.
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
        // The rule was checked when it was added, so none is dropped here.
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.insert(name, value);
        }
    }
}
