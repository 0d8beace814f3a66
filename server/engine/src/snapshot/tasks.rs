//! Tasks in fixtures, read and written.

use std::sync::Arc;

use super::apps;
use super::lifecycles::{lifecycle_of, name_or_whole};
use super::task_row::{TaskRow, UploadRow};
use crate::ids::{AppId, FIXTURE_ID_MAX};
use crate::names;
use crate::refusal::Refusal;
use crate::reply::Object;
use crate::state::State;
use crate::tables::{AppPlace, Document, Tables, Task};
use crate::weight::Count;

/// Adds the tasks of a fixture, or of the default world as far as that is there, to a state that has everything else.
pub(super) fn load_all(
    state: &mut State,
    own: Option<&[TaskRow]>,
    defaults: Option<&[TaskRow]>,
) -> Result<(), Refusal> {
    let rows = match own {
        Some(rows) => rows.iter().collect(),
        None => defaults.unwrap_or_default().iter().filter(|row| has_place(&state.tables, row)).collect(),
    };
    load(state, rows)
}

/// Whether all rows are there that a task names.
fn has_place(tables: &Tables, row: &TaskRow) -> bool {
    tables.workspaces.has(row.workspace_id)
        && row.user_id.is_none_or(|id| tables.users.has(id))
        && row.agent_id.is_none_or(|id| tables.agents.has(id))
        && row.app_id.is_none_or(|id| tables.apps.has(id))
}

fn load(state: &mut State, mut rows: Vec<&TaskRow>) -> Result<(), Refusal> {
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
    let agent = row.agent_id.map(|id| state.tables.agents.find(id)).transpose().map_err(sentence)?;
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
    state.tables.apps.has(app).then_some(app)
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
        state.tables.load(task);
        return Ok(());
    }
    if row.due_at.is_some() {
        return Err(vec!["dueAt goes with stage or held".to_owned()]);
    }
    match (row.status, &row.lifecycle) {
        (Some(status), None) => {
            state.tables.load(task);
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
    if !given {
        return Ok(());
    }
    let edited = state.edit_task(id, |task| {
        task.started_at = row.started_at.or(task.started_at);
        task.finished_at = row.finished_at.or(task.finished_at);
    });
    edited.map_err(|refusal| vec![refusal.to_string()])
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
    let mut rows: Vec<TaskRow> = state.tables.tasks.rows().map(|task| take_one(state, task)).collect();
    for ((id, path), hash) in &state.tables.records.files {
        if let Ok(index) = rows.binary_search_by_key(id, |row| row.id) {
            rows[index].files.push(UploadRow { path: path.to_string(), hash: hash.to_string() });
        }
    }
    rows
}

/// Counts tasks with all that belongs to them, but for the bytes of their files.
pub(super) fn each_row(state: &State, count: &mut Count) {
    state.tables.tasks.rows().for_each(|task| count.row(&take_one(state, task)));
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
