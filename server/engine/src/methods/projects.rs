//! `projects.*`, as far as tasks touch projects.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{ById, Evidence, Looks, Method, Read, TaskRef, Write, choice, code, official, seen};
use crate::call::Call;
use crate::ids::{ProjectId, TeamId, WorkspaceId};
use crate::listing::{self, Column, Key, Paging, Source, list_shape};
use crate::looks::Sight;
use crate::refusal::{Entity, Refusal, Violation};
use crate::reply::{Object, Output, render};
use crate::request::{CALLED, Field, Kind, Shape, TEXT};
use crate::state::INFERENCE;
use crate::state::State;
use crate::tables::{Project, Task, find};

/// A project as the wire shows it.
#[derive(Serialize)]
struct View<'a> {
    #[serde(flatten)]
    project: &'a Project,
    #[serde(rename = "teamId")]
    team_id: TeamId,
}

fn view(state: &State, id: ProjectId) -> Result<Output, Refusal> {
    let project = find(&state.tables.projects, id)?;
    Ok(Output::json(&View { project, team_id: team_of(state, project)? }))
}

fn team_of(state: &State, project: &Project) -> Result<TeamId, Refusal> {
    Ok(find(&state.tables.workspaces, project.workspace_id)?.team_id)
}

const ID: Field = Field::required("id", Kind::Id, "The project.");
const ANSWER: &str = "the project: `{id, name, description, size, readme, workspaceId, imagesCount, itemsCount, datasetsCount, createdAt, updatedAt, type, referenceImageUrl, customData, backupArchive, settings, importSettings, version, createdBy, teamId}`";

pub(super) enum Info {}

impl Method for Info {
    const NAME: &'static str = "projects.info";
    const ABOUT: &'static str = "Tells about one project.";
    const ANSWER: &'static str = ANSWER;
    const SHAPE: Shape = Shape::Object(&[
        ID,
        Field::optional("extraFields", Kind::List(&TEXT), "More fields to show; all are shown."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("set_output_project reads name and referenceImageUrl; import history is in customData."),
        seen("6.74.51 fails when referenceImageUrl is null or absent, so it is always text."),
        choice(90, "An unknown project is a 404, which the SDK turns into None."),
    ];
    type Request = ById<ProjectId>;
    type Reply = Output;
}

impl Read for Info {
    fn run(state: &State, _: &Call, request: ById<ProjectId>) -> Result<Output, Refusal> {
        view(state, request.id)
    }
}

pub(super) enum EditInfo {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EditRequest {
    id: ProjectId,
    name: Option<String>,
    description: Option<String>,
    readme: Option<String>,
    custom_data: Option<Object>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    silent: bool,
}

impl Method for EditInfo {
    const NAME: &'static str = "projects.editInfo";
    const ABOUT: &'static str = "Changes what is given of a project, and answers the whole.";
    const ANSWER: &'static str = ANSWER;
    const SHAPE: Shape = Shape::Object(&[
        ID,
        Field::optional("name", CALLED, "Its name, unique in its workspace."),
        Field::optional("description", TEXT, "Its description."),
        Field::optional("readme", TEXT, "Its readme."),
        Field::optional("customData", Kind::Map, "The user's own data; replaces what was there."),
        Field::optional("type", TEXT, "Its type."),
        Field::optional("silent", Kind::Flag, "Whether `updatedAt` stays as it is."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("set_output_project writes import_history in customData when APP_CATEGORIES has import."),
        code("update_custom_data sends silent, which leaves updatedAt alone."),
        official("A name that is taken is a 400 with details of type NONUNIQUE."),
        choice(90, "An unknown project is a 404."),
    ];
    type Request = EditRequest;
    type Reply = Output;
}

impl Write for EditInfo {
    fn run(state: &mut State, _: &Call, request: EditRequest) -> Result<Output, Refusal> {
        let old = find(&state.tables.projects, request.id)?;
        if let Some(name) = &request.name {
            refuse_taken(state, old, name)?;
        }
        let mut project = Project::clone(old);
        let set = |place: &mut String, value: Option<String>| *place = value.unwrap_or(std::mem::take(place));
        set(&mut project.name, request.name);
        set(&mut project.description, request.description);
        set(&mut project.readme, request.readme);
        set(&mut project.kind, request.kind);
        project.custom_data = request.custom_data.unwrap_or(project.custom_data);
        if !request.silent {
            project.updated_at = state.now();
        }
        state.tables.projects.insert(request.id, project.into());
        view(state, request.id)
    }
}

fn refuse_taken(state: &State, project: &Project, name: &str) -> Result<(), Refusal> {
    let taken = |(_, other): &(&ProjectId, &std::sync::Arc<Project>)| {
        other.name == name && other.workspace_id == project.workspace_id && other.id != project.id
    };
    match state.tables.projects.iter().find(taken) {
        None => Ok(()),
        Some((id, _)) => Err(Refusal::NotUnique { entity: Entity::Project, name: name.to_owned(), id: id.0 }),
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
    #[serde(flatten)]
    paging: Paging,
}

const COLUMNS: &[Column<Project>] = &[
    Column { name: "id", filters: true, sorts: true, key: |project| Key::id(project.id) },
    Column { name: "name", filters: true, sorts: true, key: |project| Key::text(&project.name) },
    Column { name: "type", filters: true, sorts: true, key: |project| Key::text(&project.kind) },
    Column { name: "createdAt", filters: false, sorts: true, key: |row| Key::moment(Some(row.created_at)) },
    Column { name: "updatedAt", filters: false, sorts: true, key: |row| Key::moment(Some(row.updated_at)) },
];

impl Method for List {
    const NAME: &'static str = "projects.list";
    const ABOUT: &'static str = "Lists a workspace's or a team's projects, filtered, ordered and in pages.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [project]}`";
    const SHAPE: Shape = list_shape!(
        filters: &["id", "name", "type"],
        sorts: &["id", "name", "type", "createdAt", "updatedAt"],
        Field::optional("workspaceId", Kind::Id, "The workspace; or give a team."),
        Field::optional("groupId", Kind::Id, "The team; or give a workspace."),
        Field::optional(
            "fields",
            Kind::List(&TEXT),
            "The only fields to show beside `id`; `title` stands for `name`. All when empty.",
        ),
    );
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
    type Request = ListRequest;
    type Reply = Output;
}

impl Read for List {
    fn run(state: &State, _: &Call, request: ListRequest) -> Result<Output, Refusal> {
        let is_in: Box<dyn Fn(&Project) -> bool> = match (request.workspace_id, request.group_id) {
            (Some(id), None) => {
                find(&state.tables.workspaces, id)?;
                Box::new(move |project| project.workspace_id == id)
            }
            (None, Some(id)) => {
                find(&state.tables.teams, id)?;
                Box::new(move |project| team_of(state, project).is_ok_and(|team| team == id))
            }
            _ => {
                let rest = "must contain exactly one of [workspaceId, groupId]";
                return Err(Refusal::invalid(Violation::new(&[], "object.xor", rest)));
            }
        };
        let projects = state.tables.projects.values().map(AsRef::as_ref);
        let projects: Vec<&Project> = projects.filter(|project| is_in(project)).collect();
        let nth = |index: usize| projects[index];
        let fragment = |project: &Project| listed(state, project, &request.fields);
        let source = Source { len: projects.len(), nth: &nth, columns: COLUMNS, fragment: &fragment };
        listing::page(&source, &request.paging, &state.limits)
    }
}

/// A project as lists show it: whole, or the fields that were asked for.
fn listed(state: &State, project: &Project, fields: &[String]) -> Bytes {
    let whole = View { project, team_id: team_of(state, project).unwrap_or(TeamId(0)) };
    if fields.is_empty() {
        return render(&whole);
    }
    let mut object = serde_json::to_value(&whole).unwrap_or_default();
    if let Some(object) = object.as_object_mut() {
        object.insert("title".into(), project.name.as_str().into());
        object.insert("groupId".into(), whole.team_id.0.into());
        let with_title = fields.iter().any(|field| field == "title");
        let asked =
            |key: &str| key == "id" || (key == "name" && with_title) || fields.iter().any(|f| f == key);
        object.retain(|key, _| asked(key));
    }
    render(&object)
}
