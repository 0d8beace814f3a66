//! `projects.*`.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::ids::{TeamId, WorkspaceId};
use crate::listing::{self, Paging, Rows, Section, Show, list_shape};
use crate::looks::{Looks, Sight};
use crate::method::{Area, Form, ListCall, Method, Read, Row, TaskRef, Wire, edit, info, read, write_row};
use crate::refusal::{Refusal, Violation};
use crate::reply::{Output, render_to};
use crate::request::{CALLED, Field, Kind, Shape, TEXT};
use crate::state::{INFERENCE, State};
use crate::tables::{Entity, Project, TableRow, Task};

/// A project on the wire.
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
                &[Field::optional(
                    "extraFields",
                    Kind::List(&TEXT),
                    "Accepted and ignored: all fields are shown.",
                )],
            ),
            edit::<Self>(
                "projects.editInfo",
                &[
                    Field::optional("name", CALLED, "Name, unique in its workspace."),
                    Field::optional("description", TEXT, "Description of the project."),
                    Field::optional("readme", TEXT, "Readme of the project."),
                    Field::optional(
                        "customData",
                        Kind::Map,
                        "Custom data of the user; replaces the previous data.",
                    ),
                    Field::optional("type", TEXT, "Type of the project."),
                    Field::optional("silent", Kind::Flag, "True to leave `updatedAt` unchanged."),
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
    const ABOUT: &'static str =
        "Lists the projects of a workspace or a team, with filtering, sorting and paging.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [project]}`";
    const SHAPE: Shape = Shape::List(&[
        Field::optional("workspaceId", Kind::Id, "Id of the workspace; alternative to `groupId`."),
        Field::optional("groupId", Kind::Id, "Id of the team; alternative to `workspaceId`."),
        Field::optional(
            "fields",
            Kind::List(&TEXT),
            "Fields to show in addition to `id`; `title` shows the name as `title` and as \
             `name`. All fields when empty.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Among(|state, payload| {
        let (workspace, team) = (payload.integer("workspaceId"), payload.integer("groupId"));
        let is_in = |task: &Task| workspace == Some(task.workspace_id.0) || team == Some(task.team_id.0);
        Sight::Tasks(state.leaving(INFERENCE, is_in))
    });
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

/// Writes a project as lists show it: whole, or only the requested fields.
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
