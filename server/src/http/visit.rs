//! Visits to a session's web address, `/net/<sessionToken>/...`: they reach the task's app, with or
//! without an API token.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use slymock_engine::faults::VISITS;
use slymock_engine::{Asked, Refusal};

use super::outcome::Sent;
use super::request::{self, Request};
use super::service::{call, finish, go_through, refuse};
use crate::server::Door;
use crate::worlds::Shared;

/// Answers a visit; `rest` is the path after `/net/`.
pub(crate) async fn answer(request: &Request, rest: &str, door: &Door) -> Sent {
    let (token, path) = rest.split_once('/').unwrap_or((rest, ""));
    let world = match world_of(request, token, door).await {
        Ok(world) => world,
        Err(refusal) => return Sent::Whole(refuse(door, VISITS, refusal).await),
    };
    let asked = Asked::visit(token, &command_of(path), &request.body, call(request, &door.context));
    let answered = go_through(&world, asked, &request.tap, &door.context).await;
    finish(answered, request, path, &world, &door.context).await
}

/// The command that a path stands for: as text, and without the slashes around it.
fn command_of(path: &str) -> Cow<'_, str> {
    percent_decode_str(path.trim_matches('/')).decode_utf8_lossy()
}

/// The world of the API token in the header or, as the SDK's sessions send it, in the body. Without one: the world
/// of the listener if it has such a session, else the only one that has.
async fn world_of(request: &Request, token: &str, door: &Door) -> Result<Arc<Shared>, Refusal> {
    let worlds = &door.context.worlds;
    if let Some(key) = request::token(request.head()) {
        return worlds.of_token(Some(key)).await;
    }
    if let Some(world) = request.body_token().await.and_then(|key| worlds.of_known_token(&key)) {
        return Ok(world);
    }
    let pinned = door.pinned().await.filter(|world| world.look().state().session(token).is_some());
    pinned.map_or_else(|| worlds.of_session(token), Ok)
}
