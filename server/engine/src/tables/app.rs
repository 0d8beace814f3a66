//! Ecosystem modules, and the apps that teams made from them.

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

/// An ecosystem module: a published program that teams add as an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Module {
    /// Id of the module, unique in its world; 1 or more.
    pub id: ModuleId,
    /// Slug, such as `supervisely-ecosystem/hello-world-app`; empty when absent.
    #[serde(default)]
    pub slug: String,
    /// Display name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Type of the module; `app` when absent.
    #[serde(rename = "type", default = "app")]
    pub kind: String,
    /// Configuration, including `categories`; `{}` when absent. Keys are spelled as in an app's `config.json`
    /// (`session_tags`) or as Supervisely shows them (`sessionTags`).
    #[serde(default)]
    pub config: Object,
    /// Readme as Markdown; empty when absent.
    #[serde(default)]
    pub readme: String,
    /// Address of the repository; empty when absent.
    #[serde(default)]
    pub repo: String,
    /// Address of the module's folder in the repository; empty when absent.
    #[serde(default)]
    pub repository_module_url: String,
    /// Metadata, including `releases`, newest first. Without `releases` the module has one release, `v1.0.0`.
    #[serde(default = "released", deserialize_with = "with_releases")]
    pub meta: Object,
    /// Files by path, each as text or as the hash of bytes under `blobs`. If `config.json` or `README.md` is
    /// absent, it is generated from `config` or `readme`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = {"pattern": PATH}))]
    pub files: BTreeMap<String, ModuleFile>,
    /// Time of creation; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// Time of the last change; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
    /// Answers of the apps made from this module; none when absent. A task's own `app` has precedence.
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
        let conflicts = config::conflicts(&self.config).map(|(file, shown)| {
            format!("config.{file} and config.{shown} are one key with different values")
        });
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

/// Pattern of a file's path: relative to the module's folder.
const PATH: &str = "^[^/]";

/// Default release: a module without a release cannot be started.
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
    /// Content as text.
    Text(String),
    /// Content stored under `blobs`.
    #[serde(deserialize_with = "plain::variant")]
    Stored(StoredFile),
}

/// Reference to bytes stored under `blobs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredFile {
    /// Base64 of the SHA-256 of the bytes.
    #[schemars(regex(pattern = HASH))]
    pub hash: String,
}

impl Module {
    /// Returns the categories in `config`, in lower case.
    pub(crate) fn categories(&self) -> Vec<String> {
        self.words("categories").into_iter().map(str::to_lowercase).collect()
    }

    /// Returns the texts in the array `name` of `config`, in either spelling of the key.
    pub(crate) fn words(&self, name: &str) -> Vec<&str> {
        texts(config::value(&self.config, name))
    }

    /// Returns the context menus of Supervisely that offer the module.
    pub(crate) fn targets(&self) -> Vec<&str> {
        texts(config::value(&self.config, "contextMenu").and_then(|menu| menu.get("target")))
    }

    /// Returns `config` as the wire shows it: with both spellings of each key, because releases of the SDK
    /// read either.
    pub(crate) fn shown_config(&self) -> Object {
        config::shown(&self.config)
    }

    /// Returns `config` with the spelling of an app's `config.json`.
    pub(crate) fn config_file(&self) -> Object {
        config::as_file(&self.config)
    }

    /// Returns the path that `config.files` assigns to `key`.
    pub(crate) fn path_of(&self, key: &str) -> Option<&str> {
        self.config.get("files")?.get(key)?.as_str()
    }

    /// Refuses a version that was never released. An empty version means the newest.
    pub(crate) fn check_version(&self, version: &str) -> Result<(), Refusal> {
        if version.is_empty() || self.versions().any(|known| known == version) {
            return Ok(());
        }
        Err(Refusal::missing(Noun::Module, format!("{} in version {version}", self.id)))
    }

    /// Returns the versions in `meta.releases`, newest first.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &str> {
        let releases = self.meta.get("releases").and_then(|releases| releases.as_array());
        releases.into_iter().flatten().filter_map(|release| release.get("version")?.as_str())
    }
}

fn texts(listed: Option<&Value>) -> Vec<&str> {
    listed.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A module that was added to a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct App {
    /// Id of the app, unique in its world; 1 or more.
    pub id: AppId,
    /// Id of the module that the app was made from.
    pub module_id: ModuleId,
    /// Id of the team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
    /// Id of the user who added the app; 16154 when absent.
    #[serde(default = "default_user")]
    pub created_by: UserId,
    /// True if lists show the app only on request; false when absent.
    #[serde(default)]
    pub disabled: bool,
    /// True if other teams can see and start the app; false when absent.
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
    /// Index of apps by module.
    pub(crate) const BY_MODULE: usize = 1;

    /// Creates an app as it is when a team has just added a module.
    pub(crate) fn new(id: AppId, module_id: ModuleId, team_id: TeamId, created_by: UserId) -> Self {
        Self { id, module_id, team_id, created_by, disabled: false, is_shared: false }
    }
}
