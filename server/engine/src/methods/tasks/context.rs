//! `GetTaskContext`: a task's team and workspace.

use serde::Serialize;

use super::fields::ID;
use crate::call::Call;
use crate::ids::{TaskId, TeamId, WorkspaceId};
use crate::looks::Looks;
use crate::method::{ById, Method, Read, TaskRef};
use crate::refusal::Refusal;
use crate::reply::Json;
use crate::request::Shape;
use crate::state::State;

pub(in crate::methods) enum GetTaskContext {}

#[derive(Serialize)]
pub(in crate::methods) struct Context {
    team: NamedRow<TeamId>,
    workspace: NamedRow<WorkspaceId>,
}

#[derive(Serialize)]
struct NamedRow<I> {
    id: I,
    name: String,
}

impl Method for GetTaskContext {
    const NAME: &'static str = "GetTaskContext";
    const ABOUT: &'static str = "Returns a task's team and workspace.";
    const ANSWER: &'static str = "`{team: {id, name}, workspace: {id, name}}`";
    const SHAPE: Shape = Shape::Object(&[ID]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
    type Request = ById<TaskId>;
    type Reply = Json<Context>;
}

impl Read for GetTaskContext {
    fn run(state: &State, _: &Call, request: ById<TaskId>) -> Result<Json<Context>, Refusal> {
        let task = state.task(request.id)?;
        let team = state.tables.teams.find(task.team_id)?;
        let workspace = state.tables.workspaces.find(task.workspace_id)?;
        Ok(Json(Context {
            team: NamedRow { id: team.id, name: team.name.clone() },
            workspace: NamedRow { id: workspace.id, name: workspace.name.clone() },
        }))
    }
}
