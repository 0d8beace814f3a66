//! Who and where: teams, workspaces, users, agents.

use serde::{Deserialize, Serialize};

use super::{default_team, made_at};
use crate::ids::{AgentId, TeamId, UserId, WorkspaceId};
use crate::time::Moment;

/// A team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// When it was made; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// When it was last changed; as `created_at` when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
}

/// A workspace of a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
    /// Its name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Its description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// When it was made; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// When it was last changed; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The login; empty when absent.
    #[serde(default)]
    pub login: String,
    /// The name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// The mail address; empty when absent.
    #[serde(default)]
    pub email: String,
}

/// An agent: the machine that runs a team's tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Its team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
    /// Its name; empty when absent.
    #[serde(default)]
    pub name: String,
}
