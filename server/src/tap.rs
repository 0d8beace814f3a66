//! A tap on a listener: requests and replies as they happen. The kit judges a client by what it
//! sends here. Events carry no times, because the program that listens owns the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, Collected};
use hyper::http::request::Parts;
use slymock_engine::Moment;
use slymock_engine::journal::Body;

use crate::http::outcome::Departure;

/// An event on a tapped listener.
#[derive(Clone, Debug)]
pub enum TapEvent {
    /// A request has been received in full.
    Asked(TapRequest),
    /// A fault rule has fired on a request.
    Fired {
        /// Number of the request.
        request: u64,
        /// Id of the rule.
        fault: u64,
    },
    /// A request is delayed until the world's clock shows `until`.
    Held {
        /// Number of the request.
        request: u64,
        /// End of the delay, in time of the world.
        until: Moment,
    },
    /// A request has been handled; its reply is sent now, or none is.
    Answered {
        /// Number of the request.
        request: u64,
        /// The reply.
        reply: TapReply,
    },
}

/// A request as it was received.
#[derive(Clone, Debug)]
pub struct TapRequest {
    /// Its number on this listener, counted from 1.
    pub number: u64,
    /// Its HTTP method.
    pub verb: String,
    /// Its path, percent-encoded as received.
    pub path: String,
    /// Its query, without the question mark.
    pub query: String,
    /// Its headers in the order they came in, names in lower case. Bytes that are not UTF-8 are
    /// replaced.
    pub headers: Vec<(String, String)>,
    /// Its body as the journal has it; a multipart body as JSON of its parts.
    pub body: Body,
    /// True for a GET whose arguments are in the query; `body` then has them as pairs.
    pub is_query: bool,
}

/// The reply to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapReply {
    /// Its status; absent if no reply is sent.
    pub status: Option<u16>,
    /// Size of its body in bytes.
    pub size: u64,
    /// Its body, or as many bytes of it as the tap was asked for, before a fault cuts it.
    pub body: Body,
    /// How it is sent.
    pub way: Way,
}

/// How a reply is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Unchanged.
    Whole,
    /// Cut short, or slowed down to this many bytes of body per second of real time.
    Spoiled(Option<u64>),
    /// Not at all: the connection is closed.
    Closed,
    /// Not at all: the connection is reset.
    Reset,
    /// Never, or without an end: the connection stays open until the client closes it.
    Never,
}

impl TapReply {
    fn of(sent: &Departure, most: usize) -> Self {
        let silent = |way| Self { status: None, size: 0, body: Body::default(), way };
        let (reply, way) = match sent {
            Departure::Whole(reply) => (reply, Way::Whole),
            Departure::Spoiled(reply, delivery) => (reply, Way::Spoiled(delivery.bytes_per_s)),
            Departure::Closed => return silent(Way::Closed),
            Departure::Reset => return silent(Way::Reset),
            Departure::Never => return silent(Way::Never),
            Departure::Streamed(reply) => {
                return Self { status: Some(reply.status().as_u16()), ..silent(Way::Whole) };
            }
            Departure::Endless(reply) => {
                return Self { status: Some(reply.status().as_u16()), ..silent(Way::Never) };
            }
        };
        // Our own bodies are complete in memory, so collecting one never waits.
        let body = reply.body().clone().collect().now_or_never();
        let bytes = body.and_then(Result::ok).map(Collected::to_bytes).unwrap_or_default();
        let told = Body::of(&bytes[..bytes.len().min(most)]);
        let body = Body { cut: bytes.len() > most, ..told };
        Self { status: Some(reply.status().as_u16()), size: bytes.len() as u64, body, way }
    }
}

/// The listener's callback.
pub(crate) type Listen = Arc<dyn Fn(TapEvent) + Send + Sync>;

/// A listener's tap, and the number of its last request.
pub(crate) struct Source {
    listen: Listen,
    /// Maximum number of bytes of a reply's body that an event has.
    reply_max: usize,
    requests: AtomicU64,
}

impl Source {
    pub(crate) fn new(listen: Listen, reply_max: usize) -> Self {
        Self { listen, reply_max, requests: AtomicU64::new(0) }
    }

    /// Reports a new request and returns the tap for its later events.
    pub(crate) fn asked(&self, head: &Parts, body: Body, is_query: bool) -> Tap {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
        (self.listen)(TapEvent::Asked(TapRequest {
            number,
            verb: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: headers.collect(),
            body,
            is_query,
        }));
        Tap(Some(TappedRequest { listen: Arc::clone(&self.listen), number, reply_max: self.reply_max }))
    }
}

/// The tap of one request; empty on a listener without a tap.
#[derive(Clone, Default)]
pub(crate) struct Tap(Option<TappedRequest>);

#[derive(Clone)]
struct TappedRequest {
    listen: Listen,
    number: u64,
    reply_max: usize,
}

impl Tap {
    fn tell(&self, tapped: impl FnOnce(u64) -> TapEvent) {
        if let Some(TappedRequest { listen, number, .. }) = &self.0 {
            listen(tapped(*number));
        }
    }

    pub(crate) fn fired(&self, fault: u64) {
        self.tell(|request| TapEvent::Fired { request, fault });
    }

    pub(crate) fn held(&self, until: Moment) {
        self.tell(|request| TapEvent::Held { request, until });
    }

    pub(crate) fn answered(&self, sent: &Departure) {
        let most = self.0.as_ref().map_or(0, |tapped| tapped.reply_max);
        self.tell(|request| TapEvent::Answered { request, reply: TapReply::of(sent, most) });
    }
}
