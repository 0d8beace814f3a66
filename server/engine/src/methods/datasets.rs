//! `datasets.*`: the parts of projects.

use schemars::JsonSchema;
use serde::Serialize;

use crate::ids::{DatasetId, ProjectId, TeamId, UserId, WorkspaceId};
use crate::method::{
    Area, Form, Row, Wire, add, archive, choice, code, digest, edit, info, list_within, seen,
};
use crate::refusal::Refusal;
use crate::reply::Object;
use crate::request::{Field, Kind, Need, TEXT};
use crate::state::State;
use crate::tables::Dataset;
use crate::time::Moment;

/// A dataset as the wire shows it.
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
    /// Lists show it only when they are asked to: old releases of the SDK put their rows into sets.
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
    "Its name, unique among those that lie in the same place.",
);
const DESCRIPTION: Field = Field::optional("description", TEXT, "Its description.");
const CUSTOM_DATA: Field =
    Field::optional("customData", Kind::Map, "The user's own data; replaces what was there.");

impl Area for Dataset {
    fn methods() -> Vec<Row> {
        vec![
            info::<Self>(
                "datasets.info",
                &[],
                &[
                    code("DatasetApi.get_info_by_id reads these keys; a 404 becomes None."),
                    choice(90, "An unknown or archived dataset is a 404."),
                ],
            ),
            list_within::<Self>(
                "datasets.list",
                &[
                    Field::optional("recursive", Kind::Flag, "Whether datasets in datasets are listed, too."),
                    Field::optional("extraFields", Kind::List(&TEXT), "`customData`: whether to show it."),
                ],
                |args, project| (!args.flag("recursive")).then_some((Self::BY_PLACE, (project, 0))),
                &[
                    code(
                        "The SDK filters by name and, with recursive, by parentId: the datasets in that one.",
                    ),
                    seen("customData in a plain listing makes get_tree fail, so it is shown when asked for."),
                    digest("The columns to order and to filter by."),
                    choice(70, "An unknown project is a 404."),
                ],
            ),
            add::<Self>(
                "datasets.add",
                &[
                    Field::required("projectId", Kind::Id, "The project."),
                    NAME,
                    DESCRIPTION,
                    Field::optional(
                        "parentId",
                        Kind::Id,
                        "The dataset that it lies in; the project itself when absent.",
                    ),
                    CUSTOM_DATA,
                ],
                &[
                    code(
                        "DatasetApi.create sends these; new releases always send parentId, null among others.",
                    ),
                    code("A name that is taken in the same place is a 400 with details of type NONUNIQUE."),
                    choice(60, "A parent in another project is a 404."),
                    choice(80, "The project's datasetsCount and updatedAt follow."),
                ],
            ),
            edit::<Self>(
                "datasets.editInfo",
                &[Field { need: Need::Optional, ..NAME }, DESCRIPTION, CUSTOM_DATA],
                &[
                    code("DatasetApi.update sends name and description, update_custom_data customData."),
                    choice(90, "An unknown or archived dataset is a 404."),
                ],
            ),
            archive::<Self>(
                "datasets.archive",
                &[
                    code("New releases send it for DatasetApi.remove."),
                    choice(
                        80,
                        "Datasets in it are archived with it; what it held is counted in the project no more.",
                    ),
                    choice(70, "Its name is free then, and datasets.info a 404."),
                ],
            ),
            archive::<Self>("datasets.remove", &[code("Old releases send it for DatasetApi.remove.")]),
        ]
    }
}
