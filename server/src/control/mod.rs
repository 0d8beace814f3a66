//! The control API under `/_slymock`: a small table of its own, whose rows go through the same gate as
//! wire methods.

mod apps;
mod clock;
mod exchange;
mod faults;
mod files;
mod journal;
mod stubs;
mod table;
mod tasks;
mod world;
mod worlds;

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use slymock_engine::Refusal;
use slymock_engine::request::Field;

use crate::aside::aside;
use crate::http::head;
use crate::http::render::{self, Reply};
use crate::http::request::Request;
use crate::http::service::refuse;
use crate::server::Door;
use exchange::Exchange;
pub(crate) use journal::entry_view;
use table::{ENDPOINTS, Endpoint};
pub(crate) use tasks::COUNT_MAX;
use tokio::runtime::Handle;

/// Verb, path and meaning of each endpoint.
pub fn endpoints() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ENDPOINTS.iter().map(|endpoint| (endpoint.verb, endpoint.path, endpoint.about))
}

/// Verb, path and fields of each endpoint, for tests that send whatever has the shape of a call.
pub fn endpoint_fields() -> impl Iterator<Item = (&'static str, &'static str, &'static [Field])> {
    ENDPOINTS.iter().map(|endpoint| (endpoint.verb, endpoint.path, endpoint.fields))
}

/// Answers a control call.
pub(crate) async fn answer(request: Request, rest: String, door: &Door) -> Reply {
    let exchange = match find(request, &rest, door).await {
        Ok(exchange) => exchange,
        Err(refusal) => return refuse(door, &format!("_slymock/{rest}"), None, refusal).await,
    };
    let (world, worlds) = (exchange.world.clone(), &door.context.worlds);
    let reply = if exchange.is_large() {
        // What is made of a large body takes its time, wherever in the call that is.
        let runtime = Handle::current();
        aside(move || runtime.block_on(run(exchange))).await
    } else {
        run(exchange).await
    };
    let reply = reply.unwrap_or_else(|refusal| render::refusal(&refusal));
    // The call may have put another world in its place.
    let world = worlds.named(&world.name).unwrap_or(world);
    let now = world.look().state().now();
    render::dated(reply, now)
}

async fn run(exchange: Exchange) -> Result<Reply, Refusal> {
    // Those that take fields read them; the whole world is no field.
    if exchange.endpoint.fields.is_empty() && !exchange.endpoint.is_fixture() {
        exchange.read::<Value>()?;
    }
    (exchange.endpoint.run)(exchange).await
}

/// Whether a call brings a whole world.
pub(crate) fn takes_fixture(verb: &str, rest: &str) -> bool {
    endpoint_of(verb, rest).is_ok_and(|(endpoint, _)| endpoint.takes_fixture())
}

/// The endpoint a request is for, and all that it needs.
async fn find(request: Request, rest: &str, door: &Door) -> Result<Exchange, Refusal> {
    let (endpoint, id) = endpoint_of(request.head().method.as_str(), rest)?;
    let worlds = &door.context.worlds;
    let world = match head::token(request.head())? {
        Some(token) => worlds.of_token(Some(token)).await?,
        None => worlds.default_world(),
    };
    let id = id.map(Cow::into_owned);
    Ok(Exchange { request, context: door.context.clone(), world, id, endpoint })
}

fn endpoint_of<'a>(verb: &str, rest: &'a str) -> Result<(&'static Endpoint, Option<Cow<'a, str>>), Refusal> {
    let mut known_path = false;
    for endpoint in ENDPOINTS {
        let Some(id) = matched(endpoint.path, rest) else { continue };
        known_path = true;
        if endpoint.verb == verb {
            return Ok((endpoint, id.map(|id| percent_decode_str(id).decode_utf8_lossy())));
        }
    }
    let path = format!("/_slymock/{rest}");
    Err(if known_path {
        Refusal::UnknownVerb { verb: verb.to_owned(), path }
    } else {
        Refusal::UnknownPath { path }
    })
}

/// Whether `path` has the pattern's form; the segment in the place of `{id}` or `{name}`, if it has one.
fn matched<'a>(pattern: &str, path: &'a str) -> Option<Option<&'a str>> {
    let (mut patterns, mut segments) = (pattern.split('/'), path.split('/'));
    let mut id = None;
    loop {
        match (patterns.next(), segments.next()) {
            (None, None) => return Some(id),
            (Some(pattern), Some(segment)) if pattern.starts_with('{') => id = Some(segment),
            (Some(pattern), Some(segment)) if pattern == segment => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matched;

    #[test]
    fn paths_match_segment_by_segment() {
        assert_eq!(matched("tasks/{id}/step", "tasks/7/step"), Some(Some("7")));
        assert_eq!(matched("worlds/{name}", "worlds/a%2Fb"), Some(Some("a%2Fb")));
        assert_eq!(matched("tasks", "tasks"), Some(None));
        assert_eq!(matched("tasks", "tasks/"), None);
        assert_eq!(matched("tasks/{id}", "tasks"), None);
    }
}
