//! `tasks.stop` and `tasks.status.update`: the two ways a client changes a task's status.

use serde::{Deserialize, Serialize};

use super::fields::ID;
use crate::call::Call;
use crate::ids::TaskId;
use crate::lifecycle::Status;
use crate::looks::Looks;
use crate::method::{ById, Evidence, Method, TaskRef, Write, choice, code, digest};
use crate::refusal::Refusal;
use crate::reply::{Json, SUCCESS, Success};
use crate::request::{Field, Kind, Shape};
use crate::state::State;

pub(in crate::methods) enum Stop {}

#[derive(Serialize)]
pub(in crate::methods) struct StopReply {
    status: Status,
}

impl Method for Stop {
    const NAME: &'static str = "tasks.stop";
    const ABOUT: &'static str = "Asks a task to stop; it passes through `terminating`.";
    const ANSWER: &'static str = "`{status}`";
    const SHAPE: Shape = Shape::Object(&[ID]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        digest("The answer is terminating; 501 when the type of task cannot be stopped."),
        code("The status must be one of the eight; a 501 is not retried."),
        choice(50, "A task that has ended answers its status."),
        choice(50, "The types that cannot be stopped are clone, export and import."),
        choice(80, "terminating is followed by stopped after the lifecycle's stop delay."),
    ];
    type Request = ById<TaskId>;
    type Reply = Json<StopReply>;
}

impl Write for Stop {
    fn run(state: &mut State, _: &Call, request: ById<TaskId>) -> Result<Json<StopReply>, Refusal> {
        Ok(Json(StopReply { status: state.stop(request.id)? }))
    }
}

pub(in crate::methods) enum Update {}

#[derive(Debug, Deserialize)]
pub(in crate::methods) struct UpdateRequest {
    id: TaskId,
    status: Status,
}

impl Method for Update {
    const NAME: &'static str = "tasks.status.update";
    const ABOUT: &'static str = "Sets a task's status, which then holds; terminal statuses are final.";
    const ANSWER: &'static str = "`{success: true}`, which the SDK ignores";
    const SHAPE: Shape =
        Shape::Object(&[ID, Field::required("status", Kind::Choice(Status::NAMES), "The status to set.")]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("The SDK sends one of the eight statuses as text and ignores the answer."),
        code("The SDK knows the text «Operation is canceled because task with id … already finished»."),
        choice(50, "Any status may be set until one is terminal; then the answer is that text, a 400."),
        choice(60, "The task no longer walks its lifecycle; terminating goes on to stopped."),
    ];
    type Request = UpdateRequest;
    type Reply = Json<Success>;
}

impl Write for Update {
    fn run(state: &mut State, _: &Call, request: UpdateRequest) -> Result<Json<Success>, Refusal> {
        if state.task(request.id)?.status.is_terminal() {
            return Err(Refusal::AlreadyFinished { task: request.id });
        }
        state.conclude(request.id, request.status);
        Ok(SUCCESS)
    }
}
