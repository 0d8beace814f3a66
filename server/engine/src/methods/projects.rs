//! `projects.*`.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::ids::{TeamId, WorkspaceId};
use crate::listing::{self, Paging, Rows, Section, Show, list_shape};
use crate::looks::{Looks, Sight};
use crate::method::{
    Area, Evidence, Form, ListCall, Method, Read, Row, TaskRef, Wire, choice, code, edit, info, official,
    read, seen, write_row,
};
use crate::refusal::{Refusal, Violation};
use crate::reply::{Output, render_to};
use crate::request::{CALLED, Field, Kind, Shape, TEXT};
use crate::state::{INFERENCE, State};
use crate::tables::{Entity, Project, TableRow, Task};

/// A project as the wire shows it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ProjectView<'a> {
    #[serde(flatten)]
    project: Cow<'a, Project>,
    #[serde(rename = "teamId")]
    team_id: TeamId,
}

impl Wire for Project {
    type View<'a> = ProjectView<'a>;

    fn view<'a>(&'a self, state: &'a State, _: Form) -> Result<ProjectView<'a>, Refusal> {
        Ok(ProjectView {
            project: Cow::Borrowed(self),
            team_id: state.tables.workspaces.find(self.workspace_id)?.team_id,
        })
    }
}

impl Area for Project {
    fn methods() -> Vec<Row> {
        vec![
            info::<Self>(
                "projects.info",
                &[Field::optional("extraFields", Kind::List(&TEXT), "More fields to show; all are shown.")],
                &[
                    code(
                        "set_output_project reads name and referenceImageUrl; import history is in customData.",
                    ),
                    seen("6.74.51 fails when referenceImageUrl is null or absent, so it is always text."),
                    choice(90, "An unknown project is a 404, which the SDK turns into None."),
                ],
            ),
            edit::<Self>(
                "projects.editInfo",
                &[
                    Field::optional("name", CALLED, "Its name, unique in its workspace."),
                    Field::optional("description", TEXT, "Its description."),
                    Field::optional("readme", TEXT, "Its readme."),
                    Field::optional("customData", Kind::Map, "The user's own data; replaces what was there."),
                    Field::optional("type", TEXT, "Its type."),
                    Field::optional("silent", Kind::Flag, "Whether `updatedAt` stays as it is."),
                ],
                &[
                    code(
                        "set_output_project writes import_history in customData when APP_CATEGORIES has import.",
                    ),
                    code("update_custom_data sends silent, which leaves updatedAt alone."),
                    official("A name that is taken is a 400 with details of type NONUNIQUE."),
                    choice(90, "An unknown project is a 404."),
                ],
            ),
            read::<List>(),
        ]
    }
}

pub(super) enum List {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    workspace_id: Option<WorkspaceId>,
    group_id: Option<TeamId>,
    #[serde(default)]
    fields: Vec<String>,
}

impl Method for List {
    const NAME: &'static str = "projects.list";
    const ABOUT: &'static str = "Lists a workspace's or a team's projects, filtered, ordered and in pages.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [project]}`";
    const SHAPE: Shape = Shape::List(&[
        Field::optional("workspaceId", Kind::Id, "The workspace; or give a team."),
        Field::optional("groupId", Kind::Id, "The team; or give a workspace."),
        Field::optional(
            "fields",
            Kind::List(&TEXT),
            "The only fields to show beside `id`; `title` stands for `name`. All when empty.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Among(|state, payload| {
        let (workspace, team) = (payload.integer("workspaceId"), payload.integer("groupId"));
        let is_in = |task: &Task| workspace == Some(task.workspace_id.0) || team == Some(task.team_id.0);
        Sight::Tasks(state.leaving(INFERENCE, is_in))
    });
    const EVIDENCE: &'static [Evidence] = &[
        code("ProjectApi.get_list sends workspaceId or groupId, filter, and in new releases fields."),
        code("get_info_by_name filters by name, and by type when asked to."),
        choice(50, "A workspace or team that does not exist is a 404."),
        choice(40, "A field that is asked for and not known is left out."),
    ];
    type Request = ListCall<ListRequest>;
    type Reply = Output;

    fn shape() -> Shape {
        list_shape(Self::SHAPE.fields(), Project::COLUMNS)
    }
}

impl Read for List {
    fn run(state: &State, _: &Call, request: ListCall<ListRequest>) -> Result<Output, Refusal> {
        let ListCall { own, paging } = request;
        match (own.workspace_id, own.group_id) {
            (Some(id), None) => in_workspace(state, id, &own.fields, &paging),
            (None, Some(id)) => in_team(state, id, &own.fields, &paging),
            _ => {
                let rest = "must contain exactly one of [workspaceId, groupId]";
                Err(Refusal::invalid(Violation::new(&[], "object.xor", rest)))
            }
        }
    }
}

fn in_workspace(
    state: &State,
    id: WorkspaceId,
    fields: &[String],
    paging: &Paging,
) -> Result<Output, Refusal> {
    state.tables.workspaces.find(id)?;
    let part = Section { table: &state.tables.projects, parent: id.0, within: None, wanted: None };
    let whole =
        |row: &TableRow<Project>, bytes: &mut Vec<u8>| write_row::<Project>(state, row, Form::Listed, bytes);
    let some = |row: &TableRow<Project>, bytes: &mut Vec<u8>| write_fields(state, row, fields, bytes);
    let show = if fields.is_empty() { Show::Kept(&whole) } else { Show::Own(&some) };
    listing::page_of_part(&part, paging, &state.limits, &show)
}

fn in_team(state: &State, id: TeamId, fields: &[String], paging: &Paging) -> Result<Output, Refusal> {
    state.tables.teams.find(id)?;
    let workspaces = state.tables.workspaces.rows_of(0, id);
    let mut projects: Vec<&Project> =
        workspaces.flat_map(|workspace| state.tables.projects.rows_of(0, workspace.id)).collect();
    projects.sort_by_key(|project| project.id);
    let nth = |index: usize| projects[index];
    let fragment = |project: &Project| {
        let mut bytes = Vec::new();
        write_fields(state, project, fields, &mut bytes);
        bytes.into()
    };
    let source = Rows { len: projects.len(), nth: &nth, columns: Project::COLUMNS, fragment: &fragment };
    listing::page(&source, paging, &state.limits)
}

/// A project as lists show it: whole, or the fields that were asked for.
fn write_fields(state: &State, project: &Project, fields: &[String], bytes: &mut Vec<u8>) {
    if fields.is_empty() {
        return write_row(state, project, Form::Listed, bytes);
    }
    let mut whole = Vec::new();
    write_row(state, project, Form::Listed, &mut whole);
    let mut object: serde_json::Value = serde_json::from_slice(&whole).unwrap_or_default();
    if let Some(object) = object.as_object_mut() {
        let team = object.get("teamId").cloned().unwrap_or_default();
        object.insert("title".into(), project.name.as_str().into());
        object.insert("groupId".into(), team);
        let with_title = fields.iter().any(|field| field == "title");
        let asked =
            |key: &str| key == "id" || (key == "name" && with_title) || fields.iter().any(|f| f == key);
        object.retain(|key, _| asked(key));
    }
    render_to(&object, bytes);
}
