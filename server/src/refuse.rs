//! Requests that are refused before a world answers them: the reply, and the entry in the journal that they belong to.

use std::sync::Arc;

use slymock_engine::ids::TaskId;
use slymock_engine::journal::{Body, Outcome, Record, VISITS, VisitAddress};
use slymock_engine::methods::Row;

use crate::clock;
use crate::door::Door;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};
use crate::worlds::SharedWorld;

/// What a refused request was for.
pub(crate) struct Attempt {
    method: String,
    /// Whether the method's name is one of a fixed list.
    known: bool,
    visit: Option<VisitAddress>,
}

impl Attempt {
    /// A call of the method with that name, and with that row where it is modelled.
    pub(crate) fn call(method: &str, row: Option<&'static Row>) -> Self {
        Self { method: method.to_owned(), known: row.is_some(), visit: None }
    }

    /// A visit to a session.
    pub(crate) fn visit(address: VisitAddress) -> Self {
        Self { method: VISITS.to_owned(), known: true, visit: Some(address) }
    }

    /// Anything else, by a name that anybody may have made up.
    pub(crate) fn other(name: &str) -> Self {
        Self { method: name.to_owned(), known: false, visit: None }
    }

    fn record(self, task: Option<TaskId>, outcome: Outcome, body: Body) -> Record {
        let Self { method, known, visit } = self;
        Record { known, visit: visit.map(Box::new), ..Record::of(method, task, outcome, body) }
    }
}

/// A request that belongs to no world: in the journal of the world that its listener is pinned to, or in the
/// server's own.
pub(crate) async fn refuse(door: &Door, attempt: Attempt, rejection: Rejection) -> Reply {
    if let Some(pinned) = door.pinned().await {
        return refuse_in(&pinned, attempt, None, rejection).await;
    }
    let (reply, now) = (render::rejection(&rejection), clock::now());
    let record = attempt.record(None, outcome(rejection, &reply), Body::default());
    door.context.worlds.record(now, record);
    render::dated(reply, now)
}

/// A request that is refused in the name of a world, in its journal.
pub(crate) async fn refuse_in(
    world: &Arc<SharedWorld>,
    attempt: Attempt,
    task: Option<TaskId>,
    rejection: Rejection,
) -> Reply {
    let reply = render::rejection(&rejection);
    let outcome = outcome(rejection, &reply);
    let journalled = world.quick(move |world| {
        // Whatever its body was, it is not told.
        let body = Body { cut: true, ..Body::default() };
        world.record(attempt.record(task, outcome, body));
        world.state().now()
    });
    render::dated(reply, journalled.await)
}

/// What the journal keeps of a rejection: of the server's own the outline of its reply.
pub(crate) fn outcome(rejection: Rejection, reply: &Reply) -> Outcome {
    match rejection {
        Rejection::Refusal(refusal) => Outcome::Refused(refusal),
        _ => Outcome::Outside(render::outline(reply)),
    }
}
