//! `teams.*` and `workspaces.*`: where tasks are.

use serde::Deserialize;

use super::{ById, Evidence, Looks, Method, Read, TaskRef, choice, code, seen};
use crate::call::Call;
use crate::ids::{TeamId, WorkspaceId};
use crate::listing::{self, Column, Key, Paging, list_shape};
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::request::{Field, Kind, Shape};
use crate::state::State;
use crate::tables::{Team, Workspace, find};

pub(super) enum TeamInfo {}

impl Method for TeamInfo {
    const NAME: &'static str = "teams.info";
    const ABOUT: &'static str = "Tells about one team.";
    const ANSWER: &'static str = "`{id, name, description, role, createdAt, updatedAt, usage}`";
    const SHAPE: Shape = Shape::Object(&[Field::required("id", Kind::Id, "The team.")]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("TeamApi.get_info_by_id reads these keys, plan in usage; a 404 becomes None."),
        seen("6.73.200 fails on a usage without plan."),
        choice(90, "An unknown team is a 404."),
    ];
    type Request = ById<TeamId>;
    type Reply = Output;
}

impl Read for TeamInfo {
    fn run(state: &State, _: &Call, request: ById<TeamId>) -> Result<Output, Refusal> {
        Ok(Output::json(find(&state.tables.teams, request.id)?.as_ref()))
    }
}

pub(super) enum TeamList {}

#[derive(Debug, Deserialize)]
pub(super) struct TeamListRequest {
    #[serde(flatten)]
    paging: Paging,
}

const TEAM_COLUMNS: &[Column<Team>] = &[
    Column { name: "id", filters: true, sorts: true, key: |team| Key::id(team.id) },
    Column { name: "name", filters: true, sorts: true, key: |team| Key::text(&team.name) },
];

impl Method for TeamList {
    const NAME: &'static str = "teams.list";
    const ABOUT: &'static str = "Lists teams, filtered, ordered and in pages.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [team]}`";
    const SHAPE: Shape = list_shape!(filters: &["id", "name"], sorts: &["id", "name"],);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] =
        &[code("TeamApi.get_list sends filter; get_info_by_name filters by name.")];
    type Request = TeamListRequest;
    type Reply = Output;
}

impl Read for TeamList {
    fn run(state: &State, _: &Call, request: TeamListRequest) -> Result<Output, Refusal> {
        let teams: Vec<&Team> = state.tables.teams.values().map(AsRef::as_ref).collect();
        listing::page_of(&teams, TEAM_COLUMNS, &request.paging, &state.limits)
    }
}

pub(super) enum WorkspaceInfo {}

impl Method for WorkspaceInfo {
    const NAME: &'static str = "workspaces.info";
    const ABOUT: &'static str = "Tells about one workspace.";
    const ANSWER: &'static str = "`{id, name, description, teamId, createdAt, updatedAt}`";
    const SHAPE: Shape = Shape::Object(&[Field::required("id", Kind::Id, "The workspace.")]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("The SDK needs these six keys; a 404 becomes None."),
        choice(90, "An unknown workspace is a 404."),
    ];
    type Request = ById<WorkspaceId>;
    type Reply = Output;
}

impl Read for WorkspaceInfo {
    fn run(state: &State, _: &Call, request: ById<WorkspaceId>) -> Result<Output, Refusal> {
        Ok(Output::json(find(&state.tables.workspaces, request.id)?.as_ref()))
    }
}

pub(super) enum WorkspaceList {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkspaceListRequest {
    team_id: TeamId,
    #[serde(flatten)]
    paging: Paging,
}

const WORKSPACE_COLUMNS: &[Column<Workspace>] = &[
    Column { name: "id", filters: true, sorts: true, key: |workspace| Key::id(workspace.id) },
    Column { name: "name", filters: true, sorts: true, key: |workspace| Key::text(&workspace.name) },
];

impl Method for WorkspaceList {
    const NAME: &'static str = "workspaces.list";
    const ABOUT: &'static str = "Lists a team's workspaces, filtered, ordered and in pages.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [workspace]}`";
    const SHAPE: Shape = list_shape!(
        filters: &["id", "name"],
        sorts: &["id", "name"],
        Field::required("teamId", Kind::Id, "The team."),
    );
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("WorkspaceApi.get_list sends teamId and filter; create_debug_task takes the first one."),
        choice(50, "A team that does not exist is a 404."),
    ];
    type Request = WorkspaceListRequest;
    type Reply = Output;
}

impl Read for WorkspaceList {
    fn run(state: &State, _: &Call, request: WorkspaceListRequest) -> Result<Output, Refusal> {
        let team = find(&state.tables.teams, request.team_id)?.id;
        let workspaces = state.tables.workspaces.values().map(AsRef::as_ref);
        let workspaces: Vec<&Workspace> = workspaces.filter(|row: &&Workspace| row.team_id == team).collect();
        listing::page_of(&workspaces, WORKSPACE_COLUMNS, &request.paging, &state.limits)
    }
}
