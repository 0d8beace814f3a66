//! Neural networks from before apps existed: plugins and models.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::column::{Column, Key};
use super::defaults::{default_team, default_user, default_workspace, made_at};
use super::entity::{Entity, Link, Slot};
use crate::ids::{ModelId, PluginId, TaskId, TeamId, UserId, WorkspaceId};
use crate::noun::Noun;
use crate::reply::Object;
use crate::time::Moment;

/// A plugin: the code that a train, inference or deploy task runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plugin {
    /// Id of the plugin, unique in its world; 1 or more.
    pub id: PluginId,
    /// Name; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Type of the plugin; `architecture` when absent.
    #[serde(rename = "type", default = "architecture")]
    pub kind: String,
    /// Version that runs when a request names none; `latest` when absent.
    #[serde(default = "latest")]
    pub default_version: String,
}

impl Entity for Plugin {
    type Id = PluginId;
    const NOUN: Noun = Noun::Plugin;
    const COLUMNS: &'static [Column<Self>] = &[];
    const LINKS: &'static [Link<Self>] = &[];

    fn id(&self) -> PluginId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }
}

fn architecture() -> String {
    "architecture".to_owned()
}

fn latest() -> String {
    "latest".to_owned()
}

/// A model. The fields are declared in the order of `models.info`; the SDK needs all 17 keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// Id of the model, unique in its world; 1 or more.
    pub id: ModelId,
    /// Name, unique in its workspace; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// Configuration; `{}` when absent.
    #[serde(default)]
    pub config: Object,
    /// Hash of the weights; empty when absent.
    #[serde(default)]
    pub hash: String,
    /// True if the model can only be trained further, not applied; false when absent.
    #[serde(default)]
    pub only_train: bool,
    /// Id of the plugin that runs the model.
    pub plugin_id: PluginId,
    /// Version of that plugin; `latest` when absent.
    #[serde(default = "latest")]
    pub plugin_version: String,
    /// Size in bytes, as text; `"0"` when absent.
    #[serde(default = "no_bytes")]
    pub size: String,
    /// Location of the weights; `uploaded` when absent.
    #[serde(default = "uploaded")]
    pub weights_location: String,
    /// Readme; empty when absent.
    #[serde(default)]
    pub readme: String,
    /// Id of the task that trained the model; null when absent.
    #[serde(default)]
    pub task_id: Option<TaskId>,
    /// Id of the user who created the model; 16154 when absent.
    #[serde(default = "default_user")]
    pub user_id: UserId,
    /// Id of the team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
    /// Id of the workspace; 23821 when absent.
    #[serde(default = "default_workspace")]
    pub workspace_id: WorkspaceId,
    /// Time of creation; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// Time of the last change; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
}

impl Entity for Model {
    type Id = ModelId;
    const NOUN: Noun = Noun::Model;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::id("id", |row| Key::id(row.id)),
        Column::text("name", |row| Key::text(&row.name)),
        Column::id("pluginId", |row| Key::id(row.plugin_id)),
        Column::optional_id("taskId", |row| row.task_id.map_or(Key::Null, Key::id)),
        Column::id("userId", |row| Key::id(row.user_id)),
        Column::moment("createdAt", |row| Key::moment(Some(row.created_at))),
        Column::moment("updatedAt", |row| Key::moment(Some(row.updated_at))),
    ];
    const LINKS: &'static [Link<Self>] = &[
        Link::parent("workspaceId", Noun::Workspace, |row| Some(row.workspace_id.0)),
        Link::reference("pluginId", Noun::Plugin, |row| Some(row.plugin_id.0)),
        Link::reference("teamId", Noun::Team, |row| Some(row.team_id.0)),
    ];

    fn id(&self) -> ModelId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn title(&self) -> Option<(Slot, &str)> {
        Some(((self.workspace_id.0, 0), &self.name))
    }
}

fn no_bytes() -> String {
    "0".to_owned()
}

/// Location of weights that the server holds.
pub(crate) fn uploaded() -> String {
    "uploaded".to_owned()
}
