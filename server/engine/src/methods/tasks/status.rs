//! `tasks.stop` and `tasks.status.update`: the two ways a client changes a task's status.

use serde::{Deserialize, Serialize};

use super::fields::ID;
use crate::call::Call;
use crate::ids::TaskId;
use crate::lifecycle::Status;
use crate::looks::Looks;
use crate::method::{ById, Method, TaskRef, Write};
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
    const ABOUT: &'static str = "Stops a task, which passes through `terminating`.";
    const ANSWER: &'static str = "`{status}`";
    const SHAPE: Shape = Shape::Object(&[ID]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
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
    const ABOUT: &'static str = "Sets a task's status and takes the task out of its lifecycle; only `terminating` continues, to \
         `stopped`. A terminal status is final.";
    const ANSWER: &'static str = "`{success: true}`, which the SDK ignores";
    const SHAPE: Shape =
        Shape::Object(&[ID, Field::required("status", Kind::Choice(Status::NAMES), "Status to set.")]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
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
