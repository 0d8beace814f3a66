//! Tasks: the row, and the table with its index by workspace.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use imbl::{OrdMap, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Table;
use crate::ids::{AgentId, AppId, TaskId, TeamId, UserId, WorkspaceId};
use crate::lifecycle::{Lifecycle, Status};
use crate::refusal::Refusal;
use crate::reply::Object;
use crate::time::Moment;

/// The types of tasks that run on the server itself and cannot be stopped. Which types the service
/// means is not documented; these are the ones it runs without an agent.
pub const UNSTOPPABLE: &[&str] = &["clone", "export", "import"];

/// When a task is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestartPolicy {
    /// Never.
    #[default]
    Never,
    /// When it ends in error.
    OnError,
    /// When its agent starts; agents do not restart here.
    OnStartup,
}

impl RestartPolicy {
    /// The policies' names on the wire.
    pub const NAMES: &'static [&'static str] = &["never", "on_error", "on_startup"];
}

/// A task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Its workspace.
    pub workspace_id: WorkspaceId,
    /// Its workspace's team.
    pub team_id: TeamId,
    /// Who started it.
    pub user_id: UserId,
    /// That user's login.
    pub user_login: String,
    /// The agent it runs on.
    pub agent_id: Option<AgentId>,
    /// That agent's name.
    pub agent_name: Option<String>,
    /// Its type, such as `app`.
    pub kind: String,
    /// The app it runs; `meta.app` tells more of it.
    pub app_id: Option<AppId>,
    /// Its status.
    pub status: Status,
    /// Its description.
    pub description: String,
    /// When it reached `started`.
    pub started_at: Option<Moment>,
    /// When it reached a terminal status.
    pub finished_at: Option<Moment>,
    /// `app`, `input`, `output`, `sessionToken`, `name` and what `tasks.meta.update` adds.
    pub meta: Object,
    /// What it was started with.
    pub settings: Object,
    /// What `withProgress` shows.
    pub progress: Option<Value>,
    /// When it is started again.
    pub restart_policy: RestartPolicy,
    /// How often it was started again.
    pub restarts: u32,
    /// The stages it walks.
    pub lifecycle: Arc<Lifecycle>,
    /// The stage it is in; none while it is held in a status by hand, or stopping.
    pub stage: Option<usize>,
    /// When its stage ends.
    pub due: Option<Moment>,
    /// How many stages it has entered: the event number of its draws.
    pub events: u64,
    /// How many epochs the world has simulated of it.
    pub epochs: u32,
    pub(crate) fragments: Fragments,
}

/// A task's rendered JSON: one fragment for lists and one for info, made when first asked for.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    pub(crate) list: OnceLock<Bytes>,
    pub(crate) info: OnceLock<Bytes>,
}

/// A cloned row is about to change.
impl Clone for Fragments {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Task {
    /// The token of its app's web address.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.meta.get("sessionToken")?.as_str()
    }

    /// How many stages it has entered, plus one for itself.
    pub(crate) fn stages(&self) -> u64 {
        self.events.saturating_add(1)
    }

    /// Whether tasks of this type can be stopped.
    #[must_use]
    pub fn is_stoppable(&self) -> bool {
        !UNSTOPPABLE.contains(&self.kind.as_str())
    }
}

/// The tasks of a world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    rows: Table<TaskId, Task>,
    /// Ids in order by workspace: a deep page is found by position.
    by_workspace: OrdMap<WorkspaceId, Vector<TaskId>>,
    /// Ids in order by app.
    by_app: OrdMap<AppId, Vector<TaskId>>,
    /// The sum of [`Task::stages`] by workspace and by app: an auto clock asks with each list whether it has grown.
    stages_by_workspace: OrdMap<WorkspaceId, u64>,
    stages_by_app: OrdMap<AppId, u64>,
    /// By session token. It is kept when a task is added, so nothing may change a task's token.
    by_session: OrdMap<Arc<str>, TaskId>,
}

impl Tasks {
    pub(crate) fn rows(&self) -> &Table<TaskId, Task> {
        &self.rows
    }

    pub(crate) fn find(&self, id: TaskId) -> Result<&Arc<Task>, Refusal> {
        super::find(&self.rows, id)
    }

    /// The ids of a workspace's tasks, in order.
    pub(crate) fn of_workspace(&self, workspace: WorkspaceId) -> Vector<TaskId> {
        self.by_workspace.get(&workspace).cloned().unwrap_or_default()
    }

    /// The ids of an app's tasks, in order.
    pub(crate) fn of_app(&self, app: AppId) -> Vector<TaskId> {
        self.by_app.get(&app).cloned().unwrap_or_default()
    }

    /// The sum of [`Task::stages`] over a workspace's tasks.
    pub(crate) fn stages_in_workspace(&self, workspace: WorkspaceId) -> u64 {
        self.stages_by_workspace.get(&workspace).copied().unwrap_or(0)
    }

    /// The sum of [`Task::stages`] over an app's tasks.
    pub(crate) fn stages_of_app(&self, app: AppId) -> u64 {
        self.stages_by_app.get(&app).copied().unwrap_or(0)
    }

    fn count_stages(&mut self, workspace: WorkspaceId, app: Option<AppId>, stages: u64) {
        let in_workspace = self.stages_by_workspace.entry(workspace).or_default();
        *in_workspace = in_workspace.saturating_add(stages);
        if let Some(app) = app {
            let of_app = self.stages_by_app.entry(app).or_default();
            *of_app = of_app.saturating_add(stages);
        }
    }

    /// The row, to be changed as it enters another stage.
    pub(crate) fn enter_stage(&mut self, id: TaskId) -> Result<&mut Task, Refusal> {
        let task = self.find(id)?;
        let (workspace, app) = (task.workspace_id, task.app_id);
        self.count_stages(workspace, app, 1);
        let task = self.change(id)?;
        task.events = task.events.saturating_add(1);
        Ok(task)
    }

    /// The task whose session has this token; of several, the oldest.
    pub(crate) fn of_session(&self, token: &str) -> Option<TaskId> {
        self.by_session.get(token).copied()
    }

    /// Adds a task, whose id must be new.
    pub(crate) fn add(&mut self, task: Task) {
        insert_in_order(self.by_workspace.entry(task.workspace_id).or_default(), task.id);
        if let Some(app) = task.app_id {
            insert_in_order(self.by_app.entry(app).or_default(), task.id);
        }
        self.count_stages(task.workspace_id, task.app_id, task.stages());
        if let Some(token) = task.session_token() {
            let oldest = self.by_session.entry(token.into()).or_insert(task.id);
            *oldest = task.id.min(*oldest);
        }
        self.rows.insert(task.id, Arc::new(task));
    }

    /// Gives a task another session token. Only before the world is used: a client may know the old one.
    pub(crate) fn set_session(&mut self, id: TaskId, token: String) {
        let Ok(task) = self.change(id) else { return };
        let old = task.meta.insert("sessionToken".to_owned(), token.as_str().into());
        if let Some(old) = old.as_ref().and_then(Value::as_str)
            && self.of_session(old) == Some(id)
        {
            self.by_session.remove(old);
        }
        self.by_session.insert(token.into(), id);
    }

    /// The row, to be changed: what was rendered of it is dropped.
    pub(crate) fn change(&mut self, id: TaskId) -> Result<&mut Task, Refusal> {
        let row = self.rows.get_mut(&id).ok_or_else(|| Refusal::missing(crate::refusal::Entity::Task, id))?;
        let task = Arc::make_mut(row);
        task.fragments = Fragments::default();
        Ok(task)
    }

    /// What does not hold together, each as a sentence.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let indexed: usize = self.by_workspace.values().map(Vector::len).sum();
        if indexed != self.rows.len() {
            problems.push(format!("{} tasks, {indexed} in the index by workspace", self.rows.len()));
        }
        for (workspace, ids) in &self.by_workspace {
            let in_it = |task: &Task| task.workspace_id == *workspace;
            problems.extend(self.index_problems(&format!("workspace {workspace}"), ids, in_it));
            let stages: u64 = ids.iter().filter_map(|id| self.rows.get(id)).map(|task| task.stages()).sum();
            if stages != self.stages_in_workspace(*workspace) {
                problems.push(format!("workspace {workspace}: its stages are miscounted"));
            }
        }
        for (app, ids) in &self.by_app {
            problems
                .extend(self.index_problems(&format!("app {app}"), ids, |task| task.app_id == Some(*app)));
            let stages: u64 = ids.iter().filter_map(|id| self.rows.get(id)).map(|task| task.stages()).sum();
            if stages != self.stages_of_app(*app) {
                problems.push(format!("app {app}: its stages are miscounted"));
            }
        }
        for task in self.rows.values() {
            if task.app_id.is_some_and(|app| self.of_app(app).binary_search(&task.id).is_err()) {
                problems.push(format!("task {}: not in the index by app", task.id));
            }
            if task.session_token().is_some_and(|token| self.of_session(token).is_none()) {
                problems.push(format!("task {}: its session leads nowhere", task.id));
            }
        }
        problems
    }

    fn index_problems(
        &self,
        name: &str,
        ids: &Vector<TaskId>,
        belongs: impl Fn(&Task) -> bool,
    ) -> Vec<String> {
        let mut problems = Vec::new();
        if !ids.iter().zip(ids.iter().skip(1)).all(|(a, b)| a < b) {
            problems.push(format!("{name}: task ids out of order"));
        }
        let strays = ids.iter().filter(|id| !self.rows.get(*id).is_some_and(|task| belongs(task)));
        problems.extend(strays.map(|id| format!("{name}: task {id} is not in it")));
        problems
    }
}

fn insert_in_order(ids: &mut Vector<TaskId>, id: TaskId) {
    if let Err(place) = ids.binary_search(&id) {
        ids.insert(place, id);
    }
}
