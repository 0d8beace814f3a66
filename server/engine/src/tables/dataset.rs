//! Datasets: nested folders of a project.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::column::{Column, Key};
use super::defaults::{default_user, made_at};
use super::entity::{Archive, Counters, Entity, Link, Slot, counted};
use crate::ids::{DatasetId, ProjectId, UserId};
use crate::noun::Noun;
use crate::reply::Object;
use crate::time::Moment;

/// A dataset. The fields are declared in the order of `datasets.info`; replies add `teamId` and
/// `workspaceId`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dataset {
    /// Id of the dataset, unique in its world; 1 or more.
    pub id: DatasetId,
    /// Name, unique among the datasets with the same project and parent; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// Size in bytes of the dataset's own images; 0 when absent.
    #[serde(default)]
    pub size: u64,
    /// Id of the project.
    pub project_id: ProjectId,
    /// Number of images, without those of nested datasets; 0 when absent.
    #[serde(default)]
    pub images_count: u64,
    /// Number of items, without those of nested datasets; 0 when absent.
    #[serde(default)]
    pub items_count: u64,
    /// Time of creation; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// Time of the last change of the dataset or its content; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
    /// Address of the preview image; null when absent.
    #[serde(default)]
    pub reference_image_url: Option<String>,
    /// Id of the parent dataset, which must be in the same project; null, the top level of the project, when
    /// absent.
    #[serde(default)]
    pub parent_id: Option<DatasetId>,
    /// Id of the user who created the dataset; 16154 when absent.
    #[serde(default = "default_user")]
    pub created_by: UserId,
    /// Custom data of the user; `{}` when absent.
    #[serde(default)]
    pub custom_data: Object,
    /// Time of archiving; when absent, the dataset is not archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Moment>,
}

impl Dataset {
    /// Index of datasets by project and parent; the parent is 0 at the top level.
    pub(crate) const BY_PLACE: usize = Self::LINKS.len();

    fn place(&self) -> Slot {
        (self.project_id.0, self.parent_id.map_or(0, |parent| parent.0))
    }
}

impl Entity for Dataset {
    type Id = DatasetId;
    const NOUN: Noun = Noun::Dataset;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::id("id", |row| Key::id(row.id)),
        Column::optional_id("parentId", |row: &Self| row.parent_id.map_or(Key::Null, Key::id))
            .found_by(Self::BY_PLACE, place_of),
        Column::text("name", |row| Key::text(&row.name)),
        Column::text("description", |row| Key::text(&row.description)),
        Column::number("size", |row| Key::id(row.size)),
        Column::id("createdBy", |row| Key::id(row.created_by)),
        Column::number("imagesCount", |row| Key::id(row.images_count)),
        Column::moment("createdAt", |row| Key::moment(Some(row.created_at))),
        Column::moment("updatedAt", |row| Key::moment(Some(row.updated_at))),
    ];
    const LINKS: &'static [Link<Self>] = &[
        Link::parent("projectId", Noun::Project, |row| Some(row.project_id.0)),
        Link::parent("parentId", Noun::Dataset, |row| row.parent_id.map(|parent| parent.0)),
    ];
    const INDEXES: &'static [fn(&Self) -> Slot] = &[Self::place];

    fn id(&self) -> DatasetId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn title(&self) -> Option<(Slot, &str)> {
        Some((self.place(), &self.name))
    }

    fn archived_at(&self) -> Option<Moment> {
        self.archived_at
    }

    fn archive(&mut self, at: Moment) {
        self.archived_at = Some(at);
    }

    fn share(&self) -> Option<(Noun, u64, Counters)> {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let (images, items, bytes) = (self.images_count, self.items_count, self.size);
        let counters =
            Counters { rows: 1, images: number(images), items: number(items), bytes: number(bytes) };
        Some((Noun::Project, self.project_id.0, counters))
    }

    fn count(&mut self, by: Counters) {
        self.images_count = counted(self.images_count, by.images);
        self.items_count = counted(self.items_count, by.items);
        self.size = counted(self.size, by.bytes);
    }

    fn touch(&mut self, at: Moment) {
        self.updated_at = at;
    }
}

impl Archive for Dataset {}

fn place_of(parent: &Key) -> Option<u64> {
    match parent {
        // In the index 0 means "no parent"; on the wire it is not an id.
        Key::Number(id) => u64::try_from(*id).ok().filter(|id| *id > 0),
        Key::Null => Some(0),
        Key::Text(_) => None,
    }
}
