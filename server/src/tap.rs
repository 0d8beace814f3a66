//! A tap on a listener: what comes in and what goes out there, as it happens, for whoever judges a client by
//! what it puts on the wire. It says nothing of times: whoever listens owns the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, Collected};
use hyper::http::request::Parts;
use slymock_engine::Moment;
use slymock_engine::journal::Body;

use crate::http::outcome::Departure;

/// What happened on a tapped listener.
#[derive(Clone, Debug)]
pub enum TapEvent {
    /// A request came, whole.
    Asked(TapRequest),
    /// A fault rule fired on it.
    Fired {
        /// Which request.
        request: u64,
        /// The rule's id.
        fault: u64,
    },
    /// It is held up until the world's clock shows this.
    Held {
        /// Which request.
        request: u64,
        /// Until when.
        until: Moment,
    },
    /// It was dealt with; this goes out now.
    Answered {
        /// Which request.
        request: u64,
        /// What.
        reply: TapReply,
    },
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct TapRequest {
    /// Its number on this listener, from 1.
    pub number: u64,
    /// Its HTTP method.
    pub verb: String,
    /// Its path.
    pub path: String,
    /// Its query, without the question mark.
    pub query: String,
    /// Its headers, names in lower case, in the order in which they came. What is no text is as near to it as
    /// can be.
    pub headers: Vec<(String, String)>,
    /// Its body as the journal tells it: of a multipart body the parts, as JSON.
    pub body: Body,
    /// Whether it is a GET that is asked by its query, which the body has as pairs then.
    pub is_query: bool,
}

/// The most bytes of a reply's body that are told.
pub const REPLY_MAX: usize = 1024;

/// What goes out for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapReply {
    /// Its status; nothing where no reply goes out.
    pub status: Option<u16>,
    /// How many bytes its body has.
    pub size: u64,
    /// Its body, or the first [`REPLY_MAX`] bytes of it, before anything happens to it on its way.
    pub body: Body,
    /// How it goes out.
    pub way: Way,
}

/// How a reply goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As it is.
    Whole,
    /// Cut short, or slowly: at this many bytes of body a second of real time.
    Spoiled(Option<u64>),
    /// Not at all: the connection is closed.
    Closed,
    /// Not at all: the connection is reset.
    Reset,
    /// Never, or without an end: the connection stays open until the client leaves.
    Never,
}

impl TapReply {
    fn of(sent: &Departure) -> Self {
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
        // A body of ours is there at once, whole.
        let body = reply.body().clone().collect().now_or_never();
        let bytes = body.and_then(Result::ok).map(Collected::to_bytes).unwrap_or_default();
        let told = Body::of(&bytes[..bytes.len().min(REPLY_MAX)]);
        let body = Body { cut: bytes.len() > REPLY_MAX, ..told };
        Self { status: Some(reply.status().as_u16()), size: bytes.len() as u64, body, way }
    }
}

/// Who listens.
pub(crate) type Listen = Arc<dyn Fn(TapEvent) + Send + Sync>;

/// A listener's tap, and the number of the last request there.
pub(crate) struct Source {
    listen: Listen,
    requests: AtomicU64,
}

impl Source {
    pub(crate) fn new(listen: Listen) -> Self {
        Self { listen, requests: AtomicU64::new(0) }
    }

    /// The tap of a request that has come.
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
        Tap(Some((Arc::clone(&self.listen), number)))
    }
}

/// What tells of one request; of none where nobody listens.
#[derive(Clone, Default)]
pub(crate) struct Tap(Option<(Listen, u64)>);

impl Tap {
    fn tell(&self, tapped: impl FnOnce(u64) -> TapEvent) {
        if let Some((listen, request)) = &self.0 {
            listen(tapped(*request));
        }
    }

    pub(crate) fn fired(&self, fault: u64) {
        self.tell(|request| TapEvent::Fired { request, fault });
    }

    pub(crate) fn held(&self, until: Moment) {
        self.tell(|request| TapEvent::Held { request, until });
    }

    pub(crate) fn answered(&self, sent: &Departure) {
        self.tell(|request| TapEvent::Answered { request, reply: TapReply::of(sent) });
    }
}
