//! Who and where: teams, workspaces, users, agents.

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

/// A team. The declared order is that of `teams.info` on the wire, and so with the other rows here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Its description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// What the token's user is in it; `admin` when absent.
    #[serde(default = "admin")]
    pub role: String,
    /// When it was made; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// When it was last changed; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
    /// `plan` among others, which old releases of the SDK need; `{"plan": "free"}` when absent.
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
    /// Its id.
    pub id: WorkspaceId,
    /// Its name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Its description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// Its team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
    /// When it was made; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// When it was last changed; 2026-01-01T00:00:00Z when absent.
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

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The login; empty when absent.
    #[serde(default)]
    pub login: Arc<str>,
    /// The role on the instance; `admin` when absent.
    #[serde(default = "admin")]
    pub role: String,
    /// That role's id; 1 when absent.
    #[serde(default = "admin_id")]
    pub role_id: u64,
    /// The name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// The mail address; empty when absent.
    #[serde(default)]
    pub email: String,
    /// How often they logged in; 1 when absent.
    #[serde(default = "once")]
    pub logins: u64,
    /// Whether they are locked out; false when absent.
    #[serde(default)]
    pub disabled: bool,
    /// When they last logged in; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub last_login: Moment,
    /// When the account was made; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// When it was last changed; 2026-01-01T00:00:00Z when absent.
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

/// Whether an agent is connected; the SDK knows these two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AgentStatus {
    /// It is not connected.
    Waiting,
    /// It is connected and takes tasks.
    #[default]
    Running,
}

impl AgentStatus {
    /// The status as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
        }
    }
}

/// An agent: the machine that runs a team's tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Its name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// What it connects with; empty when absent.
    #[serde(default)]
    pub token: String,
    /// Whether it is connected; `running` when absent. Tasks on one that is not stay queued.
    #[serde(default)]
    pub status: AgentStatus,
    /// Who added it; 16154 when absent.
    #[serde(default = "default_user")]
    pub user_id: UserId,
    /// Its team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
    /// What it can do, `types` of tasks among it; `{}`, which is all types, when absent.
    #[serde(default)]
    pub capabilities: Object,
    /// When it was added; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// When it was last changed; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
    /// Whether every team may use it; false when absent.
    #[serde(default)]
    pub is_public: bool,
    /// Its type; `sly_agent` when absent.
    #[serde(rename = "type", default = "sly_agent")]
    pub kind: String,
    /// Whether it is switched off; false when absent. Tasks on one that is stay queued.
    #[serde(default)]
    pub disabled: bool,
    /// Its version; `6.7.39` when absent.
    #[serde(default = "agent_version")]
    pub version: String,
    /// Its graphics cards: `is_available`, `device_count`, `device_memory` with the `available` bytes of each,
    /// `driver_version`; one card with 16 GiB for what is absent in it. None when absent.
    #[serde(default, deserialize_with = "cards")]
    pub gpu_info: Option<Object>,
    /// Its environment variables; `{}` when absent. Told to nobody, but `agents.available` asks for them.
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
    /// Whether it runs tasks: it is connected and not switched off.
    pub(crate) fn takes_tasks(&self) -> bool {
        self.status == AgentStatus::Running && !self.disabled
    }

    /// Its graphics cards, if it has any that can be used.
    pub(crate) fn gpu(&self) -> Option<&Object> {
        self.gpu_info.as_ref().filter(|gpu| has_cards(gpu))
    }
}

fn has_cards(gpu: &Object) -> bool {
    gpu.get("is_available") != Some(&json!(false)) && gpu.get("device_count") != Some(&json!(0))
}

/// The SDK reads the free memory of the first card of each agent that has any.
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

/// The version in the SDK's own example of `get_list_available`.
fn agent_version() -> String {
    "6.7.39".to_owned()
}
