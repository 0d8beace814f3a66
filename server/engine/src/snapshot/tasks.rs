//! Reads and writes the tasks of fixtures.

use std::sync::Arc;

use imbl::Vector;

use super::apps;
use super::later::Later;
use super::lifecycles::Lifecycles;
use super::rows::RowWriter;
use super::task_row::{TaskRow, UploadRow};
use crate::excerpt::Excerpt;
use crate::ids::{AppId, FIXTURE_ID_MAX, TaskId};
use crate::lifecycle::name_or_whole;
use crate::names;
use crate::refusal::Refusal;
use crate::state::State;
use crate::tables::{AppPlace, Document, LogLine, Meta, Tables, Task, Timeline};
use crate::weight::Count;

/// True if all rows that a task refers to exist.
pub(super) fn has_place(tables: &Tables, row: &TaskRow) -> bool {
    tables.workspaces.has(row.workspace_id)
        && row.user_id.is_none_or(|id| tables.users.has(id))
        && row.agent_id.is_none_or(|id| tables.agents.has(id))
        && row.app_id.is_none_or(|id| tables.apps.has(id))
}

/// Adds the tasks that are loaded when a world is made. Their problems and those of the tasks before
/// are reported together, in the order of ids.
pub(super) fn add_later(
    state: &mut State,
    later: &[Later],
    before: Excerpt<(TaskId, String)>,
) -> Result<(), Refusal> {
    let (mut lifecycles, mut problems) = (Lifecycles::default(), Excerpt::default());
    for task in later {
        add(state, task.row(), None, &mut lifecycles, &mut problems);
    }
    if before.is_empty() && problems.is_empty() {
        return Ok(());
    }
    let mut first = [before.first(), problems.first()].concat();
    first.sort_by_key(|(id, _)| *id);
    let mut told: Excerpt<String> = first.into_iter().map(|(_, problem)| problem).collect();
    told.count(before.more() + problems.more());
    Err(Refusal::BadFixture(told))
}

/// Adds a task to a state that is complete except for tasks. `log` is the task's log, if it has been
/// made before.
pub(super) fn add(
    state: &mut State,
    row: TaskRow,
    log: Option<Vector<LogLine>>,
    lifecycles: &mut Lifecycles,
    problems: &mut Excerpt<(TaskId, String)>,
) {
    let id = row.id;
    if !(1..=FIXTURE_ID_MAX).contains(&id.0) {
        problems.push_with(|| (id, format!("tasks: {id} is not an id")));
    } else if state.task(id).is_ok() {
        problems.push_with(|| (id, format!("tasks: {id} appears twice")));
    } else if let Err(found) = load_one(state, row, log, lifecycles) {
        problems.extend(found.into_iter().map(|problem| (id, format!("task {id}: {problem}"))));
    }
}

fn load_one(
    state: &mut State,
    mut row: TaskRow,
    log: Option<Vector<LogLine>>,
    lifecycles: &mut Lifecycles,
) -> Result<(), Vec<String>> {
    let sentence = |refusal: Refusal| vec![refusal.to_string()];
    let lifecycle = match &row.lifecycle {
        Some(value) => lifecycles.of(value)?,
        None => Arc::clone(&state.lifecycle),
    };
    let (id, workspace) = (row.id, row.workspace_id);
    let meta = row.meta.take();
    let blank = match meta {
        Some(meta) => state
            .bare_task(id, workspace, &row.kind, &lifecycle)
            .map(|bare| Task { meta: Meta::from(meta), ..bare }),
        None => state.blank_task(id, workspace, &row.kind, &lifecycle),
    };
    let blank = blank.map_err(sentence)?;
    let user = state.user(row.user_id.unwrap_or(blank.user_id)).map_err(sentence)?;
    let agent = row.agent_id.map(|id| state.tables.agents.find(id)).transpose().map_err(sentence)?;
    let task = Task {
        app_id: row.app_id.or_else(|| app_of(state, &blank.meta)),
        user_id: user.id,
        user_login: Arc::clone(&user.login),
        agent_id: row.agent_id,
        agent_name: agent.map(|agent| agent.name.as_str().into()),
        description: std::mem::take(&mut row.description),
        settings: std::mem::take(&mut row.settings),
        progress: row.progress.take().map(Box::new),
        restart_policy: row.restart_policy,
        restarts: row.restarts,
        events: row.events,
        epochs: row.epochs,
        timeline: Timeline::of(&row.timeline),
        ..blank
    };
    // The log comes first, because entering the first stage may add lines to it.
    let now = state.now();
    match log {
        Some(log) if log.is_empty() => {}
        Some(log) => drop(state.tables.records.logs.insert(row.id, log)),
        None => {
            let lines = std::mem::take(&mut row.logs);
            lines.into_iter().for_each(|line| state.tables.records.restore_log(row.id, line, now));
        }
    }
    place(state, task, &row)?;
    attach(state, row)
}

/// The app named in a task's `meta`, if it exists.
fn app_of(state: &State, meta: &Meta) -> Option<AppId> {
    let app = meta.get("app")?.get("id")?.as_u64().map(AppId)?;
    state.tables.apps.has(app).then_some(app)
}

/// Puts the task into the stage or status of its row.
fn place(state: &mut State, mut task: Task, row: &TaskRow) -> Result<(), Vec<String>> {
    let (id, now) = (task.id, state.now());
    let stages = &task.lifecycle.stages;
    if let Some(stage) = row.stage.filter(|stage| *stage >= stages.len()) {
        return Err(vec![format!("its lifecycle has no stage {stage}")]);
    }
    if row.stage.is_some() || row.held {
        let of_stage = row.stage.map(|stage| stages[stage].status);
        task.status = of_stage.or(row.status).ok_or_else(|| vec!["held needs a status".to_owned()])?;
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
        return Err(vec!["dueAt needs stage or held".to_owned()]);
    }
    match (row.status, &row.lifecycle) {
        (Some(status), None) => {
            state.tables.load(task);
            state.hold(id, status, now);
        }
        (None, _) => state.dispatch(task),
        (Some(status), _) => {
            let stage = stages.iter().position(|stage| stage.status == status);
            let stage = stage.ok_or_else(|| vec!["its lifecycle has no stage with its status".to_owned()])?;
            state.start_task(task, stage);
        }
    }
    let given = row.started_at.is_some() || row.finished_at.is_some();
    if !given {
        return Ok(());
    }
    let edited = state.edit_task(id, |task| {
        if row.lifecycle.is_none() && row.status.is_some() {
            // Its status began at the time that the row gives, not when the world was made.
            task.timeline = Timeline::of(&row.timeline);
        }
        task.started_at = row.started_at.or(task.started_at);
        task.finished_at = row.finished_at.or(task.finished_at);
    });
    edited.map_err(|refusal| vec![refusal.to_string()])
}

/// Adds the records of a task, which are stored outside its row.
fn attach(state: &mut State, row: TaskRow) -> Result<(), Vec<String>> {
    for call in &row.seen_by {
        state.repeats.note_task(row.id, call.as_str().into());
    }
    for (at, call) in
        row.glimpsed_at.iter().flat_map(|at| row.glimpsed_by.iter().map(move |call| (*at, call)))
    {
        state.repeats.note_missed(row.id, at, call.as_str().into());
    }
    let records = &mut state.tables.records;
    if let Some(data) = row.data {
        records.data.insert(row.id, Document::new(data));
    }
    if let Some(app) = row.app {
        let problems: Vec<String> = apps::problems_of(&app).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        records.apps.set(AppPlace::Task(row.id), app);
    }
    if let Some(checkpoints) = row.checkpoints {
        records.checkpoints.insert(row.id, checkpoints.into());
    }
    if !row.workflow.is_empty() {
        records.workflow.insert(row.id, row.workflow.into());
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

/// All tasks in the form of fixtures.
pub(super) fn take(state: &State) -> Vec<TaskRow> {
    state.tables.tasks.rows().map(|task| take_one(state, task)).collect()
}

/// Writes tasks, starting at an id, until `write` is full. Returns the id to continue with.
pub(super) fn each_from(state: &State, from: TaskId, write: &mut impl RowWriter) -> Option<TaskId> {
    for task in state.tables.tasks.rows_from(from) {
        if write.is_full() {
            return Some(task.id);
        }
        write.row(&take_one(state, task));
    }
    None
}

/// Counts tasks and their records, except the bytes of their files.
pub(super) fn each_row(state: &State, count: &mut Count) {
    state.tables.tasks.rows().for_each(|task| count.row(&take_one(state, task)));
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
        meta: Some(task.meta.object().clone()),
        settings: task.settings.clone(),
        progress: task.progress.as_deref().cloned(),
        restart_policy: task.restart_policy,
        restarts: task.restarts,
        lifecycle: Some(name_or_whole(&task.lifecycle)),
        stage: task.stage,
        held: task.stage.is_none(),
        due_at: task.due,
        events: task.events,
        epochs: task.epochs,
        timeline: task.timeline.changes().to_vec(),
        shown: state.shown.get(&task.id).copied().unwrap_or(0),
        seen_by: state.repeats.of_task(task.id).map(|call| call.to_string()).collect(),
        glimpsed_at: missed.as_ref().map(|(at, _)| *at),
        glimpsed_by: missed.into_iter().flat_map(|(_, calls)| calls.map(|call| call.to_string())).collect(),
        logs: logs.map(|line| line.text().clone()).collect(),
        data: records.data.get(&task.id).map(|document| document.value().clone()),
        files: records.files_of(task.id).map(UploadRow::of).collect(),
        app: records.apps.of(AppPlace::Task(task.id)),
        checkpoints: records.checkpoints.get(&task.id).map(|rows| rows.iter().cloned().collect()),
        workflow: records.workflow.get(&task.id).into_iter().flatten().cloned().collect(),
    }
}
