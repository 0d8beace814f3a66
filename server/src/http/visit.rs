//! Visits to a session's web address, `/net/<sessionToken>/...`: they reach the task's app, with or
//! without an API token.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use slymock_engine::refusal::Entity;
use slymock_engine::session::{Answer, Visit};
use slymock_engine::{Call, Refusal};

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
    let call = Call { task: request::task_header(request.head()), ..Call::at(clock::now()) };
    let (visit, now) = {
        let mut world = world.lock();
        let visit = world.visit(&call, token, &command_of(path), request.body.clone());
        (visit, world.state().now())
    };
    match finish(visit, request, path, context).await {
        // What a real app answers is passed on as it is, its date among it.
        Ok((reply, true)) => reply,
        Ok((reply, false)) => render::dated(reply, now),
        Err(refusal) => render::dated(render::refusal(&refusal), now),
    }
}

/// The command that a path stands for: as text, and without the slashes around it.
fn command_of(path: &str) -> Cow<'_, str> {
    percent_decode_str(path.trim_matches('/')).decode_utf8_lossy()
}

/// With an API token: that world. Without: the one that has such a session.
fn world_of<'a>(request: &Request, token: &str, context: &'a Context) -> Result<&'a Shared, Refusal> {
    match request::token(request.head()) {
        Some(key) => context.worlds.find(Some(key)),
        None => context
            .worlds
            .of_session(token)
            .ok_or_else(|| Refusal::NotFound { entity: Entity::Session, id: token.to_owned() }),
    }
}

/// The reply, and whether a real app made it.
async fn finish(
    visit: Result<Visit, Refusal>,
    request: &Request,
    path: &str,
    context: &Context,
) -> Result<(Reply, bool), Refusal> {
    let visit = visit?;
    match visit.answer {
        Answer::Known(answer) => Ok((render::json_bytes(answer), false)),
        Answer::At(address) => {
            let uri = &request.head().uri;
            let path = if visit.keeps_path { uri.path() } else { path };
            let path = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
            app::pass_on(visit.task, &address, &path, request, context).await.map(|reply| (reply, true))
        }
    }
}
