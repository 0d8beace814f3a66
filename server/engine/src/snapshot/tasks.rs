//! Tasks in fixtures: what a task is on its own page and what belongs to it elsewhere, in one object.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{apps, lifecycle_of, name_or_whole};
use crate::ids::{AgentId, AppId, FIXTURE_ID_MAX, TaskId, UserId, WorkspaceId, count};
use crate::lifecycle::{Given, Status};
use crate::names;
use crate::refusal::Refusal;
use crate::reply::Object;
use crate::state::State;
use crate::tables::{
    AppPlace, AppReplies, Checkpoint, Document, Edge, HASH, RestartPolicy, Task, default_workspace, find,
};
use crate::time::Moment;
use crate::weight::Count;

/// A task in a fixture. With `lifecycle` it starts in the stage of its `status`, the first when absent;
/// with `status` alone it holds in that; with neither it walks the world's default lifecycle. Without
/// `status` it stays queued on an agent that is away. `stage` or `held` say that it is already under way,
/// as snapshots do.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskRow {
    /// Its id.
    pub id: TaskId,
    /// Its workspace; 23821 when absent.
    #[serde(default = "default_workspace")]
    pub workspace_id: WorkspaceId,
    /// Its type; `app`, bound to the first app, when absent.
    #[serde(rename = "type", default = "app")]
    pub kind: String,
    /// The app it runs; when absent, that of its `meta`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<AppId>,
    /// Its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Its description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// When it started; when absent, by its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Moment>,
    /// When it ended; when absent, by its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Moment>,
    /// Who started it; the token's user when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Its agent; none when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Its meta; when absent, that of its app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Object>,
    /// Its settings; `{}` when absent.
    #[serde(default)]
    pub settings: Object,
    /// Its progress; null when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Value>,
    /// When it is started again; `never` when absent.
    #[serde(default)]
    pub restart_policy: RestartPolicy,
    /// How often it was started again; 0 when absent.
    #[serde(default)]
    pub restarts: u32,
    /// What it walks: a preset's name or an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Given>")]
    pub lifecycle: Option<Value>,
    /// The stage it is in, with its effects already done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<usize>,
    /// Whether it is held in its status outside its lifecycle.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// When its stage ends; with `stage` or `held` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Moment>,
    /// How many stages it has entered; 0 when absent.
    #[serde(default, deserialize_with = "count")]
    #[schemars(range(max = FIXTURE_ID_MAX))]
    pub events: u64,
    /// How many epochs of it the world has simulated; 0 when absent.
    #[serde(default)]
    pub epochs: u32,
    /// How often it was shown in its stage; 0 when absent.
    #[serde(default)]
    pub shown: u32,
    /// The calls that an auto clock takes as repeats: their last answer showed it in its stage; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen_by: Vec<String>,
    /// When a call about it was last answered by a fault instead, on an auto clock; never when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glimpsed_at: Option<Moment>,
    /// The calls that were answered so at that moment; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub glimpsed_by: Vec<String>,
    /// Its log, oldest line first; empty when absent. Stamps rise: a line whose `timestamp` is no moment, or not
    /// later than the one before, is stamped by the world and keeps its own as `ownTimestamp`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<Object>,
    /// Its app's data; `{}` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// Its uploaded files; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<UploadRow>,
    /// Who answers requests to its app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<AppReplies>,
    /// Its checkpoints, oldest first, their ids rising; when absent, those that its stages have saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoints: Option<Vec<Checkpoint>>,
    /// What it took in and gave out; nothing when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflow: Vec<Edge>,
}

/// An uploaded file of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadRow {
    /// Its path.
    pub path: String,
    /// The hash of its bytes, which stand under `blobs`.
    #[schemars(regex(pattern = HASH))]
    pub hash: String,
}

fn app() -> String {
    "app".to_owned()
}

/// Adds the tasks of a fixture to a state that has everything else.
pub(super) fn load(state: &mut State, rows: &[TaskRow]) -> Result<(), Refusal> {
    let mut rows: Vec<&TaskRow> = rows.iter().collect();
    rows.sort_by_key(|row| row.id);
    let mut problems = Vec::new();
    for row in rows {
        let id = row.id;
        if !(1..=FIXTURE_ID_MAX).contains(&id.0) {
            problems.push(format!("tasks: {id} is not an id"));
        } else if state.task(id).is_ok() {
            problems.push(format!("tasks: {id} is there twice"));
        } else if let Err(found) = load_one(state, row) {
            problems.extend(found.into_iter().map(|problem| format!("task {id}: {problem}")));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Refusal::BadFixture(problems.into())) }
}

fn load_one(state: &mut State, row: &TaskRow) -> Result<(), Vec<String>> {
    let sentence = |refusal: Refusal| vec![refusal.to_string()];
    let lifecycle = match &row.lifecycle {
        Some(value) => lifecycle_of(Some(value))?,
        None => Arc::clone(&state.lifecycle),
    };
    let blank = state.blank_task(row.id, row.workspace_id, &row.kind, &lifecycle).map_err(sentence)?;
    let user = state.user(row.user_id.unwrap_or(blank.user_id)).map_err(sentence)?;
    let agent = row.agent_id.map(|id| find(&state.tables.agents, id)).transpose().map_err(sentence)?;
    let meta = row.meta.clone().unwrap_or_else(|| blank.meta.clone());
    let task = Task {
        app_id: row.app_id.or_else(|| app_of(state, &meta)),
        user_id: user.id,
        user_login: user.login.clone(),
        agent_id: row.agent_id,
        agent_name: agent.map(|agent| agent.name.clone()),
        description: row.description.clone(),
        meta,
        settings: row.settings.clone(),
        progress: row.progress.clone(),
        restart_policy: row.restart_policy,
        restarts: row.restarts,
        events: row.events,
        epochs: row.epochs,
        ..blank
    };
    // Before whatever its first stage writes.
    let now = state.now();
    for line in &row.logs {
        state.tables.records.restore_log(row.id, line.clone(), now);
    }
    place(state, task, row)?;
    attach(state, row)
}

/// The app that a task's `meta` tells of, if the world has it.
fn app_of(state: &State, meta: &Object) -> Option<AppId> {
    let app = meta.get("app")?.get("id")?.as_u64().map(AppId)?;
    state.tables.apps.contains_key(&app).then_some(app)
}

/// Puts the task where its row says it stands.
fn place(state: &mut State, mut task: Task, row: &TaskRow) -> Result<(), Vec<String>> {
    let (id, now) = (task.id, state.now());
    let stages = &task.lifecycle.stages;
    if let Some(stage) = row.stage.filter(|stage| *stage >= stages.len()) {
        return Err(vec![format!("its lifecycle has no stage {stage}")]);
    }
    if row.stage.is_some() || row.held {
        let of_stage = row.stage.map(|stage| stages[stage].status);
        task.status = of_stage.or(row.status).ok_or_else(|| vec!["held in which status?".to_owned()])?;
        task.stage = row.stage;
        task.due = row.due_at;
        task.started_at = row.started_at;
        task.finished_at = row.finished_at;
        if let Some(due) = row.due_at {
            state.timers.set(due, id);
        }
        if row.shown > 0 {
            state.shown.insert(id, row.shown);
        }
        state.tables.tasks.add(task);
        return Ok(());
    }
    if row.due_at.is_some() {
        return Err(vec!["dueAt goes with stage or held".to_owned()]);
    }
    match (row.status, &row.lifecycle) {
        (Some(status), None) => {
            state.tables.tasks.add(task);
            state.hold(id, status, now);
        }
        (None, _) => state.dispatch(task),
        (Some(status), _) => {
            let stage = stages.iter().position(|stage| stage.status == status);
            let stage = stage.ok_or_else(|| vec!["its status is no stage of its lifecycle".to_owned()])?;
            state.start_task(task, stage);
        }
    }
    let given = row.started_at.is_some() || row.finished_at.is_some();
    if let (true, Ok(task)) = (given, state.tables.tasks.change(id)) {
        task.started_at = row.started_at.or(task.started_at);
        task.finished_at = row.finished_at.or(task.finished_at);
    }
    Ok(())
}

/// Adds what belongs to the task beside its row.
fn attach(state: &mut State, row: &TaskRow) -> Result<(), Vec<String>> {
    for call in &row.seen_by {
        state.repeats.note_task(row.id, call.as_str().into());
    }
    for (at, call) in
        row.glimpsed_at.iter().flat_map(|at| row.glimpsed_by.iter().map(move |call| (*at, call)))
    {
        state.repeats.note_missed(row.id, at, call.as_str().into());
    }
    let records = &mut state.tables.records;
    if let Some(data) = &row.data {
        records.data.insert(row.id, Document::new(data.clone()));
    }
    if let Some(app) = &row.app {
        let problems: Vec<String> = apps::problems_of(app).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        records.apps.set(AppPlace::Task(row.id), app.clone());
    }
    if let Some(checkpoints) = &row.checkpoints {
        records.checkpoints.insert(row.id, checkpoints.iter().cloned().collect());
    }
    if !row.workflow.is_empty() {
        records.workflow.insert(row.id, row.workflow.iter().cloned().collect());
    }
    for file in &row.files {
        if let Some(why) = names::wrong(&file.path) {
            return Err(vec![format!("files: {:?} {why}", file.path)]);
        }
        if !state.tables.blobs.contains_key(file.hash.as_str()) {
            return Err(vec![format!("no blob has the hash of {}", file.path)]);
        }
        records.files.insert((row.id, file.path.as_str().into()), file.hash.as_str().into());
    }
    Ok(())
}

/// All tasks as fixtures have them.
pub(super) fn take(state: &State) -> Vec<TaskRow> {
    let mut rows: Vec<TaskRow> =
        state.tables.tasks.rows().values().map(|task| take_one(state, task)).collect();
    for ((id, path), hash) in &state.tables.records.files {
        if let Ok(index) = rows.binary_search_by_key(id, |row| row.id) {
            rows[index].files.push(UploadRow { path: path.to_string(), hash: hash.to_string() });
        }
    }
    rows
}

/// Counts tasks with all that belongs to them, but for the bytes of their files.
pub(super) fn each_row(state: &State, count: &mut Count) {
    state.tables.tasks.rows().values().for_each(|task| count.row(&take_one(state, task)));
    let files = state.tables.records.files.iter();
    files.for_each(|((_, path), hash)| count.row(&(path, hash)));
}

fn take_one(state: &State, task: &Task) -> TaskRow {
    let records = &state.tables.records;
    let logs = records.logs.get(&task.id).into_iter().flatten();
    let missed = state.repeats.missed(task.id);
    TaskRow {
        id: task.id,
        workspace_id: task.workspace_id,
        kind: task.kind.clone(),
        app_id: task.app_id,
        status: Some(task.status),
        description: task.description.clone(),
        started_at: task.started_at,
        finished_at: task.finished_at,
        user_id: Some(task.user_id),
        agent_id: task.agent_id,
        meta: Some(task.meta.clone()),
        settings: task.settings.clone(),
        progress: task.progress.clone(),
        restart_policy: task.restart_policy,
        restarts: task.restarts,
        lifecycle: Some(name_or_whole(&task.lifecycle)),
        stage: task.stage,
        held: task.stage.is_none(),
        due_at: task.due,
        events: task.events,
        epochs: task.epochs,
        shown: state.shown.get(&task.id).copied().unwrap_or(0),
        seen_by: state.repeats.of_task(task.id).map(|call| call.to_string()).collect(),
        glimpsed_at: missed.as_ref().map(|(at, _)| *at),
        glimpsed_by: missed.into_iter().flat_map(|(_, calls)| calls.map(|call| call.to_string())).collect(),
        logs: logs.map(|line| Object::clone(line)).collect(),
        data: records.data.get(&task.id).map(|document| document.value().clone()),
        files: Vec::new(),
        app: records.apps.of(AppPlace::Task(task.id)),
        checkpoints: records.checkpoints.get(&task.id).map(|rows| rows.iter().cloned().collect()),
        workflow: records.workflow.get(&task.id).into_iter().flatten().cloned().collect(),
    }
}
