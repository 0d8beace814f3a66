//! The rows of tasks. A task's form in a fixture is in `snapshot`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::column::{Column, Key};
use super::entity::{Entity, Link, Slot};
use super::meta::Meta;
use super::timeline::Timeline;
use crate::ids::{AgentId, AppId, TaskId, TeamId, UserId, WorkspaceId};
use crate::lifecycle::{Lifecycle, Status};
use crate::noun::Noun;
use crate::reply::{Object, PackedJson};
use crate::time::Moment;

/// Types of tasks that run on the server and cannot be stopped. Supervisely does not document them; these are
/// the types that it runs without an agent.
pub const UNSTOPPABLE: &[&str] = &["clone", "export", "import"];

/// Restart policy of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestartPolicy {
    /// The task is never restarted.
    #[default]
    Never,
    /// The task is restarted when it ends in `error`, up to 3 times.
    OnError,
    /// The task is restarted when its agent starts; agents of the fake never restart.
    OnStartup,
}

impl RestartPolicy {
    /// Names of the policies on the wire.
    pub const NAMES: &'static [&'static str] = &["never", "on_error", "on_startup"];
}

/// A task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Id of the task, unique in its world; 1 or more.
    pub id: TaskId,
    /// Id of the workspace.
    pub workspace_id: WorkspaceId,
    /// Id of the workspace's team.
    pub team_id: TeamId,
    /// Id of the user who started the task.
    pub user_id: UserId,
    /// Login of that user.
    pub user_login: Arc<str>,
    /// Id of the agent; `None` if no agent runs the task.
    pub agent_id: Option<AgentId>,
    /// Name of that agent.
    pub agent_name: Option<Arc<str>>,
    /// Type of the task, such as `app`.
    pub kind: String,
    /// Id of the app that the task runs; `meta.app` has the details.
    pub app_id: Option<AppId>,
    /// Current status.
    pub status: Status,
    /// Description; may be empty.
    pub description: String,
    /// Time of the first running status, `started` or `deployed`, since the last restart; `None` before it.
    pub started_at: Option<Moment>,
    /// Time of the terminal status; `None` before it.
    pub finished_at: Option<Moment>,
    /// Metadata: `app`, `input`, `output`, `sessionToken`, `name` and the keys that `tasks.meta.update` adds.
    pub meta: Meta,
    /// Parameters with which the task was started.
    pub settings: PackedJson,
    /// Progress, which `tasks.info` shows for `withProgress`.
    pub progress: Option<Box<Value>>,
    /// Restart policy.
    pub restart_policy: RestartPolicy,
    /// Number of restarts so far.
    pub restarts: u32,
    /// Stages that the task follows.
    pub lifecycle: Arc<Lifecycle>,
    /// Index of the current stage; `None` if the task does not follow its lifecycle: its status was set by a
    /// call, or it is stopping.
    pub stage: Option<usize>,
    /// Time at which the current stage, or `terminating`, ends; `None` if it does not end by time.
    pub due: Option<Moment>,
    /// Number of stages and statuses entered so far; each random draw of the task uses it as event number.
    pub events: u64,
    /// Number of training epochs that the world has simulated for the task.
    pub epochs: u32,
    /// Changes of the status so far.
    pub timeline: Timeline,
}

impl Task {
    /// Numbers of the indexes of tasks: by workspace, by app, and by workspace and status.
    pub(crate) const BY_WORKSPACE: usize = 0;
    pub(crate) const BY_APP: usize = 1;
    pub(crate) const BY_STATUS: usize = Self::LINKS.len();

    /// Returns the token in the web address of the task's app.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.meta.session_token()
    }

    /// Returns the number of entered stages plus 1 for the task itself.
    pub(crate) fn stages(&self) -> u64 {
        self.events.saturating_add(1)
    }

    /// Returns the address of a debug session's app, which runs on the developer's machine: this one.
    pub(crate) fn redirected(&self) -> Option<String> {
        let port = redirect_port(self.meta.get("redirectRequests")?.as_object()?)?;
        Some(format!("http://127.0.0.1:{port}"))
    }

    /// Returns true for a debug session, whose app runs on the developer's machine.
    pub(crate) fn is_debugged(&self) -> bool {
        self.redirected().is_some()
    }

    /// Returns true if tasks of this type can be stopped.
    #[must_use]
    pub fn is_stoppable(&self) -> bool {
        !UNSTOPPABLE.contains(&self.kind.as_str())
    }
}

/// Returns the port in `redirectRequests`, which is a number or a text.
pub(crate) fn redirect_port(redirects: &Object) -> Option<u16> {
    let port = redirects.get("port")?;
    port.as_str().map_or_else(|| port.as_u64()?.try_into().ok(), |text| text.parse().ok())
}

impl Entity for Task {
    type Id = TaskId;
    const NOUN: Noun = Noun::Task;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::id("id", |row| Key::id(row.id)),
        Column::text("type", |row| Key::text(&row.kind)),
        Column::text("status", |row: &Self| Key::text(row.status.as_str()))
            .found_by(Self::BY_STATUS, status_in),
        Column::moment("startedAt", |row| Key::moment(row.started_at)),
        Column::moment("finishedAt", |row| Key::moment(row.finished_at)),
    ];
    const LINKS: &'static [Link<Self>] = &[
        Link::parent("workspaceId", Noun::Workspace, |row| Some(row.workspace_id.0)),
        Link::reference("appId", Noun::App, |row| row.app_id.map(|app| app.0)),
    ];
    const INDEXES: &'static [fn(&Self) -> Slot] = &[|row| (row.workspace_id.0, row.status as u64)];

    fn id(&self) -> TaskId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The session token, by which a session is found. If several tasks share a token, the oldest one is
    /// found.
    fn title(&self) -> Option<(Slot, &str)> {
        self.session_token().map(|token| ((0, 0), token))
    }

    /// Changes whenever a task enters a stage: an auto clock compares the sum for each list request.
    fn sum(&self) -> u64 {
        self.stages()
    }
}

fn status_in(key: &Key) -> Option<u64> {
    let Key::Text(name) = key else { return None };
    Status::NAMES.iter().position(|known| known == name).map(|place| place as u64)
}
