//! What a task can run: ecosystem modules, and the apps that teams made of them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::column::{Column, Key};
use super::config;
use super::defaults::{default_team, default_user, made_at};
use super::entity::{Entity, Link};
use super::file::HASH;
use super::replies::AppReplies;
use crate::ids::{AppId, ModuleId, TeamId, UserId};
use crate::names;
use crate::noun::Noun;
use crate::plain;
use crate::refusal::Refusal;
use crate::reply::Object;
use crate::time::Moment;

/// An ecosystem module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Its configuration, `categories` among it; `{}` when absent. Keys are spelled as in an app's
    /// `config.json`, such as `session_tags`, or as the platform shows them, such as `sessionTags`.
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
    /// `releases` among others, newest first; one release, `v1.0.0`, when absent.
    #[serde(default = "released", deserialize_with = "with_releases")]
    pub meta: Object,
    /// Its files by path, as text or by the hash of bytes that stand under `blobs`; `config.json` and `README.md`
    /// are made of `config` and `readme` when absent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = {"pattern": PATH}))]
    pub files: BTreeMap<String, ModuleFile>,
    /// When it was made; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// When it was last changed; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
    /// Who answers requests to the apps made of it; nobody but each task's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppReplies>,
}

impl Entity for Module {
    type Id = ModuleId;
    const NOUN: Noun = Noun::Module;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::id("id", |row| Key::id(row.id)),
        Column::text("slug", |row| Key::text(&row.slug)),
        Column::text("name", |row| Key::text(&row.name)),
        Column::text("type", |row| Key::text(&row.kind)),
    ];
    const LINKS: &'static [Link<Self>] = &[];

    fn id(&self) -> ModuleId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.slug, &self.name]
    }

    fn problems(&self) -> Vec<String> {
        let conflicts = config::conflicts(&self.config)
            .map(|(file, shown)| format!("config.{file} and config.{shown} are one key and differ"));
        let paths = self
            .files
            .keys()
            .filter(|path| path.is_empty() || path.starts_with('/') || names::wrong(path).is_some());
        let paths = paths.map(|path| format!("files: {path:?} is not a path within the module"));
        conflicts.chain(paths).map(|problem| format!("module {}: {problem}", self.id)).collect()
    }
}

fn app() -> String {
    "app".to_owned()
}

/// What a path of a module's file looks like: it begins at the module's folder.
const PATH: &str = "^[^/]";

/// A module that was published once: without a release nobody can start it.
fn released() -> Object {
    let first = json!([{"version": "v1.0.0", "name": "first"}]);
    [("releases".to_owned(), first)].into_iter().collect()
}

fn with_releases<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
    let mut meta = Object::deserialize(deserializer)?;
    for (key, releases) in released() {
        meta.entry(key).or_insert(releases);
    }
    Ok(meta)
}

/// A file of a module: its text, or the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a file is its text, or an object with its hash")]
pub enum ModuleFile {
    /// Its text.
    Text(String),
    /// Bytes that are stored.
    #[serde(deserialize_with = "plain::variant")]
    Stored(StoredFile),
}

/// Bytes that stand under `blobs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredFile {
    /// Their hash.
    #[schemars(regex(pattern = HASH))]
    pub hash: String,
}

impl Module {
    /// The categories in `config`, lower case.
    pub(crate) fn categories(&self) -> Vec<String> {
        self.words("categories").into_iter().map(str::to_lowercase).collect()
    }

    /// The texts in the array `name` of `config`, in either spelling.
    pub(crate) fn words(&self, name: &str) -> Vec<&str> {
        texts(config::value(&self.config, name))
    }

    /// The places of the platform whose context menu offers it.
    pub(crate) fn targets(&self) -> Vec<&str> {
        texts(config::value(&self.config, "contextMenu").and_then(|menu| menu.get("target")))
    }

    /// `config` as the wire shows it: with both spellings of each key, for releases of the SDK read either.
    pub(crate) fn shown_config(&self) -> Object {
        config::shown(&self.config)
    }

    /// `config` as the app's own `config.json` has it.
    pub(crate) fn config_file(&self) -> Object {
        config::as_file(&self.config)
    }

    /// The path of the file that `config.files` names `key`.
    pub(crate) fn path_of(&self, key: &str) -> Option<&str> {
        self.config.get("files")?.get(key)?.as_str()
    }

    /// Refuses a version that was never released. An empty one means the newest.
    pub(crate) fn check_version(&self, version: &str) -> Result<(), Refusal> {
        if version.is_empty() || self.versions().any(|known| known == version) {
            return Ok(());
        }
        Err(Refusal::missing(Noun::Module, format!("{} in version {version}", self.id)))
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

impl Entity for App {
    type Id = AppId;
    const NOUN: Noun = Noun::App;
    const COLUMNS: &'static [Column<Self>] = &[];
    const LINKS: &'static [Link<Self>] = &[
        Link::parent("teamId", Noun::Team, |row| Some(row.team_id.0)),
        Link::reference("moduleId", Noun::Module, |row| Some(row.module_id.0)),
    ];

    fn id(&self) -> AppId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl App {
    /// The index of apps by their module.
    pub(crate) const BY_MODULE: usize = 1;

    /// A module as just added to a team.
    pub(crate) fn new(id: AppId, module_id: ModuleId, team_id: TeamId, created_by: UserId) -> Self {
        Self { id, module_id, team_id, created_by, disabled: false, is_shared: false }
    }
}
