//! `projects.info` and `projects.editInfo`.

use serde::{Deserialize, Serialize};

use super::{Evidence, Method, Read, TaskRef, Write, choice, code, official, seen};
use crate::ids::{ProjectId, TeamId};
use crate::refusal::{Entity, Refusal};
use crate::reply::{Object, Output};
use crate::request::{Field, Kind, Shape, TEXT};
use crate::state::State;
use crate::tables::{Project, find};
use crate::world::Call;

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
    let workspace = find(&state.tables.workspaces, project.workspace_id)?;
    Ok(Output::json(&View { project, team_id: workspace.team_id }))
}

const ID: Field = Field::required("id", Kind::Id, "The project.");
const ANSWER: &str = "the project: `{id, name, description, size, readme, workspaceId, imagesCount, itemsCount, datasetsCount, createdAt, updatedAt, type, referenceImageUrl, customData, backupArchive, settings, importSettings, version, createdBy, teamId}`";

pub(super) enum Info {}

#[derive(Debug, Deserialize)]
pub(super) struct InfoRequest {
    id: ProjectId,
}

impl Method for Info {
    const NAME: &'static str = "projects.info";
    const ABOUT: &'static str = "Tells about one project.";
    const ANSWER: &'static str = ANSWER;
    const SHAPE: Shape = Shape::Object(&[
        ID,
        Field::optional("extraFields", Kind::List(&TEXT), "More fields to show; all are shown."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const EVIDENCE: &'static [Evidence] = &[
        code("set_output_project reads name and referenceImageUrl; import history is in customData."),
        seen("6.74.51 fails when referenceImageUrl is null or absent, so it is always text."),
        choice(90, "An unknown project is a 404, which the SDK turns into None."),
    ];
    type Request = InfoRequest;
    type Reply = Output;
}

impl Read for Info {
    fn run(state: &State, _: &Call, request: InfoRequest) -> Result<Output, Refusal> {
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
}

impl Method for EditInfo {
    const NAME: &'static str = "projects.editInfo";
    const ABOUT: &'static str = "Changes what is given of a project, and answers the whole.";
    const ANSWER: &'static str = ANSWER;
    const SHAPE: Shape = Shape::Object(&[
        ID,
        Field::optional("name", TEXT, "Its name, unique in its workspace."),
        Field::optional("description", TEXT, "Its description."),
        Field::optional("readme", TEXT, "Its readme."),
        Field::optional("customData", Kind::Map, "The user's own data; replaces what was there."),
        Field::optional("type", TEXT, "Its type."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const EVIDENCE: &'static [Evidence] = &[
        code("set_output_project writes import_history in customData when APP_CATEGORIES has import."),
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
        project.updated_at = state.now();
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
