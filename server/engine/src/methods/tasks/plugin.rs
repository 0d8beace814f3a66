//! `tasks.run.plugin` and `tasks.run.deploy`: tasks that run a plugin, of the time before apps.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::start::{AGENT, AWAY, ONE_TASK, OneTask, Plan, Site, lifecycle_in, object};
use crate::call::Call;
use crate::ids::{AgentId, ModelId, PluginId, ProjectId, WorkspaceId};
use crate::lifecycle::Lifecycle;
use crate::looks::Looks;
use crate::method::{Evidence, Method, TaskRef, Write, choice, code, digest, official};
use crate::refusal::Refusal;
use crate::reply::{Json, Object};
use crate::request::{CALLED, Field, Kind, Shape, TEXT};
use crate::state::State;
use crate::state::{INFERENCE, TRAIN};
use crate::tables::{Model, RestartPolicy, Task};

/// What a plugin task does: the task's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PluginTask {
    Custom,
    Train,
    Inference,
    /// Serves a model. The SDK's enum has another name for it than the service.
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

    /// The world's lifecycle; a task that serves is deployed where another finishes.
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
    const ABOUT: &'static str = "Runs a plugin as a task: a training, an inference, and others.";
    const ANSWER: &'static str = ONE_TASK;
    const SHAPE: Shape = Shape::Object(&[
        Field::required("taskType", Kind::Choice(PluginTask::NAMES), "What the task does, and its type."),
        AGENT,
        Field::required("pluginId", Kind::Id, "The plugin."),
        Field::optional("version", TEXT, "The plugin's version; its default version when absent."),
        Field::optional(
            "config",
            Kind::Map,
            "What the plugin gets, kept in `settings.config`. `slymock` in it is the task's lifecycle.",
        ),
        Field::optional("projects", Kind::List(&Kind::Id), "The projects it reads."),
        Field::optional("models", Kind::List(&Kind::Id), "The models it starts from."),
        Field::optional("name", CALLED, "The name of the model or project that it leaves when it finishes."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("run_train and run_inference send train and inference, and read taskId."),
        digest("taskType is custom, train, inference, infer_rpc or smarttool; the answer is {taskId}."),
        code("The SDK's enum says inference_rpc for infer_rpc; both are taken."),
        official("Task 121230 has meta.input.model and meta.output.model; so do trainings."),
        choice(80, "A plugin, agent, project or model that does not exist is a 404."),
        AWAY,
        choice(60, "The task is of the first project's workspace, or else of the first model's."),
        choice(
            50,
            "A training whose lifecycle is walked grows by an epoch with each started stage and with finished.",
        ),
        choice(
            60,
            "A finished training leaves a model and an inference a project, under a free name, unless a stage set the output.",
        ),
    ];
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
            lifecycle: own.unwrap_or_else(|| request.task_type.lifecycle(state)),
        };
        plan.start(state)
    }
}

/// The workspace of what is read, all of which must exist.
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
    const ABOUT: &'static str = "Serves a model as a task, which ends up `deployed`.";
    const ANSWER: &'static str = ONE_TASK;
    const SHAPE: Shape = Shape::Object(&[
        AGENT,
        Field::required("modelId", Kind::Id, "The model."),
        Field::optional("restartPolicy", Kind::Choice(RestartPolicy::NAMES), "`never` when absent."),
        Field::optional(
            "settings",
            Kind::Map,
            "Such as `gpu_device`, kept in `settings.settings`. `slymock` in it is the task's lifecycle.",
        ),
        Field::optional("pluginId", Kind::Id, "The plugin; the model's own when absent."),
        Field::optional("version", TEXT, "The plugin's version; the model's own when absent."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("deploy_model waits for deployed and reads taskId."),
        digest("A plugin or agent that is not found is a 404; the answer is {taskId}."),
        official("deployed takes the place of started for a served model, and lasts until it is stopped."),
        choice(70, "The task's type is infer_rpc, and its workspace the model's."),
        choice(60, "It walks the world's lifecycle and is deployed where other tasks finish."),
        AWAY,
    ];
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
            lifecycle: own.unwrap_or_else(|| PluginTask::InferRpc.lifecycle(state)),
        };
        plan.start(state)
    }
}

/// The tasks that have ever served a model or were on their way to, the oldest first.
pub(in crate::methods) fn deployments(state: &State, model: ModelId) -> impl Iterator<Item = &Task> {
    let serves = move |task: &&Task| {
        let of_model = || task.meta.get("input")?.get("model")?.get("id")?.as_u64();
        task.kind == PluginTask::InferRpc.as_str() && of_model() == Some(model.0)
    };
    state.tables.tasks.rows().filter(serves)
}
