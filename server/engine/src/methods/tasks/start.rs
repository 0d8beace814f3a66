//! Common parts of the methods that start a task: its place, and the lifecycle that a request may contain.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::ids::{AgentId, TaskId, TeamId, WorkspaceId};
use crate::lifecycle::Lifecycle;
use crate::refusal::{Noun, Refusal};
use crate::reply::{Json, Object};
use crate::request::{Field, Kind};
use crate::state::State;
use crate::state::lifecycle_at;
use crate::tables::{Agent, RestartPolicy, Task};

pub(super) struct Site {
    pub(super) workspace: WorkspaceId,
    pub(super) team: TeamId,
    agent: Option<Agent>,
}

impl Site {
    /// Returns a place on `agent`, which must be public or of the workspace's team; without it, on an agent
    /// of the team.
    pub(super) fn of(state: &State, workspace: WorkspaceId, agent: Option<AgentId>) -> Result<Self, Refusal> {
        let team = state.tables.workspaces.find(workspace)?.team_id;
        let agents = &state.tables.agents;
        let agent = match agent {
            Some(id) => {
                let agent = agents.find(id)?;
                if agent.team_id != team && !agent.is_public {
                    return Err(Refusal::missing(Noun::Agent, id));
                }
                Some(agent)
            }
            None => any_of(agents.rows_of(0, team)),
        };
        Ok(Self { workspace, team, agent: agent.cloned() })
    }

    pub(super) fn without_agent(state: &State, workspace: WorkspaceId) -> Result<Self, Refusal> {
        let team = state.tables.workspaces.find(workspace)?.team_id;
        Ok(Self { workspace, team, agent: None })
    }

    pub(super) fn agent_id(&self) -> Option<AgentId> {
        self.agent.as_ref().map(|agent| agent.id)
    }

    pub(super) fn agent_name(&self) -> Option<Arc<str>> {
        self.agent.as_ref().map(|agent| agent.name.as_str().into())
    }
}

/// Returns the first agent that takes tasks; if none does, the first agent, for which the task then waits.
fn any_of<'a>(agents: impl Iterator<Item = &'a Agent>) -> Option<&'a Agent> {
    agents.min_by_key(|agent| !agent.takes_tasks())
}

pub(super) const AGENT: Field = Field::optional(
    "agentId",
    Kind::Id,
    "Id of the agent; when absent, the team's first agent that takes tasks.",
);

/// A task that does not run an app.
pub(super) struct Plan {
    pub(super) site: Site,
    pub(super) kind: &'static str,
    pub(super) meta: Object,
    pub(super) settings: Object,
    pub(super) restart_policy: RestartPolicy,
    pub(super) lifecycle: Arc<Lifecycle>,
}

impl Plan {
    /// Adds the task, which enters the first stage of its lifecycle or waits for its agent.
    pub(super) fn start(self, state: &mut State) -> Result<Json<OneTask>, Refusal> {
        let task_id = state.next_task_id();
        let blank = state.blank_task(task_id, self.site.workspace, self.kind, &self.lifecycle)?;
        let task = Task {
            agent_id: self.site.agent_id(),
            agent_name: self.site.agent_name(),
            meta: self.meta.into(),
            settings: self.settings.into(),
            restart_policy: self.restart_policy,
            ..blank
        };
        state.dispatch(task);
        Ok(Json(OneTask { task_id }))
    }
}

/// Reply of a method that starts one task, as documented.
pub(super) const ONE_TASK: &str = "`{taskId}`";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct OneTask {
    task_id: TaskId,
}

/// Returns the object in a value of `json!`.
pub(super) fn object(value: Value) -> Object {
    if let Value::Object(object) = value { object } else { Object::new() }
}

/// Returns the lifecycle of a task that a request starts: its own, or else the next one of the queue, or else
/// the usual one.
pub(super) fn lifecycle_of(
    state: &mut State,
    own: Option<Arc<Lifecycle>>,
    usual: impl FnOnce(&State) -> Arc<Lifecycle>,
) -> Arc<Lifecycle> {
    own.or_else(|| state.next_lifecycle()).unwrap_or_else(|| usual(state))
}

/// Returns the world's lifecycle.
pub(super) fn of_world(state: &State) -> Arc<Lifecycle> {
    Arc::clone(&state.lifecycle)
}

/// Returns the lifecycle that a request has under `slymock` in its field `field`.
pub(super) fn lifecycle_in(script: Option<&Value>, field: &str) -> Result<Option<Arc<Lifecycle>>, Refusal> {
    let Some(script) = script else { return Ok(None) };
    let script = script.get("lifecycle").unwrap_or(script);
    lifecycle_at(&format!("{field}.slymock"), script).map(Some)
}
