//! A request from its head to its reply: its route, the checks before its body is read, and its
//! handler.

use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{HeaderValue, LOCATION};
use hyper::http::request::Parts;
use slymock_engine::methods::{self, Row};

use super::peer::Peer;
use super::{events, trust, visit, wire};
use crate::control::Address;
use crate::door::{Context, Door};
use crate::http::head;
use crate::http::intake::{self, Most, TakenBody};
use crate::http::outcome::Departure;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};
use crate::http::request::Request;
use crate::limits::Limits;
use crate::refuse::{Attempt, refuse, refuse_in};
use crate::tap::Tap;
use crate::{clock, control};

/// The target of a path.
#[derive(Clone, Copy)]
enum Route<'a> {
    Root,
    /// A wire method: its name, and its row if it is modelled.
    Method(&'a str, Option<&'static Row>),
    Control(Address<'a>),
    /// A session's web address: the path after `/net/`.
    Session(&'a str),
    Events,
    Nothing,
}

impl<'a> Route<'a> {
    fn of(verb: &'a str, path: &'a str) -> Self {
        if path == "/" {
            return Self::Root;
        }
        if let Some(rest) = path.strip_prefix("/_slymock/") {
            return Self::Control(Address::of(verb, rest));
        }
        if let Some(rest) = path.strip_prefix("/net/") {
            return Self::Session(rest);
        }
        if path == events::PATH {
            return Self::Events;
        }
        // `SUPERVISELY_API_SERVER_ADDRESS` may omit `/public/api`.
        let method = path.strip_prefix("/public/api/v3/").or_else(|| path.strip_prefix("/v3/"));
        method.map_or(Self::Nothing, |method| Self::Method(method, methods::find(method)))
    }

    /// The limit for the body of a request with this head.
    fn most(self, head: &Parts, limits: &Limits) -> Most {
        let goes_aside = matches!(self, Self::Control(address) if address.takes_fixture());
        let bytes = match self {
            Self::Control(address) if address.takes_fixture() => limits.fixture,
            Self::Method(_, row) if head::is_json(head) => {
                let of_method = row.and_then(|row| row.body_max).unwrap_or(0);
                limits.json.max(of_method).min(limits.body)
            }
            Self::Method(..) | Self::Session(_) => limits.body,
            Self::Root | Self::Control(_) | Self::Events | Self::Nothing => limits.json.min(limits.body),
        };
        Most { bytes, goes_aside }
    }

    /// Calls the handler; `path` is the full path.
    async fn answer(
        self,
        request: Request,
        path: &str,
        tap: &Tap,
        (door, peer): (&Arc<Door>, &Peer),
    ) -> Departure {
        match self {
            Self::Root => Departure::Whole(root()),
            Self::Method(method, row) => wire::answer(&request, (method, row), tap, (door, peer)).await,
            Self::Events => Box::pin(events::answer(&request, door)).await,
            Self::Session(rest) => Box::pin(visit::answer(&request, rest, tap, door)).await,
            Self::Control(address) => Box::pin(control::answer(request, address, door)).await,
            Self::Nothing => {
                let rejection = Rejection::UnknownPath { path: path.to_owned() };
                Departure::Whole(Box::pin(refuse(door, Attempt::other(path), rejection)).await)
            }
        }
    }

    /// Refuses a request before its body is parsed. The entry goes to the journal of its world, if
    /// it has one. The token of a foreign page is ignored: it must not even make a world.
    async fn refuse(self, door: &Door, head: &Parts, rejection: Rejection) -> Reply {
        let (attempt, task) = match self {
            Self::Method(method, row) => (Attempt::call(method, row), head::task_header(head)),
            Self::Session(rest) => (Attempt::visit(visit::visited(head, rest)), None),
            Self::Control(address) => (Attempt::other(&address.name()), None),
            Self::Root | Self::Events | Self::Nothing => (Attempt::other(head.uri.path()), None),
        };
        let is_foreign = matches!(rejection, Rejection::Foreign { .. } | Rejection::ComesBack);
        // Only requests that a world's journal records may make a world.
        if matches!(self, Self::Method(..) | Self::Session(_))
            && !is_foreign
            && let Ok(world) = door.context.worlds.of_key(head::token(head)).await
        {
            return refuse_in(&world, attempt, task, rejection).await;
        }
        refuse(door, attempt, rejection).await
    }
}

/// Answers one request of `peer` and reports it to the listener's tap.
pub(super) async fn answer(request: hyper::Request<Incoming>, door: &Arc<Door>, peer: &Peer) -> Departure {
    let (head, body) = request.into_parts();
    let (verb, path) = (head.method.clone(), head.uri.path().to_owned());
    let route = Route::of(verb.as_str(), &path);
    let (body, refusal) = match read(&head, body, route, peer, &door.context).await {
        Ok(body) => (body, None),
        Err(refusal) => (TakenBody::default(), Some(refusal)),
    };
    let request = Request::new(head, body);
    let tap = door.asked(&request);
    let sent = match refusal {
        None => route.answer(request, &path, &tap, (door, peer)).await,
        Some(refusal) => Departure::Whole(Box::pin(route.refuse(door, request.head(), refusal)).await),
    };
    tap.answered(&sent);
    sent
}

async fn read(
    head: &Parts,
    body: Incoming,
    route: Route<'_>,
    peer: &Peer,
    context: &Context,
) -> Result<TakenBody, Rejection> {
    let limits = &context.limits;
    if let Err(refusal) = trust::check(head, peer, context) {
        Box::pin(intake::discard(head, body, limits)).await;
        return Err(refusal);
    }
    if head::bytes(head) > limits.head {
        return Err(Rejection::HeadTooLarge { limit: limits.head });
    }
    intake::read(head, body, route.most(head, limits), limits, (&context.budget, &peer.timer)).await
}

/// SDKs before 6.73.219 request `/` and read `Location` to detect https; it must not lead there,
/// and a 3xx status would.
fn root() -> Reply {
    let body = Bytes::from_static(b"slymock: a fake Supervisely server for tests\n");
    let mut reply = render::text(body);
    reply.headers_mut().insert(LOCATION, HeaderValue::from_static("/"));
    render::dated(reply, clock::now())
}
