//! Requests that are refused before a world handles them: the reply, and the entry in the right
//! journal.

use std::sync::Arc;

use slymock_engine::ids::TaskId;
use slymock_engine::journal::{Body, Outcome, Record, VISITS, VisitAddress};
use slymock_engine::methods::Row;

use crate::clock;
use crate::door::Door;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};
use crate::worlds::SharedWorld;

/// The target of a refused request.
pub(crate) struct Attempt {
    method: String,
    /// True if the name is from a fixed list, false if the client made it up.
    known: bool,
    visit: Option<VisitAddress>,
}

impl Attempt {
    /// A call of a wire method; `row` is absent if it is not modelled.
    pub(crate) fn call(method: &str, row: Option<&'static Row>) -> Self {
        Self { method: method.to_owned(), known: row.is_some(), visit: None }
    }

    /// A visit to a session's address.
    pub(crate) fn visit(address: VisitAddress) -> Self {
        Self { method: VISITS.to_owned(), known: true, visit: Some(address) }
    }

    /// Any other request. Its name comes from the client.
    pub(crate) fn other(name: &str) -> Self {
        Self { method: name.to_owned(), known: false, visit: None }
    }

    fn record(self, task: Option<TaskId>, outcome: Outcome, body: Body) -> Record {
        let Self { method, known, visit } = self;
        Record { known, visit: visit.map(Box::new), ..Record::of(method, task, outcome, body) }
    }
}

/// Refuses a request that belongs to no world. The entry goes to the journal of the world that the
/// listener is pinned to, or to the server's own.
pub(crate) async fn refuse(door: &Door, attempt: Attempt, rejection: Rejection) -> Reply {
    if let Some(pinned) = door.pinned().await {
        return refuse_in(&pinned, attempt, None, rejection).await;
    }
    let (reply, now) = (render::rejection(&rejection), clock::now());
    let record = attempt.record(None, outcome(rejection, &reply), Body::default());
    door.context.worlds.record(now, record);
    render::dated(reply, now)
}

/// Refuses a request of a world, with an entry in its journal.
pub(crate) async fn refuse_in(
    world: &Arc<SharedWorld>,
    attempt: Attempt,
    task: Option<TaskId>,
    rejection: Rejection,
) -> Reply {
    let reply = render::rejection(&rejection);
    let outcome = outcome(rejection, &reply);
    let journalled = world.quick(move |world| {
        // The body is not recorded, even if it was read, so the entry shows it as cut.
        let body = Body { cut: true, ..Body::default() };
        world.record(attempt.record(task, outcome, body));
        world.state().now()
    });
    render::dated(reply, journalled.await)
}

/// The outcome that the journal keeps: the refusal, or for the server's own rejections the outline
/// of the reply.
pub(crate) fn outcome(rejection: Rejection, reply: &Reply) -> Outcome {
    match rejection {
        Rejection::Refusal(refusal) => Outcome::Refused(refusal),
        _ => Outcome::Outside(render::outline(reply)),
    }
}
