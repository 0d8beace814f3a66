//! Worlds to measure: the default world with many rows of one kind, written as a fixture row by
//! row.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write};

use serde_json::{Value, json};
use slymock_engine::snapshot::Blueprint;
use slymock_engine::{Moment, Settings, World};

use super::error::BenchError;

/// Id of the first task; it is the one in the SDK's documentation.
pub(super) const FIRST_TASK: u64 = 121_230;
/// Statuses of the tasks, in turn. None of them changes by itself, so that no response changes with
/// time.
pub(super) const STATUSES: [&str; 4] = ["finished", "error", "stopped", "started"];
/// Index of the status of tasks that a write can still end.
pub(super) const OPEN: u64 = 3;
/// Ids of the default world's team, workspace and project.
const TEAM: u64 = 16_087;
pub(super) const WORKSPACE: u64 = 23_821;
const PROJECT: u64 = 1_951;
/// Id of the first row of all other kinds, above those of the default world.
const FIRST: u64 = 100_000;
/// Creation time of all rows.
const MADE: &str = "2026-01-01T00:00:00.000Z";

/// A list method and its rows.
pub(super) struct ListMethod {
    pub(super) method: &'static str,
    /// Name of the table in a fixture.
    pub(super) table: &'static str,
    /// Makes the row of a number.
    pub(super) row: fn(u64) -> Value,
    /// Members of a request that name the parent.
    pub(super) parent: &'static str,
    /// A column other than the id.
    pub(super) sort: &'static str,
}

impl ListMethod {
    const fn new(
        method: &'static str,
        table: &'static str,
        row: fn(u64) -> Value,
        parent: &'static str,
        sort: &'static str,
    ) -> Self {
        Self { method, table, row, parent, sort }
    }
}

/// Members that name the default world's team, workspace and project as the parent.
const IN_TEAM: &str = r#""teamId": 16087, "#;
const IN_WORKSPACE: &str = r#""workspaceId": 23821, "#;
const IN_PROJECT: &str = r#""projectId": 1951, "#;

/// All methods that list the rows of a table.
pub(super) const LIST_METHODS: &[ListMethod] = &[
    ListMethod::new("teams.list", "teams", team, "", "name"),
    ListMethod::new("workspaces.list", "workspaces", workspace, IN_TEAM, "name"),
    ListMethod::new("agents.list", "agents", agent, IN_TEAM, "name"),
    ListMethod::new("projects.list", "projects", project, IN_WORKSPACE, "name"),
    ListMethod::new("datasets.list", "datasets", dataset, IN_PROJECT, "name"),
    ListMethod::new("models.list", "models", model, IN_WORKSPACE, "name"),
    ListMethod::new("ecosystem.list", "modules", module, "", "name"),
    ListMethod::new("tasks.list", "tasks", task, IN_WORKSPACE, "startedAt"),
];

fn team(number: u64) -> Value {
    json!({"id": FIRST + number, "name": format!("team {number}"), "createdAt": MADE, "updatedAt": MADE})
}

fn workspace(number: u64) -> Value {
    json!({"id": FIRST + number, "teamId": TEAM, "name": format!("workspace {number}"), "createdAt": MADE, "updatedAt": MADE})
}

fn agent(number: u64) -> Value {
    json!({"id": FIRST + number, "teamId": TEAM, "name": format!("agent {number}"), "token": format!("slymock-agent-{number}")})
}

fn project(number: u64) -> Value {
    json!({"id": FIRST + number, "name": format!("project {number}"), "workspaceId": WORKSPACE, "createdAt": MADE, "updatedAt": MADE})
}

fn dataset(number: u64) -> Value {
    json!({"id": FIRST + number, "name": format!("dataset {number}"), "projectId": PROJECT, "createdAt": MADE, "updatedAt": MADE})
}

fn model(number: u64) -> Value {
    json!({"id": FIRST + number, "name": format!("model {number}"), "pluginId": 8, "createdAt": MADE, "updatedAt": MADE})
}

fn module(number: u64) -> Value {
    json!({"id": FIRST + number, "slug": format!("owner/app-{number}"), "name": format!("App {number}"), "type": "app",
           "config": {"type": "app", "name": format!("App {number}")}, "createdAt": MADE, "updatedAt": MADE})
}

/// An app task, with a status and a start time that vary with the number.
pub(super) fn task(number: u64) -> Value {
    let kind = number % STATUSES.len() as u64;
    let status = STATUSES[usize::try_from(kind).unwrap_or(0)];
    let (day, minute) = (1 + number * 13 % 28, number * 7 % 60);
    let at = |hour: u64| format!("2026-01-{day:02}T{hour:02}:{minute:02}:00.000Z");
    let mut row = json!({"id": FIRST_TASK + number, "status": status, "description": format!("run {number}"),
                         "startedAt": at(8)});
    if kind != OPEN {
        row["finishedAt"] = at(9).into();
    }
    row
}

/// Writes a fixture whose table `table` has `rows` rows, in addition to rows of the default world
/// that other tables refer to.
fn write(table: &str, rows: u64, row: fn(u64) -> Value, text: &mut impl Write) -> io::Result<()> {
    write!(text, "{{\"{table}\":[")?;
    let kept = match table {
        // Other tables refer to these rows.
        "teams" => Some(json!({"id": TEAM, "name": "alexxx"})),
        "workspaces" => Some(json!({"id": WORKSPACE, "teamId": TEAM, "name": "my_super_workspace"})),
        _ => None,
    };
    let all = kept.into_iter().chain((0..rows).map(row));
    for (number, row) in all.enumerate() {
        text.write_all(if number == 0 { b"" } else { b"," })?;
        serde_json::to_writer(&mut *text, &row)?;
    }
    text.write_all(b"]}")
}

/// The text of such a fixture in an unnamed file, and its size in bytes.
pub(super) fn text(table: &str, rows: u64, row: fn(u64) -> Value) -> Result<(File, u64), BenchError> {
    let written = || {
        let mut text = BufWriter::new(tempfile::tempfile()?);
        write(table, rows, row, &mut text)?;
        let mut file = text.into_inner()?;
        let bytes = file.stream_position()?;
        file.rewind()?;
        Ok((file, bytes))
    };
    written().map_err(BenchError::Start)
}

/// Loads the world. Its clock is manual, so that no response changes with time.
pub(super) fn world(mut text: File) -> Result<World, BenchError> {
    let blueprint = Blueprint::read(&mut text).map_err(|why| BenchError::Unread(why.to_string()))?;
    let settings = Settings { clock: slymock_engine::clock::Mode::Manual, ..Settings::default() };
    World::new(blueprint, &settings, Moment::VIRTUAL_START)
        .map_err(|refusal| BenchError::World(refusal.into()))
}

/// The blueprint of a world with `rows` tasks.
pub(super) fn tasks(rows: u64) -> Result<Blueprint, BenchError> {
    let (mut text, _) = text("tasks", rows, task)?;
    Blueprint::read(&mut text).map_err(|why| BenchError::Unread(why.to_string()))
}
