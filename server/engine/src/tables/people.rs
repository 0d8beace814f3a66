//! Teams, workspaces, users and agents. The fields of each row are declared in the order of its reply:
//! `teams.info`, `workspaces.info`, `users.me`, `agents.info`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::column::{Column, Key};
use super::defaults::{default_team, default_user, made_at};
use super::entity::{Entity, Link};
use crate::ids::{AgentId, TeamId, UserId, WorkspaceId};
use crate::noun::Noun;
use crate::reply::Object;
use crate::time::Moment;

/// A team. The fields are declared in the order of `teams.info`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Team {
    /// Id of the team, unique in its world; 1 or more.
    pub id: TeamId,
    /// Name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// Role of the token's user in the team; `admin` when absent.
    #[serde(default = "admin")]
    pub role: String,
    /// Time of creation; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// Time of the last change; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
    /// Usage of the instance, including `plan`, which old releases of the SDK need; `{"plan": "free"}` when
    /// absent.
    #[serde(default = "free")]
    pub usage: Object,
}

impl Entity for Team {
    type Id = TeamId;
    const NOUN: Noun = Noun::Team;
    const COLUMNS: &'static [Column<Self>] =
        &[Column::id("id", |row| Key::id(row.id)), Column::text("name", |row| Key::text(&row.name))];
    const LINKS: &'static [Link<Self>] = &[];

    fn id(&self) -> TeamId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }
}

fn free() -> Object {
    [("plan".to_owned(), "free".into())].into_iter().collect()
}

fn admin() -> String {
    "admin".to_owned()
}

/// A workspace of a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workspace {
    /// Id of the workspace, unique in its world; 1 or more.
    pub id: WorkspaceId,
    /// Name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// Id of the team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
    /// Time of creation; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// Time of the last change; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
}

impl Entity for Workspace {
    type Id = WorkspaceId;
    const NOUN: Noun = Noun::Workspace;
    const COLUMNS: &'static [Column<Self>] =
        &[Column::id("id", |row| Key::id(row.id)), Column::text("name", |row| Key::text(&row.name))];
    const LINKS: &'static [Link<Self>] = &[Link::parent("teamId", Noun::Team, |row| Some(row.team_id.0))];

    fn id(&self) -> WorkspaceId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }
}

/// A user. The user with the smallest id owns the world's token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Id of the user, unique in its world; 1 or more.
    pub id: UserId,
    /// Login name; empty when absent.
    #[serde(default)]
    pub login: Arc<str>,
    /// Role on the instance; `admin` when absent.
    #[serde(default = "admin")]
    pub role: String,
    /// Id of that role; 1 when absent.
    #[serde(default = "admin_id")]
    pub role_id: u64,
    /// Full name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Email address; empty when absent.
    #[serde(default)]
    pub email: String,
    /// Number of logins; 1 when absent.
    #[serde(default = "once")]
    pub logins: u64,
    /// True if the account is disabled; false when absent.
    #[serde(default)]
    pub disabled: bool,
    /// Time of the last login; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub last_login: Moment,
    /// Time of creation; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// Time of the last change; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
}

impl Entity for User {
    type Id = UserId;
    const NOUN: Noun = Noun::User;
    const COLUMNS: &'static [Column<Self>] = &[];
    const LINKS: &'static [Link<Self>] = &[];

    fn id(&self) -> UserId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.login, &self.name, &self.email]
    }
}

fn admin_id() -> u64 {
    1
}

fn once() -> u64 {
    1
}

/// Connection status of an agent; the SDK knows these two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AgentStatus {
    /// The agent is not connected.
    Waiting,
    /// The agent is connected and takes tasks.
    #[default]
    Running,
}

impl AgentStatus {
    /// Returns the status as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
        }
    }
}

/// An agent: a machine that runs a team's tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Agent {
    /// Id of the agent, unique in its world; 1 or more.
    pub id: AgentId,
    /// Name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Token with which the agent connects; empty when absent.
    #[serde(default)]
    pub token: String,
    /// Connection status; `running` when absent. Tasks on an agent with another status stay queued.
    #[serde(default)]
    pub status: AgentStatus,
    /// Id of the user who added the agent; 16154 when absent.
    #[serde(default = "default_user")]
    pub user_id: UserId,
    /// Id of the team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
    /// Capabilities, including `types`, the types of tasks that the agent takes; `{}`, which means all types,
    /// when absent.
    #[serde(default)]
    pub capabilities: Object,
    /// Time of creation; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// Time of the last change; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
    /// True if every team may use the agent; false when absent.
    #[serde(default)]
    pub is_public: bool,
    /// Type of the agent; `sly_agent` when absent.
    #[serde(rename = "type", default = "sly_agent")]
    pub kind: String,
    /// True if the agent is switched off; false when absent. Tasks on a disabled agent stay queued.
    #[serde(default)]
    pub disabled: bool,
    /// Version of the agent; `6.7.39` when absent.
    #[serde(default = "agent_version")]
    pub version: String,
    /// Graphics cards: `is_available`, `device_count`, `device_memory` (with the `available` bytes of each
    /// card) and `driver_version`. Of these, `is_available`, `device_count` and `device_memory` default to
    /// one card with 16 GiB. When `gpuInfo` itself is absent or null, the agent has no cards.
    #[serde(default, deserialize_with = "cards")]
    pub gpu_info: Option<Object>,
    /// Environment variables; `{}` when absent. Replies do not show them, but `agents.available` filters by
    /// them.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub envs: Object,
}

impl Entity for Agent {
    type Id = AgentId;
    const NOUN: Noun = Noun::Agent;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::id("id", |row| Key::id(row.id)),
        Column::text("name", |row| Key::text(&row.name)),
        Column::text("status", |row| Key::text(row.status.as_str())),
        Column::text("type", |row| Key::text(&row.kind)),
    ];
    const LINKS: &'static [Link<Self>] = &[Link::parent("teamId", Noun::Team, |row| Some(row.team_id.0))];

    fn id(&self) -> AgentId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name, &self.token]
    }
}

impl Agent {
    /// Returns true if the agent runs tasks: it is connected and not disabled.
    pub(crate) fn takes_tasks(&self) -> bool {
        self.status == AgentStatus::Running && !self.disabled
    }

    /// Returns the graphics cards, if the agent has any that can be used.
    pub(crate) fn gpu(&self) -> Option<&Object> {
        self.gpu_info.as_ref().filter(|gpu| has_cards(gpu))
    }
}

fn has_cards(gpu: &Object) -> bool {
    gpu.get("is_available") != Some(&json!(false)) && gpu.get("device_count") != Some(&json!(0))
}

/// Fills in defaults, because the SDK reads the free memory of the first card of every agent with cards.
fn cards<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Object>, D::Error> {
    const MEMORY: u64 = 16 << 30;
    let mut gpu = Option::<Object>::deserialize(deserializer)?;
    for gpu in gpu.iter_mut().filter(|gpu| has_cards(gpu)) {
        gpu.entry("is_available").or_insert(json!(true));
        gpu.entry("device_count").or_insert(json!(1));
        gpu.entry("device_memory").or_insert(json!([{"total": MEMORY, "available": MEMORY}]));
    }
    Ok(gpu)
}

fn sly_agent() -> String {
    "sly_agent".to_owned()
}

/// Version in the SDK's example of `get_list_available`.
fn agent_version() -> String {
    "6.7.39".to_owned()
}
