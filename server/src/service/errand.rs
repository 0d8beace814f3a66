//! A request and its world: through the world's gate, to the task's app if that answers, and to the
//! reply.

use std::sync::Arc;

use hyper::Method;
use slymock_engine::ids::TaskId;
use slymock_engine::journal::Outcome;
use slymock_engine::reply::{Forward, Output, Visit};
use slymock_engine::state::SHUTDOWN;
use slymock_engine::{Call, Completion, WireRequest, World};

use super::turn;
use crate::door::Context;
use crate::http::head;
use crate::http::outcome::Departure;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};
use crate::http::request::Request;
use crate::refuse::outcome;
use crate::tap::Tap;
use crate::worlds::SharedWorld;
use crate::{app, clock};

/// A request and its world.
pub(super) struct Errand<'a> {
    pub(super) request: &'a Request,
    pub(super) tap: &'a Tap,
    /// The path for the app, if the request is a visit; otherwise empty.
    pub(super) path: &'a str,
    pub(super) world: &'a Arc<SharedWorld>,
    pub(super) context: &'a Arc<Context>,
}

/// Time, task and strictness of a call. The wall clock is read once per request.
pub(super) fn call(request: &Request, context: &Context) -> Call {
    Call { now: clock::now(), task: head::task_header(request.head()), strict: context.strict }
}

impl Errand<'_> {
    /// Passes the request through the world's gate and makes a reply of the result.
    pub(super) async fn run(&self, asked: WireRequest) -> Departure {
        let answered = turn::pass(self.world, asked, self.tap, self.context).await;
        let Some(Completion { result, fired, seq, now }) = answered else { return Departure::Closed };
        if let Some(fired) = &fired {
            self.tap.fired(fired.id);
        }
        // The answer of a real app to a visit keeps its own date.
        let mut date = Some(now);
        let reply = match result {
            None => None,
            Some(Ok(Output::Forward(forward))) => Some(Box::pin(self.ask(*forward, seq)).await),
            Some(Ok(Output::Visit(visit))) => {
                let (reply, is_apps) = Box::pin(self.pass_on(&visit, seq)).await;
                date = date.filter(|_| !is_apps);
                Some(reply)
            }
            Some(Ok(output)) => Some(of_output(output)),
            Some(Err(refusal)) => Some(render::refusal(&refusal)),
        };
        let sent = match (&fired, reply) {
            (Some(fired), reply) => Departure::of(&fired.rule.act, reply, &self.request.head().method),
            (None, Some(reply)) => Departure::Whole(reply),
            (None, None) => Departure::Closed,
        };
        sent.map(|reply| match date {
            Some(now) => render::dated(reply, now),
            None => reply,
        })
    }

    /// The answer of a task's app to a command, or a refusal.
    async fn ask(&self, forward: Forward, seq: u64) -> Reply {
        let call = AppCall { seq, ends: ends_app(&Method::POST, &forward.command, forward.task) };
        let answer = app::ask(forward, &self.world.token, self.context).await;
        passed(answer, call, self.world).await
    }

    /// The answer of a session's app to a visit, or a refusal; true if it comes from the app.
    async fn pass_on(&self, visit: &Visit, seq: u64) -> (Reply, bool) {
        let call = AppCall { seq, ends: ends_app(&self.request.head().method, self.path, visit.task) };
        let answer = app::pass_on(visit, self.path, self.request, &self.world.token, self.context).await;
        let is_apps = answer.is_ok();
        (passed(answer, call, self.world).await, is_apps)
    }
}

fn of_output(output: Output) -> Reply {
    match output {
        Output::File(bytes) => render::file(bytes),
        Output::CannedAnswer(answer) => render::canned(answer),
        Output::Text(bytes) => render::text(bytes),
        Output::Json(bytes) => render::json_bytes(bytes),
        Output::Pieces(pieces) => render::json_bytes(pieces),
        output => render::json_bytes(output.bytes()),
    }
}

/// A request that a real app answers, and the journal entry of it.
struct AppCall {
    seq: u64,
    /// The task that ends if the app accepts the request.
    ends: Option<TaskId>,
}

/// The task, if the command shuts its app down.
fn ends_app(verb: &Method, command: &str, task: TaskId) -> Option<TaskId> {
    Some(task).filter(|_| *verb == Method::POST && command.trim_matches('/') == SHUTDOWN)
}

/// Turns an app's answer, or the failure to get one, into a reply, and completes the journal entry
/// in the world.
async fn passed(answer: Result<Reply, Rejection>, call: AppCall, world: &Arc<SharedWorld>) -> Reply {
    let ends = call.ends.filter(|_| answer.as_ref().is_ok_and(|reply| reply.status().is_success()));
    let (reply, outcome) = match answer {
        Ok(reply) => {
            let outline = render::outline(&reply);
            (reply, Outcome::Outside(outline))
        }
        Err(rejection) => {
            let reply = render::rejection(&rejection);
            let outcome = outcome(rejection, &reply);
            (reply, outcome)
        }
    };
    let told = move |world: &mut World| {
        world.amend(call.seq, outcome);
        if let Some(task) = ends {
            world.end_app(task);
        }
    };
    world.quick(told).await;
    reply
}
