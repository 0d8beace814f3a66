//! What a task can run: ecosystem modules, and the apps that teams made of them.

use std::sync::OnceLock;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AppReplies, default_team, default_user, made_at};
use crate::ids::{AppId, ModuleId, TeamId, UserId};
use crate::reply::Object;
use crate::time::Moment;

/// An ecosystem module. The declared order is that of `ecosystem.info` on the wire.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Module {
    /// Its id.
    pub id: ModuleId,
    /// Its slug, such as `supervisely-ecosystem/hello-world-app`; empty when absent.
    #[serde(default)]
    pub slug: String,
    /// Its name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Its type; `app` when absent.
    #[serde(rename = "type", default = "app")]
    pub kind: String,
    /// Its configuration, `categories` among it; `{}` when absent.
    #[serde(default)]
    pub config: Object,
    /// Its readme; empty when absent.
    #[serde(default)]
    pub readme: String,
    /// Its repository's address; empty when absent.
    #[serde(default)]
    pub repo: String,
    /// The address of its own folder; empty when absent.
    #[serde(default)]
    pub repository_module_url: String,
    /// `releases` among others, newest first; `{}` when absent.
    #[serde(default)]
    pub meta: Object,
    /// When it was made; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// When it was last changed; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
    /// Who answers requests to the apps made of it; nobody but each task's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppReplies>,
    /// The row as `ecosystem.info` and `ecosystem.list` show it.
    #[serde(skip)]
    pub(crate) fragment: OnceLock<Bytes>,
}

fn app() -> String {
    "app".to_owned()
}

impl Module {
    /// The categories in `config`, lower case.
    pub(crate) fn categories(&self) -> Vec<String> {
        self.words("categories").into_iter().map(str::to_lowercase).collect()
    }

    /// The texts in the array `name` of `config`.
    pub(crate) fn words(&self, name: &str) -> Vec<&str> {
        texts(self.config.get(name))
    }

    /// The places of the platform whose context menu offers it. The ecosystem spells the key both ways.
    pub(crate) fn targets(&self) -> Vec<&str> {
        let menu = self.config.get("context_menu").or_else(|| self.config.get("contextMenu"));
        texts(menu.and_then(|menu| menu.get("target")))
    }

    /// The versions in `meta.releases`.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &str> {
        let releases = self.meta.get("releases").and_then(|releases| releases.as_array());
        releases.into_iter().flatten().filter_map(|release| release.get("version")?.as_str())
    }
}

fn texts(listed: Option<&Value>) -> Vec<&str> {
    listed.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A module as added to a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// The module it was made of.
    pub module_id: ModuleId,
    /// Its team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
    /// Who added it; 16154 when absent.
    #[serde(default = "default_user")]
    pub created_by: UserId,
    /// Whether it is hidden unless asked for; false when absent.
    #[serde(default)]
    pub disabled: bool,
    /// Whether other teams see it; false when absent.
    #[serde(default)]
    pub is_shared: bool,
}

impl App {
    /// A module as just added to a team.
    pub(crate) fn new(id: AppId, module_id: ModuleId, team_id: TeamId, created_by: UserId) -> Self {
        Self { id, module_id, team_id, created_by, disabled: false, is_shared: false }
    }
}
