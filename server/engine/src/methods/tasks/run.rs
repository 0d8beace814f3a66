//! `tasks.run.app`: starts an app, one task for each user.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::start::{AGENT, AWAY, Site, lifecycle_in};
use crate::call::Call;
use crate::ids::{AgentId, AppId, ModuleId, TaskId, TeamId, UserId, WorkspaceId};
use crate::lifecycle::{Lifecycle, Status};
use crate::looks::Looks;
use crate::method::{Evidence, Method, TaskRef, Write, choice, code, digest, official};
use crate::refusal::{Noun, Refusal, Violation};
use crate::reply::{Json, Object};
use crate::request::{CALLED, Field, Kind, Shape, TEXT};
use crate::state::{AppRun, State};
use crate::tables::{App, RestartPolicy, Task, redirect_port};

pub(in crate::methods) enum RunApp {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct RunRequest {
    agent_id: Option<AgentId>,
    workspace_id: Option<WorkspaceId>,
    app_id: Option<AppId>,
    module_id: Option<ModuleId>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    params: Object,
    log_level: Option<String>,
    #[serde(default)]
    users_ids: Vec<UserId>,
    #[serde(default)]
    app_version: String,
    #[serde(default)]
    is_branch: bool,
    task_name: Option<String>,
    #[serde(default)]
    restart_policy: RestartPolicy,
    #[serde(default)]
    proxy_keep_url: bool,
    redirect_requests: Option<Object>,
    advanced_settings: Option<Object>,
    #[serde(default)]
    single_session_mode: bool,
}

impl RunRequest {
    fn log_level(&self) -> &str {
        self.log_level.as_deref().unwrap_or("info")
    }
}

/// One started task, as `AppApi.start` reads it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct StartedTask {
    id: TaskId,
    task_id: TaskId,
    user_id: UserId,
    module_id: ModuleId,
    app_id: AppId,
}

impl Method for RunApp {
    const NAME: &'static str = "tasks.run.app";
    const ABOUT: &'static str = "Starts an app as a task, one for each user.";
    const ANSWER: &'static str = "an array of `{id, taskId, userId, moduleId, appId}`";
    const SHAPE: Shape = Shape::Object(&[
        AGENT.also(&["nodeId"]),
        Field::optional("workspaceId", Kind::Id, "The workspace; the first one when absent."),
        Field::optional("appId", Kind::Id, "The app; or give a module."),
        Field::optional("moduleId", Kind::Id, "The module; or give an app."),
        Field::optional("description", Kind::Text { max: 255 }, "The task's description."),
        Field::optional(
            "params",
            Kind::Map,
            "What the app gets, `state` in it. `slymock` in it, or in its `state`, is the task's lifecycle.",
        ),
        Field::optional(
            "logLevel",
            Kind::Choice(&["info", "debug", "trace", "warning", "error"]),
            "`info` when absent.",
        ),
        Field::optional("usersIds", Kind::List(&Kind::Id), "Who gets a task; the token's user when empty."),
        Field::optional("appVersion", TEXT, "A release or branch; the newest release when empty."),
        Field::optional("isBranch", Kind::Flag, "Whether `appVersion` is a branch."),
        Field::optional("taskName", CALLED, "The task's name."),
        Field::optional("restartPolicy", Kind::Choice(RestartPolicy::NAMES), "`never` when absent."),
        Field::optional("proxyKeepUrl", Kind::Flag, "Kept in `settings`."),
        Field::optional(
            "redirectRequests",
            Kind::Map,
            "`port`: where on this machine the app listens that answers for the task. Kept in `meta`.",
        ),
        Field::optional("advancedSettings", Kind::Map, "Kept in `settings`."),
        Field::optional("singleSessionMode", Kind::Flag, "One task for all users together."),
        Field::optional("appServiceId", Kind::Any, "Taken and not used."),
        Field::optional("isShared", Kind::Flag, "Taken and not used."),
        Field::optional("isPrivate", Kind::Flag, "Taken and not used."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("The SDK reads [0] and copies taskId into id when id is absent; both are given."),
        code("Exactly one of appId and moduleId is sent; workspaceId and agentId may be null."),
        code("The button of the SDK's widget RunAppButton sends nodeId for agentId."),
        code("One task for each of usersIds, one for all in singleSessionMode."),
        official("A task's meta has app{id, name, version, isBranch, moduleId} and sessionToken."),
        digest("logLevel is info, debug or trace; restartPolicy also on_startup."),
        code("The SDK's own annotation allows logLevel warning and error too, so they are taken."),
        choice(70, "An app of another team that does not share it does not exist for this one."),
        choice(70, "An agent of another team that is not public does not exist for this one."),
        AWAY,
        code("create_debug_task looks for meta.redirectRequests and meta.params.state of running tasks."),
        code("6.72.177 finds its debug task again only while it is queued; newer ones start it themselves."),
        choice(70, "Requests to a task with redirectRequests.port go to that port on this machine."),
        choice(
            70,
            "No agent takes such a task: it stays queued until its status is set, and answers meanwhile.",
        ),
        choice(85, "An empty usersIds means the token's user."),
        choice(60, "A module that the team has no app of yet becomes one."),
    ];
    type Request = RunRequest;
    type Reply = Json<Vec<StartedTask>>;
}

impl Write for RunApp {
    fn run(state: &mut State, _: &Call, request: RunRequest) -> Result<Json<Vec<StartedTask>>, Refusal> {
        let place = Place::of(state, &request)?;
        let lifecycle = lifecycle_of(state, &request)?;
        let users = users(state, &request)?;
        let mut started = Vec::new();
        for user_id in users {
            let id = state.next_task_id();
            let task = new_task(state, &request, &place, user_id, id, &lifecycle)?;
            state.dispatch(task);
            let (module_id, app_id) = (place.app.module_id, place.app.id);
            started.push(StartedTask { id, task_id: id, user_id, module_id, app_id });
        }
        Ok(Json(started))
    }
}

/// The lifecycle the request brings, else the world's. No agent would take a debug session: it stays queued.
fn lifecycle_of(state: &State, request: &RunRequest) -> Result<Arc<Lifecycle>, Refusal> {
    let is_debug = request.redirect_requests.as_ref().and_then(redirect_port).is_some();
    Ok(match own_lifecycle(&request.params)? {
        Some(own) => own,
        None if is_debug => Arc::new(state.lifecycle.holding(Status::Queued)),
        None => Arc::clone(&state.lifecycle),
    })
}

/// Who gets a task, each once, in the order they were named.
fn users(state: &State, request: &RunRequest) -> Result<Vec<UserId>, Refusal> {
    let mut users = Vec::new();
    for id in &request.users_ids {
        state.user(*id)?;
        if !users.contains(id) {
            users.push(*id);
        }
    }
    if users.is_empty() {
        users.push(state.me()?.id);
    }
    if request.single_session_mode {
        users.truncate(1);
    }
    Ok(users)
}

/// Where a task is to run, and what.
struct Place {
    site: Site,
    app: App,
}

impl Place {
    fn of(state: &mut State, request: &RunRequest) -> Result<Self, Refusal> {
        let workspace = match request.workspace_id {
            Some(id) => id,
            None => state.first_workspace()?,
        };
        let site = Site::of(state, workspace, request.agent_id)?;
        let app = match (request.app_id, request.module_id) {
            (Some(id), None) => app_for_team(state, id, site.team)?,
            (None, Some(id)) => app_of_module(state, id, site.team)?,
            _ => {
                let rest = "must contain exactly one of [appId, moduleId]";
                return Err(Refusal::invalid(Violation::new(&[], "object.xor", rest)));
            }
        };
        Ok(Self { site, app })
    }
}

/// An app of the team's, or one that another team shares.
fn app_for_team(state: &State, id: AppId, team: TeamId) -> Result<App, Refusal> {
    let app = state.tables.apps.find(id)?;
    if app.team_id == team || app.is_shared { Ok(app.clone()) } else { Err(Refusal::missing(Noun::App, id)) }
}

/// The team's app of a module, made when there is none.
fn app_of_module(state: &mut State, module: ModuleId, team: TeamId) -> Result<App, Refusal> {
    state.tables.modules.find(module)?;
    if let Some(app) = state.tables.apps.rows_of(App::BY_MODULE, module).find(|app| app.team_id == team) {
        return Ok(app.clone());
    }
    let app = App::new(state.tables.apps.next_id(), module, team, state.me()?.id);
    state.tables.add(app.clone(), state.now());
    Ok(app)
}

/// The lifecycle in a request's own params: `slymock` there or in `state`, where `AppApi.start` puts
/// params that bring no `state`.
fn own_lifecycle(params: &Object) -> Result<Option<Arc<Lifecycle>>, Refusal> {
    match params.get("slymock") {
        Some(script) => lifecycle_in(Some(script), "params"),
        None => lifecycle_in(params.get("state").and_then(|state| state.get("slymock")), "params.state"),
    }
}

fn new_task(
    state: &State,
    request: &RunRequest,
    place: &Place,
    user_id: UserId,
    id: TaskId,
    lifecycle: &Arc<Lifecycle>,
) -> Result<Task, Refusal> {
    let run = AppRun {
        name: request.task_name.as_deref().unwrap_or_default(),
        version: Some(request.app_version.as_str()).filter(|version| !version.is_empty()),
        is_branch: request.is_branch,
        log_level: request.log_level(),
    };
    let mut meta = state.app_meta(&place.app, id, &run)?;
    meta.insert("params".into(), json!(request.params));
    meta.insert("restartPolicy".into(), json!(request.restart_policy));
    if let Some(redirects) = request.redirect_requests.clone().filter(|redirects| !redirects.is_empty()) {
        meta.insert("redirectRequests".into(), redirects.into());
    }
    let blank = state.blank_task(id, place.site.workspace, "app", lifecycle)?;
    Ok(Task {
        app_id: Some(place.app.id),
        user_id,
        user_login: Arc::clone(&state.user(user_id)?.login),
        agent_id: place.site.agent_id(),
        agent_name: place.site.agent_name(),
        description: request.description.clone(),
        meta: meta.into(),
        settings: settings(request).into(),
        restart_policy: request.restart_policy,
        ..blank
    })
}

/// What the task was started with; the SDK reads `message.state` from it.
fn settings(request: &RunRequest) -> Object {
    let mut settings = Object::new();
    settings.insert("message".into(), json!(request.params));
    settings.insert("logLevel".into(), request.log_level().into());
    settings.insert("restartPolicy".into(), json!(request.restart_policy));
    settings.insert("proxyKeepUrl".into(), json!(request.proxy_keep_url));
    if let Some(advanced) = &request.advanced_settings {
        settings.insert("advancedSettings".into(), Value::Object(advanced.clone()));
    }
    settings
}
