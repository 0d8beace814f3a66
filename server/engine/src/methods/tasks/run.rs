//! `tasks.run.app`: starts an app, one task for each user.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::start::{AGENT, Site, lifecycle_in, lifecycle_of, of_world};
use crate::call::Call;
use crate::ids::{AgentId, AppId, ModuleId, TaskId, TeamId, UserId, WorkspaceId};
use crate::lifecycle::{Lifecycle, Status};
use crate::looks::Looks;
use crate::method::{Method, TaskRef, Write};
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
        Field::optional("workspaceId", Kind::Id, "Id of the workspace; the first one when absent."),
        Field::optional("appId", Kind::Id, "Id of the app; alternative to `moduleId`."),
        Field::optional("moduleId", Kind::Id, "Id of the module; alternative to `appId`."),
        Field::optional("description", Kind::Text { max: 255 }, "Description of the task."),
        Field::optional(
            "params",
            Kind::Map,
            "Parameters of the app, including `state`. `slymock` in them or in `state` is the task's lifecycle.",
        ),
        Field::optional(
            "logLevel",
            Kind::Choice(&["info", "debug", "trace", "warning", "error"]),
            "Log level; `info` when absent.",
        ),
        Field::optional(
            "usersIds",
            Kind::List(&Kind::Id),
            "Ids of the users who get a task; the token's user when empty.",
        ),
        Field::optional("appVersion", TEXT, "Release or branch; the newest release when empty."),
        Field::optional("isBranch", Kind::Flag, "True if `appVersion` is a branch."),
        Field::optional("taskName", CALLED, "Name of the task."),
        Field::optional(
            "restartPolicy",
            Kind::Choice(RestartPolicy::NAMES),
            "Restart policy; `never` when absent.",
        ),
        Field::optional(
            "proxyKeepUrl",
            Kind::Flag,
            "True if the app expects `/net/<token>` in its paths; stored in `settings`.",
        ),
        Field::optional(
            "redirectRequests",
            Kind::Map,
            "`port`: port on this machine at which the app of the task listens; stored in `meta`.",
        ),
        Field::optional("advancedSettings", Kind::Map, "Advanced settings, stored in `settings`."),
        Field::optional("singleSessionMode", Kind::Flag, "True to start one task for all users together."),
        Field::optional("appServiceId", Kind::Any, "Accepted and ignored."),
        Field::optional("isShared", Kind::Flag, "Accepted and ignored."),
        Field::optional("isPrivate", Kind::Flag, "Accepted and ignored."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = RunRequest;
    type Reply = Json<Vec<StartedTask>>;
}

impl Write for RunApp {
    fn run(state: &mut State, _: &Call, request: RunRequest) -> Result<Json<Vec<StartedTask>>, Refusal> {
        let place = Place::of(state, &request)?;
        let own = own_lifecycle(state, &request)?;
        let users = users(state, &request)?;
        let mut started = Vec::new();
        for user_id in users {
            let id = state.next_task_id();
            let lifecycle = lifecycle_of(state, own.clone(), of_world);
            let task = new_task(state, &request, &place, user_id, id, &lifecycle)?;
            state.dispatch(task);
            let (module_id, app_id) = (place.app.module_id, place.app.id);
            started.push(StartedTask { id, task_id: id, user_id, module_id, app_id });
        }
        Ok(Json(started))
    }
}

/// Returns the lifecycle in the request. A debug session stays queued, because no agent takes it.
fn own_lifecycle(state: &State, request: &RunRequest) -> Result<Option<Arc<Lifecycle>>, Refusal> {
    let is_debug = request.redirect_requests.as_ref().and_then(redirect_port).is_some();
    let queued = || Arc::new(state.lifecycle.holding(Status::Queued));
    Ok(lifecycle_in_params(&request.params)?.or_else(|| is_debug.then(queued)))
}

/// Returns the users who get a task, each once, in the order of the request.
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

/// The app to run, and the place to run it.
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

/// Returns an app of the team, or one that another team shares.
fn app_for_team(state: &State, id: AppId, team: TeamId) -> Result<App, Refusal> {
    let app = state.tables.apps.find(id)?;
    if app.team_id == team || app.is_shared { Ok(app.clone()) } else { Err(Refusal::missing(Noun::App, id)) }
}

/// Returns the team's app of a module; adds one if there is none.
fn app_of_module(state: &mut State, module: ModuleId, team: TeamId) -> Result<App, Refusal> {
    state.tables.modules.find(module)?;
    if let Some(app) = state.tables.apps.rows_of(App::BY_MODULE, module).find(|app| app.team_id == team) {
        return Ok(app.clone());
    }
    let app = App::new(state.tables.apps.next_id(), module, team, state.me()?.id);
    state.tables.add(app.clone(), state.now());
    Ok(app)
}

/// Returns the lifecycle in a request's `params`: `slymock` there or in `state`, into which `AppApi.start`
/// puts params that have no `state`.
fn lifecycle_in_params(params: &Object) -> Result<Option<Arc<Lifecycle>>, Refusal> {
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

/// Returns the `settings` of the task; the SDK reads `message.state` from them.
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
