//! Visits to a session's web address, `/net/<sessionToken>/...`. They reach the task's app, with or
//! without an API token.

use std::sync::Arc;

use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use slymock_engine::WireRequest;
use slymock_engine::journal::VisitAddress;

use super::errand::{Errand, call};
use crate::door::Door;
use crate::http::head;
use crate::http::outcome::Departure;
use crate::http::rejection::Rejection;
use crate::http::request::Request;
use crate::refuse::{Attempt, refuse};
use crate::tap::Tap;
use crate::worlds::SharedWorld;

/// Handles a visit; `rest` is the path after `/net/`.
pub(super) async fn answer(request: &Request, rest: &str, tap: &Tap, door: &Door) -> Departure {
    let (token, path) = rest.split_once('/').unwrap_or((rest, ""));
    let visited = visited(request.head(), rest);
    let world = match world_of(request, token, door).await {
        Ok(world) => world,
        Err(refusal) => return Departure::Whole(refuse(door, Attempt::visit(visited), refusal).await),
    };
    let told = door.context.worlds.secrets.body(&request.body);
    let asked =
        WireRequest::visit(token, visited, &request.body, call(request, &door.context)).telling(Some(told));
    Errand { request, tap, path, world: &world, context: &door.context }.run(asked).await
}

/// Verb, decoded path and query of a visit; `rest` is the path after `/net/`.
pub(super) fn visited(head: &Parts, rest: &str) -> VisitAddress {
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    VisitAddress {
        verb: head.method.to_string(),
        path: format!("/{}", percent_decode_str(path).decode_utf8_lossy()),
        query: head.uri.query().unwrap_or_default().to_owned(),
    }
}

/// The world of the API token in the header or, as the SDK's sessions send it, in the body. Without
/// a token it is the listener's world, if that has the session, otherwise the only world that has
/// it.
async fn world_of(request: &Request, token: &str, door: &Door) -> Result<Arc<SharedWorld>, Rejection> {
    let worlds = &door.context.worlds;
    if let Some(key) = head::token(request.head())? {
        return worlds.of_token(Some(key)).await;
    }
    // A token in a body may be for another server that the app calls, so an unknown one is ignored.
    if let Some(world) = request.body_token().await.and_then(|key| worlds.of_known_token(&key)) {
        return Ok(world);
    }
    let pinned = door.pinned().await.filter(|world| world.look().state().session(token).is_some());
    pinned.map_or_else(|| worlds.of_session(token), Ok)
}
