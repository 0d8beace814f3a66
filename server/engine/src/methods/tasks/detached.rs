//! `tasks.run.dtl` and `tasks.run.python`: a graph of data transformations, and a script or a task that
//! the caller runs itself.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::start::{AGENT, ONE_TASK, OneTask, Plan, Site, lifecycle_in, lifecycle_of, object, of_world};
use crate::call::Call;
use crate::ids::{AgentId, WorkspaceId};
use crate::lifecycle::Status;
use crate::looks::Looks;
use crate::method::{Method, TaskRef, Write};
use crate::refusal::{Refusal, Violation};
use crate::reply::{Json, Object};
use crate::request::{Field, Kind, Shape, TEXT};
use crate::state::State;
use crate::tables::RestartPolicy;

const WORKSPACE: Field = Field::required("workspaceId", Kind::Id, "Id of the workspace.");

pub(in crate::methods) enum RunDtl {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct DtlRequest {
    workspace_id: WorkspaceId,
    config: Value,
    #[serde(default)]
    advanced: DtlAdvanced,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DtlAdvanced {
    agent_id: Option<AgentId>,
}

impl Method for RunDtl {
    const NAME: &'static str = "tasks.run.dtl";
    const ABOUT: &'static str =
        "Runs a graph of data transformations as a task; the graph is stored, not computed.";
    const ANSWER: &'static str = ONE_TASK;
    const SHAPE: Shape = Shape::Object(&[
        WORKSPACE,
        Field::required(
            "config",
            Kind::Any,
            "Graph as an object or an array, stored in `settings.config`. `slymock` in an object is the task's lifecycle.",
        ),
        Field::optional(
            "advanced",
            Kind::Object(&[AGENT]),
            "`agentId`; when absent, the team's first agent that takes tasks.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = DtlRequest;
    type Reply = Json<OneTask>;
}

impl Write for RunDtl {
    fn run(state: &mut State, _: &Call, request: DtlRequest) -> Result<Json<OneTask>, Refusal> {
        if !request.config.is_object() && !request.config.is_array() {
            let rest = "must be one of [object, array]";
            return Err(Refusal::invalid(Violation::of("config", "alternatives.types", rest)));
        }
        let own = lifecycle_in(request.config.get("slymock"), "config")?;
        let plan = Plan {
            site: Site::of(state, request.workspace_id, request.advanced.agent_id)?,
            kind: "dtl",
            meta: Object::new(),
            settings: object(json!({"config": request.config})),
            restart_policy: RestartPolicy::Never,
            lifecycle: lifecycle_of(state, own, of_world),
        };
        plan.start(state)
    }
}

pub(in crate::methods) enum RunPython {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct PythonRequest {
    workspace_id: WorkspaceId,
    script: Option<String>,
    #[serde(default)]
    config: Value,
    #[serde(default)]
    advanced: PythonAdvanced,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PythonAdvanced {
    #[serde(default)]
    ignore_agent: bool,
    agent_id: Option<AgentId>,
}

impl Method for RunPython {
    const NAME: &'static str = "tasks.run.python";
    const ABOUT: &'static str = "Runs a script as a task, or creates a task that the caller runs itself.";
    const ANSWER: &'static str = ONE_TASK;
    const SHAPE: Shape = Shape::Object(&[
        WORKSPACE,
        Field::optional("script", TEXT, "Script, stored in `settings`."),
        Field::optional("config", Kind::Any, "`name` and `values`, stored in `settings`."),
        Field::optional(
            "advanced",
            Kind::Object(&[
                Field::optional("ignoreAgent", Kind::Flag, "True for a task without an agent."),
                AGENT,
            ]),
            "`agentId` or `ignoreAgent`; when both are absent, the team's first agent that takes tasks. With \
             `ignoreAgent` the task is `started` at once and stays so until a call ends it.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = PythonRequest;
    type Reply = Json<OneTask>;
}

impl Write for RunPython {
    fn run(state: &mut State, _: &Call, request: PythonRequest) -> Result<Json<OneTask>, Refusal> {
        let (site, lifecycle) = if request.advanced.ignore_agent {
            let site = Site::without_agent(state, request.workspace_id)?;
            (site, Arc::new(state.lifecycle.holding(Status::Started)))
        } else {
            let site = Site::of(state, request.workspace_id, request.advanced.agent_id)?;
            (site, lifecycle_of(state, None, of_world))
        };
        let plan = Plan {
            site,
            kind: "python",
            meta: Object::new(),
            settings: object(json!({"script": request.script, "config": request.config})),
            restart_policy: RestartPolicy::Never,
            lifecycle,
        };
        plan.start(state)
    }
}
