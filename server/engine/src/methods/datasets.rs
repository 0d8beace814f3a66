//! `datasets.*`: the parts of projects.

use schemars::JsonSchema;
use serde::Serialize;

use crate::ids::{DatasetId, ProjectId, TeamId, UserId, WorkspaceId};
use crate::method::{Area, Form, Row, Wire, add, archive, edit, info, list_within};
use crate::refusal::Refusal;
use crate::reply::Object;
use crate::request::{Field, Kind, Need, TEXT};
use crate::state::State;
use crate::tables::Dataset;
use crate::time::Moment;

/// A dataset on the wire.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DatasetView<'a> {
    id: DatasetId,
    name: &'a str,
    description: &'a str,
    size: String,
    project_id: ProjectId,
    images_count: u64,
    items_count: u64,
    created_at: Moment,
    updated_at: Moment,
    reference_image_url: Option<&'a str>,
    team_id: TeamId,
    workspace_id: WorkspaceId,
    parent_id: Option<DatasetId>,
    created_by: UserId,
    /// Lists show it only on request: old releases of the SDK put rows into sets, and a row with a dict is
    /// not hashable.
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_data: Option<&'a Object>,
}

impl Wire for Dataset {
    type View<'a> = DatasetView<'a>;

    fn view<'a>(&'a self, state: &'a State, form: Form) -> Result<DatasetView<'a>, Refusal> {
        let workspace = state.tables.projects.find(self.project_id)?.workspace_id;
        Ok(DatasetView {
            id: self.id,
            name: &self.name,
            description: &self.description,
            size: self.size.to_string(),
            project_id: self.project_id,
            images_count: self.images_count,
            items_count: self.items_count,
            created_at: self.created_at,
            updated_at: self.updated_at,
            reference_image_url: self.reference_image_url.as_deref(),
            team_id: state.tables.workspaces.find(workspace)?.team_id,
            workspace_id: workspace,
            parent_id: self.parent_id,
            created_by: self.created_by,
            custom_data: (form == Form::Info).then_some(&self.custom_data),
        })
    }
}

const NAME: Field = Field::required(
    "name",
    Kind::Name { max: 255 },
    "Name, unique among the datasets with the same project and parent.",
);
const DESCRIPTION: Field = Field::optional("description", TEXT, "Description of the dataset.");
const CUSTOM_DATA: Field =
    Field::optional("customData", Kind::Map, "Custom data of the user; replaces the previous data.");

impl Area for Dataset {
    fn methods() -> Vec<Row> {
        vec![
            info::<Self>("datasets.info", &[]),
            list_within::<Self>(
                "datasets.list",
                &[
                    Field::optional("recursive", Kind::Flag, "True to include nested datasets."),
                    Field::optional(
                        "extraFields",
                        Kind::List(&TEXT),
                        "Additional fields: `customData` adds the user's data.",
                    ),
                ],
                |args, project| (!args.flag("recursive")).then_some((Self::BY_PLACE, (project, 0))),
            ),
            add::<Self>(
                "datasets.add",
                &[
                    Field::required("projectId", Kind::Id, "Id of the project."),
                    NAME,
                    DESCRIPTION,
                    Field::optional(
                        "parentId",
                        Kind::Id,
                        "Id of the parent dataset; the top level of the project when absent.",
                    ),
                    CUSTOM_DATA,
                ],
            ),
            edit::<Self>(
                "datasets.editInfo",
                &[Field { need: Need::Optional, ..NAME }, DESCRIPTION, CUSTOM_DATA],
            ),
            archive::<Self>("datasets.archive"),
            archive::<Self>("datasets.remove"),
        ]
    }
}
