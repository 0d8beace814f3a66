//! Projects, as far as tasks use them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::column::{Column, Key};
use super::defaults::{default_user, default_workspace, made_at};
use super::entity::{Counters, Entity, Link, Slot, counted};
use crate::ids::{ProjectId, UserId, WorkspaceId};
use crate::noun::Noun;
use crate::reply::Object;
use crate::time::Moment;

/// A project. The fields are declared in the order of `projects.info`; replies add `teamId`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Project {
    /// Id of the project, unique in its world; 1 or more.
    pub id: ProjectId,
    /// Name, unique in its workspace; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// Size in bytes, as text; `"0"` when absent.
    #[serde(default = "no_bytes")]
    pub size: String,
    /// Readme; empty when absent.
    #[serde(default)]
    pub readme: String,
    /// Id of the workspace; 23821 when absent.
    #[serde(default = "default_workspace")]
    pub workspace_id: WorkspaceId,
    /// Number of images, including those of all datasets; 0 when absent.
    #[serde(default)]
    pub images_count: u64,
    /// Number of items, including those of all datasets; 0 when absent.
    #[serde(default)]
    pub items_count: u64,
    /// Number of datasets, including nested ones; 0 when absent.
    #[serde(default)]
    pub datasets_count: u64,
    /// Time of creation; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// Time of the last change of the project or its datasets; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
    /// Type of the project; `images` when absent.
    #[serde(rename = "type", default = "images")]
    pub kind: String,
    /// Address of the preview image; `/preview.png` when absent. Never null, because SDK 6.74.51 fails on
    /// null.
    #[serde(default = "preview")]
    pub reference_image_url: String,
    /// Custom data of the user; `{}` when absent.
    #[serde(default)]
    pub custom_data: Object,
    /// Location of the backup; `{}` when absent.
    #[serde(default)]
    pub backup_archive: Object,
    /// Settings; `{}` when absent.
    #[serde(default)]
    pub settings: Object,
    /// Settings with which the items were imported; `{}` when absent.
    #[serde(default)]
    pub import_settings: Object,
    /// Version of the project; null when absent.
    #[serde(default)]
    pub version: Value,
    /// Id of the user who created the project; 16154 when absent.
    #[serde(default = "default_user")]
    pub created_by: UserId,
}

impl Entity for Project {
    type Id = ProjectId;
    const NOUN: Noun = Noun::Project;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::id("id", |row| Key::id(row.id)),
        Column::text("name", |row| Key::text(&row.name)),
        Column::text("type", |row| Key::text(&row.kind)),
        Column::moment("createdAt", |row| Key::moment(Some(row.created_at))),
        Column::moment("updatedAt", |row| Key::moment(Some(row.updated_at))),
    ];
    const LINKS: &'static [Link<Self>] =
        &[Link::parent("workspaceId", Noun::Workspace, |row| Some(row.workspace_id.0))];

    fn id(&self) -> ProjectId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn title(&self) -> Option<(Slot, &str)> {
        Some(((self.workspace_id.0, 0), &self.name))
    }

    fn count(&mut self, by: Counters) {
        self.datasets_count = counted(self.datasets_count, by.rows);
        self.images_count = counted(self.images_count, by.images);
        self.items_count = counted(self.items_count, by.items);
        if by.bytes != 0 {
            self.size = counted(self.size.parse().unwrap_or(0), by.bytes).to_string();
        }
    }

    fn touch(&mut self, at: Moment) {
        self.updated_at = at;
    }
}

impl Project {
    /// Returns a copy with all counters at 0.
    pub(crate) fn emptied(&self) -> Self {
        Self { size: no_bytes(), images_count: 0, items_count: 0, datasets_count: 0, ..self.clone() }
    }
}

fn no_bytes() -> String {
    "0".to_owned()
}

fn images() -> String {
    "images".to_owned()
}

fn preview() -> String {
    "/preview.png".to_owned()
}
