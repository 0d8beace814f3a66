//! `tasks.run.plugin` and `tasks.run.deploy`: tasks that run a plugin, from before apps existed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::start::{AGENT, ONE_TASK, OneTask, Plan, Site, lifecycle_in, lifecycle_of, object};
use crate::call::Call;
use crate::ids::{AgentId, ModelId, PluginId, ProjectId, WorkspaceId};
use crate::lifecycle::Lifecycle;
use crate::looks::Looks;
use crate::method::{Method, TaskRef, Write};
use crate::refusal::Refusal;
use crate::reply::{Json, Object};
use crate::request::{CALLED, Field, Kind, Shape, TEXT};
use crate::state::State;
use crate::state::{INFERENCE, TRAIN};
use crate::tables::{Model, RestartPolicy, Task};

/// Kind of a plugin task, which is also the type of the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PluginTask {
    Custom,
    Train,
    Inference,
    /// Serves a model. The SDK's enum calls it `inference_rpc`.
    #[serde(alias = "inference_rpc")]
    InferRpc,
    Smarttool,
}

impl PluginTask {
    const NAMES: &'static [&'static str] =
        &["custom", "train", "inference", "infer_rpc", "inference_rpc", "smarttool"];

    fn as_str(self) -> &'static str {
        match self {
            Self::Custom => "custom",
            Self::Train => TRAIN,
            Self::Inference => INFERENCE,
            Self::InferRpc => "infer_rpc",
            Self::Smarttool => "smarttool",
        }
    }

    /// Returns the world's lifecycle; for a task that serves, with `deployed` instead of `finished`.
    fn lifecycle(self, state: &State) -> Arc<Lifecycle> {
        match self {
            Self::InferRpc => Arc::new(state.lifecycle.served()),
            _ => Arc::clone(&state.lifecycle),
        }
    }
}

pub(in crate::methods) enum RunPlugin {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct PluginRequest {
    task_type: PluginTask,
    agent_id: Option<AgentId>,
    plugin_id: PluginId,
    version: Option<String>,
    #[serde(default)]
    config: Object,
    #[serde(default)]
    projects: Vec<ProjectId>,
    #[serde(default)]
    models: Vec<ModelId>,
    name: Option<String>,
}

impl Method for RunPlugin {
    const NAME: &'static str = "tasks.run.plugin";
    const ABOUT: &'static str = "Runs a plugin as a task, such as a training or an inference.";
    const ANSWER: &'static str = ONE_TASK;
    const SHAPE: Shape = Shape::Object(&[
        Field::required(
            "taskType",
            Kind::Choice(PluginTask::NAMES),
            "Kind of the task, which is also its type.",
        ),
        AGENT,
        Field::required("pluginId", Kind::Id, "Id of the plugin."),
        Field::optional("version", TEXT, "Version of the plugin; its default version when absent."),
        Field::optional(
            "config",
            Kind::Map,
            "Configuration of the plugin, stored in `settings.config`. `slymock` in it is the task's lifecycle.",
        ),
        Field::optional("projects", Kind::List(&Kind::Id), "Ids of the projects that the task reads."),
        Field::optional("models", Kind::List(&Kind::Id), "Ids of the models that the task starts from."),
        Field::optional(
            "name",
            CALLED,
            "Name of the model or project that the task creates when it finishes.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = PluginRequest;
    type Reply = Json<OneTask>;
}

impl Write for RunPlugin {
    fn run(state: &mut State, _: &Call, request: PluginRequest) -> Result<Json<OneTask>, Refusal> {
        let plugin = state.tables.plugins.find(request.plugin_id)?;
        let version = request.version.as_ref().unwrap_or(&plugin.default_version);
        let settings = json!({
            "taskType": request.task_type, "pluginId": plugin.id, "version": version, "config": request.config,
            "projects": request.projects, "models": request.models, "name": request.name,
        });
        let mut input =
            json!({"projects": request.projects, "models": request.models, "pluginId": plugin.id});
        if let Some(model) = request.models.first() {
            input["model"] = json!({"id": model});
        }
        let workspace = workspace_of(state, &request)?;
        let own = lifecycle_in(request.config.get("slymock"), "config")?;
        let plan = Plan {
            site: Site::of(state, workspace, request.agent_id)?,
            kind: request.task_type.as_str(),
            meta: object(json!({"input": input})),
            settings: object(settings),
            restart_policy: RestartPolicy::Never,
            lifecycle: lifecycle_of(state, own, |state| request.task_type.lifecycle(state)),
        };
        plan.start(state)
    }
}

/// Returns the workspace of the first project or, without projects, of the first model; all of them must
/// exist. Without either, returns the first workspace.
fn workspace_of(state: &State, request: &PluginRequest) -> Result<WorkspaceId, Refusal> {
    let mut workspaces = Vec::new();
    for id in &request.projects {
        workspaces.push(state.tables.projects.find(*id)?.workspace_id);
    }
    for id in &request.models {
        workspaces.push(state.tables.models.find(*id)?.workspace_id);
    }
    workspaces.first().copied().map_or_else(|| state.first_workspace(), Ok)
}

pub(in crate::methods) enum RunDeploy {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct DeployRequest {
    agent_id: Option<AgentId>,
    model_id: ModelId,
    #[serde(default)]
    restart_policy: RestartPolicy,
    #[serde(default)]
    settings: Object,
    plugin_id: Option<PluginId>,
    version: Option<String>,
}

impl Method for RunDeploy {
    const NAME: &'static str = "tasks.run.deploy";
    const ABOUT: &'static str = "Serves a model as a task that reaches `deployed`.";
    const ANSWER: &'static str = ONE_TASK;
    const SHAPE: Shape = Shape::Object(&[
        AGENT,
        Field::required("modelId", Kind::Id, "Id of the model."),
        Field::optional(
            "restartPolicy",
            Kind::Choice(RestartPolicy::NAMES),
            "Restart policy; `never` when absent.",
        ),
        Field::optional(
            "settings",
            Kind::Map,
            "Settings such as `gpu_device`, stored in `settings.settings`. `slymock` in them is the task's lifecycle.",
        ),
        Field::optional("pluginId", Kind::Id, "Id of the plugin; the model's own when absent."),
        Field::optional("version", TEXT, "Version of the plugin; the model's own when absent."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = DeployRequest;
    type Reply = Json<OneTask>;
}

impl Write for RunDeploy {
    fn run(state: &mut State, _: &Call, request: DeployRequest) -> Result<Json<OneTask>, Refusal> {
        let model = Model::clone(state.tables.models.find(request.model_id)?);
        let plugin = state.tables.plugins.find(request.plugin_id.unwrap_or(model.plugin_id))?.id;
        let version = request.version.unwrap_or(model.plugin_version);
        let own = lifecycle_in(request.settings.get("slymock"), "settings")?;
        let settings = json!({
            "modelId": model.id, "pluginId": plugin, "version": version, "settings": request.settings,
            "restartPolicy": request.restart_policy,
        });
        let plan = Plan {
            site: Site::of(state, model.workspace_id, request.agent_id)?,
            kind: PluginTask::InferRpc.as_str(),
            meta: object(json!({"input": {"model": {"id": model.id}, "pluginId": plugin}})),
            settings: object(settings),
            restart_policy: request.restart_policy,
            lifecycle: lifecycle_of(state, own, |state| PluginTask::InferRpc.lifecycle(state)),
        };
        plan.start(state)
    }
}

/// Returns all tasks that serve, served or will serve a model, oldest first.
pub(in crate::methods) fn deployments(state: &State, model: ModelId) -> impl Iterator<Item = &Task> {
    let serves = move |task: &&Task| {
        let of_model = || task.meta.get("input")?.get("model")?.get("id")?.as_u64();
        task.kind == PluginTask::InferRpc.as_str() && of_model() == Some(model.0)
    };
    state.tables.tasks.rows().filter(serves)
}
