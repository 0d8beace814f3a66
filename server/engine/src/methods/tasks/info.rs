//! `tasks.info`: one task with all its fields.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fields::ID;
use crate::call::Call;
use crate::ids::{AgentId, TaskId, TeamId, UserId, WorkspaceId};
use crate::lifecycle::{Status, name_or_whole};
use crate::looks::Looks;
use crate::method::{Method, Read, TaskRef};
use crate::refusal::Refusal;
use crate::reply::{Output, PackedJson, render};
use crate::request::{Field, Kind, Shape};
use crate::state::State;
use crate::tables::Task;
use crate::time::Moment;

pub(in crate::methods) enum Info {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct InfoRequest {
    id: TaskId,
    #[serde(default)]
    with_progress: bool,
    #[serde(default)]
    with_assigned_users: bool,
}

/// A task as `tasks.info` shows it, in the order of the SDK's reference page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    id: TaskId,
    workspace_id: WorkspaceId,
    description: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    status: Status,
    started_at: Option<Moment>,
    finished_at: Option<Moment>,
    user_id: UserId,
    meta: &'a PackedJson,
    settings: &'a PackedJson,
    agent_name: Option<&'a str>,
    user_login: &'a str,
    team_id: TeamId,
    agent_id: Option<AgentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_users: Option<[Assignee<'a>; 1]>,
}

#[derive(Serialize)]
struct Assignee<'a> {
    id: UserId,
    login: &'a str,
}

impl Method for Info {
    const NAME: &'static str = "tasks.info";
    const ABOUT: &'static str = "Returns one task with all its fields.";
    const ANSWER: &'static str = "the task: `{id, workspaceId, description, type, status, startedAt, finishedAt, userId, meta, settings, agentName, userLogin, teamId, agentId}`, with `progress` and `assignedUsers` on request";
    const SHAPE: Shape = Shape::Object(&[
        ID,
        Field::optional("withProgress", Kind::Flag, "True to show `progress`."),
        Field::optional("withAssignedUsers", Kind::Flag, "True to show `assignedUsers`."),
    ]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Task;
    const POLLS: bool = true;
    type Request = InfoRequest;
    type Reply = Output;
}

impl Read for Info {
    fn run(state: &State, _: &Call, request: InfoRequest) -> Result<Output, Refusal> {
        let task = state.tables.tasks.entry(request.id)?;
        if !request.with_progress && !request.with_assigned_users {
            return Ok(Output::Json(task.rendered(|task| render(&View::of(task)))));
        }
        let mut view = View::of(task);
        if request.with_progress {
            view.progress = Some(task.progress.as_deref().unwrap_or(&Value::Null));
        }
        if request.with_assigned_users {
            view.assigned_users = Some([Assignee { id: task.user_id, login: &task.user_login }]);
        }
        Ok(Output::json(&view))
    }
}

/// Returns a task as the control API shows it: all that `tasks.info` can show, its lifecycle and its timeline.
///
/// # Errors
///
/// [`Refusal::NotFound`] if there is no such task.
pub fn inspect_task(state: &State, id: TaskId) -> Result<Value, Refusal> {
    let task = state.task(id)?;
    let mut view = View::of(task);
    view.progress = Some(task.progress.as_deref().unwrap_or(&Value::Null));
    view.assigned_users = Some([Assignee { id: task.user_id, login: &task.user_login }]);
    let mut view = serde_json::to_value(&view).unwrap_or_default();
    view["lifecycle"] = name_or_whole(&task.lifecycle);
    view["timeline"] = json!(task.timeline.changes());
    Ok(view)
}

impl<'a> View<'a> {
    fn of(task: &'a Task) -> Self {
        Self {
            id: task.id,
            workspace_id: task.workspace_id,
            description: &task.description,
            kind: &task.kind,
            status: task.status,
            started_at: task.started_at,
            finished_at: task.finished_at,
            user_id: task.user_id,
            meta: task.meta.object(),
            settings: &task.settings,
            agent_name: task.agent_name.as_deref(),
            user_login: &task.user_login,
            team_id: task.team_id,
            agent_id: task.agent_id,
            progress: None,
            assigned_users: None,
        }
    }
}
