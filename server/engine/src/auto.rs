//! The auto clock. It moves when a client repeats a request whose answer only time can change.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::clock::Mode;
use crate::faults::Subject;
use crate::journal::VisitAddress;
use crate::looks::{Looks, Sight};
use crate::refusal::Refusal;
use crate::repeats::CallKey;
use crate::reply::{Output, render};
use crate::request::Payload;
use crate::state::State;
use crate::state::takes_requests;
use crate::tables::hash_of;
use crate::time::Moment;
use crate::wire_request::{WireRequest, Wish};

/// Size of a body, in bytes, from which hashing it takes about a millisecond.
const LARGE: usize = 256 * 1024;

/// A request whose answer depends on time, with the tasks that it depends on.
#[derive(Debug)]
pub(crate) struct Look {
    call: CallKey,
    sight: Sight,
    /// True if the request counts only when it is refused because the task is not running.
    of_app: bool,
}

/// The look of a request. `None` if the clock is not an auto clock, or if the request is refused, asks
/// for a later page of a list, visits a running app, or gets an answer that time does not change.
pub(crate) fn look(state: &State, asked: &WireRequest) -> Option<Look> {
    if state.clock.mode() != Mode::Auto {
        return None;
    }
    let (sight, of_app, arguments) = match &asked.wish {
        Wish::Visit(visit) => {
            let VisitAddress { verb, path, query } = &**asked.visit.as_ref()?;
            let id = state.session(&visit.token)?;
            // A request that a running app answers is not a look: see `Looks::App`. Its body may also
            // be large to hash.
            state.task(id).ok().filter(|task| !takes_requests(task))?;
            let arguments = json!([verb, path, query, hash_of(&without_boundary(&visit.body))]);
            (Sight::Task(id), true, arguments)
        }
        Wish::Method(row, order) => {
            let payload = order.payload.as_ref()?;
            let Payload::Value(value) = payload else { return None };
            if row.lists() && !is_first_page(value) {
                return None;
            }
            let sight = match row.looks {
                Looks::Nothing => return None,
                Looks::Task | Looks::App => Sight::Task(asked.task?),
                Looks::Among(chosen_from) => chosen_from(state, payload),
            };
            let mut arguments = value.clone();
            arguments.sort_all_objects();
            (sight, matches!(row.looks, Looks::App), arguments)
        }
        Wish::Refused(_) => return None,
    };
    let call = format!("{} {}", asked.method, hash_of(&render(&arguments)));
    Some(Look { call: call.into(), sight, of_app })
}

/// True if [`look`] or [`jump`] may take long: they may skip many timers of other tasks or hash a large
/// body.
pub(crate) fn looks_long(state: &State, asked: &WireRequest) -> bool {
    let long = match &asked.wish {
        Wish::Visit(visit) => visit.body.len() > LARGE,
        Wish::Method(row, _) => matches!(row.looks, Looks::Among(_)) && state.has_many_tasks(),
        Wish::Refused(_) => false,
    };
    long && state.clock.mode() == Mode::Auto
}

/// The time to which a request moves the clock, if it does. A repeat moves it to the next change of its
/// tasks.
///
/// A request that a fault has answered showed nothing, and is therefore not a repeat. If a window of a
/// rule takes all such requests about a task, the client would wait forever; so the same request at the
/// same moment moves the clock past the window.
pub(crate) fn jump(state: &State, look: &Look, asked: &WireRequest) -> Option<Moment> {
    if is_repeat(state, look) {
        return look.sight.next_change(state);
    }
    let Sight::Task(task) = look.sight else { return None };
    let (subject, now) = (Subject { task: Some(task), ..asked.subject() }, state.now());
    state.faults.way_out(&subject, now).filter(|_| state.repeats.has_missed(task, now, &look.call))
}

fn is_repeat(state: &State, look: &Look) -> bool {
    match look.sight {
        Sight::Task(task) => state.repeats.has_task(task, &look.call),
        _ => state.repeats.has_list(&look.call, look.sight.stages(state)),
    }
}

/// Notes the outcome of a request, after its method has answered with `result`, or after a fault has
/// answered it (`None`).
pub(crate) fn looked(state: &mut State, look: Look, result: Option<&Result<Output, Refusal>>) {
    let is_waiting = match (result, &look.sight) {
        (Some(Err(Refusal::NotRunning { .. })), _) => look.of_app,
        (Some(result), _) => result.is_ok() && !look.of_app,
        (None, Sight::Task(_)) => return missed(state, look),
        (None, _) => return,
    };
    match look.sight {
        _ if !is_waiting => {}
        Sight::Task(task) => state.repeats.note_task(task, look.call),
        sight => state.repeats.note_list(look.call, sight.stages(state)),
    }
}

fn missed(state: &mut State, look: Look) {
    let (Sight::Task(id), now) = (look.sight, state.now()) else { return };
    if state.task(id).is_ok_and(|task| !look.of_app || !takes_requests(task)) {
        state.repeats.note_missed(id, now, look.call);
    }
}

/// A multipart body without its boundary, which clients draw anew for each request; any other body
/// unchanged.
fn without_boundary(body: &[u8]) -> Cow<'_, [u8]> {
    /// The longest boundary that RFC 2046 allows, with the two dashes before it.
    const BOUNDARY_MAX: usize = 72;
    let line = body.iter().take(BOUNDARY_MAX + 1).position(|byte| *byte == b'\r').map(|end| &body[..end]);
    let Some(line) = line.filter(|line| line.len() > 2 && line.starts_with(b"--")) else {
        return body.into();
    };
    let mut rest = Vec::with_capacity(body.len());
    let mut place = 0;
    while place < body.len() {
        if body[place..].starts_with(line) {
            place += line.len();
        } else {
            rest.push(body[place]);
            place += 1;
        }
    }
    rest.into()
}

/// True if a request asks for the first page. A later page belongs to the same sweep and must agree
/// with the first one, so time must not move between them.
fn is_first_page(request: &Value) -> bool {
    let page = request.get("page").and_then(Value::as_u64).unwrap_or(1);
    page <= 1 && request.get("after").is_none_or(Value::is_null)
}
