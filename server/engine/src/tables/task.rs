//! Tasks.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::column::{Column, Key};
use super::entity::{Entity, Link, Slot};
use super::meta::Meta;
use crate::ids::{AgentId, AppId, TaskId, TeamId, UserId, WorkspaceId};
use crate::lifecycle::{Lifecycle, Status};
use crate::noun::Noun;
use crate::reply::{Object, PackedJson};
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
    pub user_login: Arc<str>,
    /// The agent it runs on.
    pub agent_id: Option<AgentId>,
    /// That agent's name.
    pub agent_name: Option<Arc<str>>,
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
    pub meta: Meta,
    /// What it was started with.
    pub settings: PackedJson,
    /// What `withProgress` shows.
    pub progress: Option<Box<Value>>,
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
}

impl Task {
    /// The indexes of tasks: by workspace, by app, and by workspace and status.
    pub(crate) const BY_WORKSPACE: usize = 0;
    pub(crate) const BY_APP: usize = 1;
    pub(crate) const BY_STATUS: usize = Self::LINKS.len();

    /// The token of its app's web address.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.meta.session_token()
    }

    /// How many stages it has entered, plus one for itself.
    pub(crate) fn stages(&self) -> u64 {
        self.events.saturating_add(1)
    }

    /// Where the app of a debug session listens: on the developer's machine, which is this one.
    pub(crate) fn redirected(&self) -> Option<String> {
        let port = redirect_port(self.meta.get("redirectRequests")?.as_object()?)?;
        Some(format!("http://127.0.0.1:{port}"))
    }

    /// Whether it is a debug session, whose app runs on the developer's machine.
    pub(crate) fn is_debugged(&self) -> bool {
        self.redirected().is_some()
    }

    /// Whether tasks of this type can be stopped.
    #[must_use]
    pub fn is_stoppable(&self) -> bool {
        !UNSTOPPABLE.contains(&self.kind.as_str())
    }
}

/// The port in `redirectRequests`, a number or text.
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

    /// Its session is found by this, the oldest of several.
    fn title(&self) -> Option<(Slot, &str)> {
        self.session_token().map(|token| ((0, 0), token))
    }

    /// An auto clock asks with each list whether any of its tasks has entered another stage.
    fn sum(&self) -> u64 {
        self.stages()
    }
}

fn status_in(key: &Key) -> Option<u64> {
    let Key::Text(name) = key else { return None };
    Status::NAMES.iter().position(|known| known == name).map(|place| place as u64)
}
