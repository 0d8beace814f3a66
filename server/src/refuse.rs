//! Requests that are refused before a world answers them: the reply, and the entry in the journal that they belong to.

use std::sync::Arc;

use slymock_engine::ids::TaskId;
use slymock_engine::journal::{Body, Outcome, Outline, Record, VISITS, VisitAddress};
use slymock_engine::{Moment, methods};

use crate::clock;
use crate::door::Door;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};
use crate::worlds::SharedWorld;

/// A request that belongs to no world: in the journal of the world that its listener is pinned to, or in the
/// server's own.
pub(crate) async fn refuse(
    door: &Door,
    what: &str,
    visit: Option<VisitAddress>,
    rejection: Rejection,
) -> Reply {
    let reply = render::rejection(&rejection);
    let Some(pinned) = door.pinned().await else {
        let now = clock::now();
        let record = Record { visit, ..record(what.to_owned(), None, rejection) };
        door.context.worlds.record(now, record);
        return render::dated(reply, now);
    };
    render::dated(reply, note(&pinned, what, None, visit, rejection).await)
}

/// Journals a refusal in a world; the moment that its clock shows.
pub(crate) async fn note(
    world: &Arc<SharedWorld>,
    method: &str,
    task: Option<TaskId>,
    visit: Option<VisitAddress>,
    rejection: Rejection,
) -> Moment {
    let method = method.to_owned();
    let noted = world.quick(move |world| {
        // Whatever its body was, it is not told.
        let body = Body { cut: true, ..Body::default() };
        world.record(Record { visit, body, ..record(method, task, rejection) });
        world.state().now()
    });
    noted.await
}

fn record(method: String, task: Option<TaskId>, rejection: Rejection) -> Record {
    let known = method == VISITS || methods::find(&method).is_some();
    Record { known, ..Record::of(method, task, outcome(rejection), Body::default()) }
}

/// What the journal keeps of a rejection: of the server's own the outline of its reply.
pub(crate) fn outcome(rejection: Rejection) -> Outcome {
    match rejection {
        Rejection::Refusal(refusal) => Outcome::Refused(refusal),
        rejection => {
            let reply = render::rejection(&rejection);
            Outcome::Outside(Outline { status: reply.status().as_u16(), size: render::size(&reply) })
        }
    }
}
