//! What does not hold together among the tasks of a state.

use crate::ids::TaskId;
use crate::state::State;
use crate::tables::{Task, stamp_of};

/// What does not hold together among tasks, their timers and what belongs to them.
pub(super) fn faults(state: &State) -> Vec<String> {
    let tasks = state.tables.tasks.rows();
    let mut faults: Vec<String> = tasks.values().flat_map(|task| faults_of(state, task)).collect();
    let timers = tasks.values().filter(|task| task.due.is_some()).count();
    if timers != state.timers.len() {
        faults.push(format!("{} timers for {timers} tasks that are due", state.timers.len()));
    }
    if state.timers.first().is_some_and(|(due, _)| due < state.now()) {
        faults.push("a timer is due that was not settled".to_owned());
    }
    for ((id, path), hash) in &state.tables.records.files {
        if !state.tables.blobs.contains_key(hash) || state.task(*id).is_err() {
            faults.push(format!("task {id}: {path} has no bytes"));
        }
    }
    faults
}

/// What does not hold together of one task.
pub(crate) fn faults_of(state: &State, task: &Task) -> Vec<String> {
    let id = task.id;
    let mut faults = Vec::new();
    if let Some(due) = task.due.filter(|due| !state.timers.contains(*due, id)) {
        faults.push(format!("task {id}: due at {due}, but no timer says so"));
    }
    if task.status.is_terminal() && (task.due.is_some() || task.finished_at.is_none()) {
        faults.push(format!("task {id}: {} but not at its end", task.status));
    }
    let status_of = |stage: usize| task.lifecycle.stages.get(stage).map(|stage| stage.status);
    if task.stage.is_some_and(|stage| status_of(stage) != Some(task.status)) {
        faults.push(format!("task {id}: {} is not the status of its stage", task.status));
    }
    if !state.tables.workspaces.contains_key(&task.workspace_id) {
        faults.push(format!("task {id}: there is no workspace {}", task.workspace_id));
    }
    if let Some(app) = task.app_id.filter(|app| !state.tables.apps.contains_key(app)) {
        faults.push(format!("task {id}: there is no app {app}"));
    }
    faults.extend(checkpoint_faults(state, id));
    faults.extend(last_line_fault(state, id));
    faults
}

/// Whether the newest line of a task's log is later than the one before. All others once were the newest.
fn last_line_fault(state: &State, id: TaskId) -> Option<String> {
    let mut newest = state.tables.records.logs.get(&id)?.iter().rev().map(|line| stamp_of(line));
    let (last, before) = (newest.next()?, newest.next().flatten());
    (last <= before)
        .then(|| format!("task {id}: the last line of its log is stamped no later than the one before"))
}

fn checkpoint_faults(state: &State, id: TaskId) -> Vec<String> {
    let mut faults = Vec::new();
    let mut last = 0;
    for checkpoint in state.tables.records.checkpoints.get(&id).into_iter().flatten() {
        if checkpoint.id <= last {
            let fault =
                format!("task {id}: checkpoint {} does not come after {last}: ids rise", checkpoint.id);
            faults.push(fault);
        }
        last = checkpoint.id;
        if let Some(model) = checkpoint.model_id.filter(|model| !state.tables.models.contains_key(model)) {
            faults.push(format!("task {id}: checkpoint {}: there is no model {model}", checkpoint.id));
        }
    }
    faults
}
