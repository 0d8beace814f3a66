//! Visits to a session's web address, `/net/<sessionToken>/...`: they reach the task's app, with or
//! without an API token.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use slymock_engine::Refusal;
use slymock_engine::session::{Answer, Visit};

use super::render::{self, Reply};
use super::request::{self, Request};
use super::service::refuse;
use crate::server::Context;
use crate::worlds::Shared;
use crate::{app, clock};

/// Answers a visit; `rest` is the path after `/net/`.
pub(crate) async fn answer(request: &Request, rest: &str, context: &Context) -> Reply {
    let (token, path) = rest.split_once('/').unwrap_or((rest, ""));
    let world = match world_of(request, token, context) {
        Ok(world) => world,
        Err(refusal) => return refuse(context, "net", refusal),
    };
    let (visit, now) = {
        let mut world = world.lock();
        let visit = world.visit(clock::now(), token, &command_of(path), request.body.clone());
        (visit, world.state().now())
    };
    let own = match visit {
        Ok(Visit { answer: Answer::Known(answer), .. }) => render::json_bytes(answer),
        Ok(Visit { answer: Answer::At(address), task, keeps_path }) => {
            let path = if keeps_path { request.head().uri.path() } else { path };
            match app::pass_on(task, &address, path, request, context).await {
                // What a real app answers is passed on as it is, its date among it.
                Ok(reply) => return reply,
                Err(refusal) => render::refusal(&refusal),
            }
        }
        Err(refusal) => render::refusal(&refusal),
    };
    render::dated(own, now)
}

/// The command that a path stands for: as text, and without the slashes around it.
fn command_of(path: &str) -> Cow<'_, str> {
    percent_decode_str(path.trim_matches('/')).decode_utf8_lossy()
}

/// With an API token: that world. Without: the one that has such a session.
fn world_of<'a>(request: &Request, token: &str, context: &'a Context) -> Result<&'a Shared, Refusal> {
    match request::token(request.head()) {
        Some(key) => context.worlds.find(Some(key)),
        None => context.worlds.of_session(token),
    }
}
