//! What does not hold together among the rows of a state.

use crate::ids::{TaskId, TeamId, WorkspaceId};
use crate::state::State;
use crate::tables::{ModuleFile, Tables, Task, stamp_of};

/// Rows that name rows that are not there.
pub(super) fn references(tables: &Tables) -> Vec<String> {
    let mut problems = Vec::new();
    let mut check = |holds: bool, who: &str, whom: &str| {
        if !holds {
            problems.push(format!("{who}: there is no {whom}"));
        }
    };
    let team = |id: &TeamId| (tables.teams.contains_key(id), format!("team {id}"));
    let workspace = |id: &WorkspaceId| (tables.workspaces.contains_key(id), format!("workspace {id}"));
    for row in tables.workspaces.values() {
        let (holds, whom) = team(&row.team_id);
        check(holds, &format!("workspace {}", row.id), &whom);
    }
    for row in tables.agents.values() {
        let (holds, whom) = team(&row.team_id);
        check(holds, &format!("agent {}", row.id), &whom);
    }
    for row in tables.modules.values() {
        for (path, file) in &row.files {
            let stored = matches!(file, ModuleFile::Stored(file) if !tables.blobs.contains_key(&file.hash));
            check(!stored, &format!("module {}", row.id), &format!("blob with the hash of {path}"));
        }
    }
    for row in tables.apps.values() {
        let (who, (holds, whom)) = (format!("app {}", row.id), team(&row.team_id));
        check(holds, &who, &whom);
        check(tables.modules.contains_key(&row.module_id), &who, &format!("module {}", row.module_id));
    }
    for row in tables.projects.values() {
        let (holds, whom) = workspace(&row.workspace_id);
        check(holds, &format!("project {}", row.id), &whom);
    }
    for row in tables.models.values() {
        let (who, (holds, whom)) = (format!("model {}", row.id), workspace(&row.workspace_id));
        check(holds, &who, &whom);
        check(tables.plugins.contains_key(&row.plugin_id), &who, &format!("plugin {}", row.plugin_id));
        let of_team =
            tables.workspaces.get(&row.workspace_id).is_none_or(|place| place.team_id == row.team_id);
        check(of_team, &who, &format!("workspace {} in team {}", row.workspace_id, row.team_id));
    }
    problems.extend(tables.modules.values().flat_map(|row| row.problems()));
    problems
}

/// What does not hold together among tasks, their timers and what belongs to them.
pub(super) fn problems(state: &State) -> Vec<String> {
    let tasks = state.tables.tasks.rows();
    let mut problems: Vec<String> = tasks.values().flat_map(|task| problems_of(state, task)).collect();
    let timers = tasks.values().filter(|task| task.due.is_some()).count();
    if timers != state.timers.len() {
        problems.push(format!("{} timers for {timers} tasks that are due", state.timers.len()));
    }
    if state.timers.first().is_some_and(|(due, _)| due < state.now()) {
        problems.push("a timer is due that was not settled".to_owned());
    }
    for ((id, path), hash) in &state.tables.records.files {
        if !state.tables.blobs.contains_key(hash) || state.task(*id).is_err() {
            problems.push(format!("task {id}: {path} has no bytes"));
        }
    }
    problems
}

/// What does not hold together of one task.
pub(crate) fn problems_of(state: &State, task: &Task) -> Vec<String> {
    let id = task.id;
    let mut problems = Vec::new();
    if let Some(due) = task.due.filter(|due| !state.timers.contains(*due, id)) {
        problems.push(format!("task {id}: due at {due}, but no timer says so"));
    }
    if task.status.is_terminal() && (task.due.is_some() || task.finished_at.is_none()) {
        problems.push(format!("task {id}: {} but not at its end", task.status));
    }
    let status_of = |stage: usize| task.lifecycle.stages.get(stage).map(|stage| stage.status);
    if task.stage.is_some_and(|stage| status_of(stage) != Some(task.status)) {
        problems.push(format!("task {id}: {} is not the status of its stage", task.status));
    }
    if !state.tables.workspaces.contains_key(&task.workspace_id) {
        problems.push(format!("task {id}: there is no workspace {}", task.workspace_id));
    }
    if let Some(app) = task.app_id.filter(|app| !state.tables.apps.contains_key(app)) {
        problems.push(format!("task {id}: there is no app {app}"));
    }
    problems.extend(checkpoint_problems(state, id));
    problems.extend(last_line_problem(state, id));
    problems
}

/// Whether the newest line of a task's log is later than the one before. All others once were the newest.
fn last_line_problem(state: &State, id: TaskId) -> Option<String> {
    let mut newest = state.tables.records.logs.get(&id)?.iter().rev().map(|line| stamp_of(line));
    let (last, before) = (newest.next()?, newest.next().flatten());
    (last <= before)
        .then(|| format!("task {id}: the last line of its log is stamped no later than the one before"))
}

fn checkpoint_problems(state: &State, id: TaskId) -> Vec<String> {
    let mut problems = Vec::new();
    let mut last = 0;
    for checkpoint in state.tables.records.checkpoints.get(&id).into_iter().flatten() {
        if checkpoint.id <= last {
            let problem =
                format!("task {id}: checkpoint {} does not come after {last}: ids rise", checkpoint.id);
            problems.push(problem);
        }
        last = checkpoint.id;
        if let Some(model) = checkpoint.model_id.filter(|model| !state.tables.models.contains_key(model)) {
            problems.push(format!("task {id}: checkpoint {}: there is no model {model}", checkpoint.id));
        }
    }
    problems
}
