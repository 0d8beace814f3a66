//! What a task can run: ecosystem modules, and the apps that teams made of them.

use std::sync::OnceLock;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{default_team, made_at};
use crate::ids::{AppId, ModuleId, TeamId};
use crate::reply::Object;
use crate::time::Moment;

/// An ecosystem module. The declared order is that of `ecosystem.info` on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
        let listed = self.config.get("categories").and_then(|listed| listed.as_array());
        let words = listed.into_iter().flatten().filter_map(|word| word.as_str());
        words.map(str::to_lowercase).collect()
    }

    /// The versions in `meta.releases`.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &str> {
        let releases = self.meta.get("releases").and_then(|releases| releases.as_array());
        releases.into_iter().flatten().filter_map(|release| release.get("version")?.as_str())
    }
}

/// A module as added to a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// The module it was made of.
    pub module_id: ModuleId,
    /// Its team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
}
