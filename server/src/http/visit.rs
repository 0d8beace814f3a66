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
use crate::server::{Context, Door};
use crate::worlds::Shared;

/// Answers a visit; `rest` is the path after `/net/`.
pub(crate) async fn answer(request: &Request, rest: &str, door: &Door) -> Sent {
    let (token, path) = rest.split_once('/').unwrap_or((rest, ""));
    let world = match world_of(request, token, &door.context).await {
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

/// With an API token: that world. Without: the one that has such a session.
async fn world_of(request: &Request, token: &str, context: &Context) -> Result<Arc<Shared>, Refusal> {
    match request::token(request.head()) {
        Some(key) => context.worlds.of_token(Some(key)).await,
        None => context.worlds.of_session(token),
    }
}
