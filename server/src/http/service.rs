//! One request from its head to its reply: which path it is for, in which world, at what time. Wall time
//! is read here.

use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::LOCATION;
use hyper::{StatusCode, header::HeaderValue};
use slymock_engine::journal::{Outcome, Record};
use slymock_engine::methods;
use slymock_engine::reply::Output;
use slymock_engine::{Call, Moment, Refusal};

use super::accept::HEAD_MAX;
use super::render::{self, Reply};
use super::request::{self, Request};
use super::visit;
use crate::server::Context;
use crate::worlds::Shared;
use crate::{app, clock, control};

/// What a path leads to.
enum Route<'a> {
    Root,
    Method(&'a str),
    Control(&'a str),
    Session(&'a str),
    Nothing,
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Self {
        if path == "/" {
            return Self::Root;
        }
        if let Some(rest) = path.strip_prefix("/_slymock/") {
            return Self::Control(rest);
        }
        if let Some(rest) = path.strip_prefix("/net/") {
            return Self::Session(rest);
        }
        // `SUPERVISELY_API_SERVER_ADDRESS` may leave out `/public/api`.
        let method = path.strip_prefix("/public/api/v3/").or_else(|| path.strip_prefix("/v3/"));
        method.map_or(Self::Nothing, Self::Method)
    }
}

/// Answers one request.
pub(crate) async fn answer(request: hyper::Request<Incoming>, context: Arc<Context>) -> Reply {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    if request::head_bytes(&head) > HEAD_MAX {
        return refuse(&context, &path, Refusal::HeadTooLarge { limit: HEAD_MAX });
    }
    let request = match Request::read(head, body, &context.limits).await {
        Ok(request) => request,
        Err(refusal) => return refuse(&context, &path, refusal),
    };
    match Route::of(&path) {
        Route::Root => root(),
        Route::Method(method) => wire(&request, method, &context).await,
        Route::Session(rest) => visit::answer(&request, rest, &context).await,
        Route::Control(rest) => control::answer(request, rest.to_owned(), context).await,
        Route::Nothing => refuse(&context, &path, Refusal::UnknownPath { path: path.clone() }),
    }
}

/// SDKs before 6.73.219 ask for `/` and read `Location`, which must not lead to https; any 3xx would.
fn root() -> Reply {
    let body = Bytes::from_static(b"slymock: a fake of the Supervisely task API\n");
    let mut reply = render::typed(StatusCode::OK, "text/plain; charset=utf-8", body);
    reply.headers_mut().insert(LOCATION, HeaderValue::from_static("/"));
    render::dated(reply, clock::now())
}

/// A request that belongs to no world, in the server's own journal.
pub(crate) fn refuse(context: &Context, what: &str, refusal: Refusal) -> Reply {
    let now = clock::now();
    let reply = render::dated(render::refusal(&refusal), now);
    let outcome = Outcome::Refused(refusal);
    let record = Record { method: what, task: None, outcome, body: Bytes::new(), warnings: Vec::new() };
    context.worlds.record(now, record);
    reply
}

async fn wire(request: &Request, method: &str, context: &Context) -> Reply {
    let row = methods::find(method);
    let open = row.is_some_and(|row| row.open);
    let world = match context.worlds.find(request::token(request.head())) {
        Ok(world) => world,
        Err(_) if open => context.worlds.default_world(),
        Err(refusal) => return refuse(context, method, refusal),
    };
    let call = Call { now: clock::now(), task: request::task_header(request.head()), strict: context.strict };
    let Some(row) = row else {
        let closest = methods::nearest(method).map(str::to_owned);
        let refusal = Refusal::UnknownMethod { method: method.to_owned(), closest };
        return refuse_in(world, &call, method, request, refusal);
    };
    let input = match request.input().await {
        Ok(input) => input,
        Err(refusal) => return refuse_in(world, &call, row.name, request, refusal),
    };
    let (result, now) = {
        let mut world = world.lock();
        let result = world.apply(row, &call, input);
        (result, world.state().now())
    };
    finish(result, now, context).await
}

/// A refusal before the method was reached, in the world's journal.
fn refuse_in(world: &Shared, call: &Call, method: &str, request: &Request, refusal: Refusal) -> Reply {
    let reply = render::refusal(&refusal);
    let mut world = world.lock();
    world.settle(call.now);
    world.record(Record {
        method,
        task: call.task,
        outcome: Outcome::Refused(refusal),
        body: request.body.clone(),
        warnings: Vec::new(),
    });
    render::dated(reply, world.state().now())
}

async fn finish(result: Result<Output, Refusal>, now: Moment, context: &Context) -> Reply {
    let reply = match result {
        Ok(Output::Forward(forward)) => {
            let answer = app::ask(forward, context).await;
            answer.unwrap_or_else(|refusal| render::refusal(&refusal))
        }
        Ok(Output::File(bytes)) => render::file(bytes),
        Ok(output) => render::json_bytes(output.bytes()),
        Err(refusal) => render::refusal(&refusal),
    };
    render::dated(reply, now)
}
