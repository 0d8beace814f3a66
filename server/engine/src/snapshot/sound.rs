//! Finds inconsistencies between the rows of a state.

use std::collections::BTreeSet;

use crate::ids::TaskId;
use crate::state::State;
use crate::tables::{Has, LogLine, ModuleFile, PlainEntity, Table, TableVisitor, Tables, Task};

/// The inconsistencies of all tables except tasks: references to missing rows, and problems of single
/// rows.
pub(super) fn rows(tables: &Tables) -> Vec<String> {
    let mut found = Inspection { tables, problems: Vec::new() };
    tables.visit(&mut found);
    let mut problems = found.problems;
    for row in tables.modules.rows() {
        for (path, file) in &row.files {
            if matches!(file, ModuleFile::Stored(file) if !tables.blobs.contains_key(&file.hash)) {
                problems.push(format!("module {}: there is no blob with the hash of {path}", row.id));
            }
        }
    }
    for row in tables.models.rows() {
        let workspace = tables.workspaces.get(row.workspace_id);
        if workspace.is_some_and(|place| place.team_id != row.team_id) {
            let (workspace, team) = (row.workspace_id, row.team_id);
            problems.push(format!("model {}: there is no workspace {workspace} in team {team}", row.id));
        }
    }
    problems
}

struct Inspection<'a> {
    tables: &'a Tables,
    problems: Vec<String>,
}

impl TableVisitor for Inspection<'_> {
    fn visit<E: PlainEntity>(&mut self, table: &Table<E>)
    where
        Tables: Has<E>,
    {
        self.problems.extend(table.rows().flat_map(|row| self.tables.problems_of(row)));
        self.problems.extend(loops(table));
    }
}

/// The inconsistencies of a state, each as a sentence.
pub(crate) fn problems(state: &State) -> Vec<String> {
    let mut problems = rows(&state.tables);
    problems.extend(state.tables.problems());
    problems.extend(of_tasks(state));
    problems
}

/// The rows that contain themselves, directly or through others, each as a sentence.
fn loops<E: PlainEntity>(table: &Table<E>) -> Vec<String> {
    let Some(link) = E::LINKS.iter().find(|link| link.noun == E::NOUN) else { return Vec::new() };
    let outer = |id: u64| table.get(id.into()).and_then(|row| (link.of)(row));
    let mut sound = BTreeSet::new();
    let mut problems = Vec::new();
    for row in table.rows() {
        let mut way = BTreeSet::new();
        let mut next = Some(row.id().into());
        while let Some(id) = next.filter(|id| !sound.contains(id) && !way.contains(id)) {
            way.insert(id);
            next = outer(id);
        }
        if let Some(id) = next.filter(|id| way.contains(id)) {
            problems.push(format!("{} {id}: it contains itself", E::NOUN.word()));
        }
        sound.extend(way);
    }
    problems
}

/// The inconsistencies of tasks, their timers and their records.
pub(super) fn of_tasks(state: &State) -> Vec<String> {
    let tasks = &state.tables.tasks;
    let mut problems: Vec<String> = tasks.rows().flat_map(|task| problems_of(state, task)).collect();
    problems.extend(tasks.rows().flat_map(|task| state.tables.problems_of(task)));
    let timers = tasks.rows().filter(|task| task.due.is_some()).count();
    if timers != state.timers.len() {
        problems.push(format!("{} timers for {timers} tasks with a due time", state.timers.len()));
    }
    if state.timers.first().is_some_and(|(due, _)| due < state.now()) {
        problems.push("a timer in the past was not settled".to_owned());
    }
    for ((id, path), hash) in &state.tables.records.files {
        if !state.tables.blobs.contains_key(hash) || state.task(*id).is_err() {
            problems.push(format!("task {id}: {path} has no task or no blob"));
        }
    }
    problems
}

/// The inconsistencies of one task.
pub(crate) fn problems_of(state: &State, task: &Task) -> Vec<String> {
    let id = task.id;
    let mut problems = Vec::new();
    if let Some(due) = task.due.filter(|due| !state.timers.contains(*due, id)) {
        problems.push(format!("task {id}: due at {due}, but without a timer"));
    }
    if task.status.is_terminal() && (task.due.is_some() || task.finished_at.is_none()) {
        problems.push(format!("task {id}: {} but still due or without a finish time", task.status));
    }
    let status_of = |stage: usize| task.lifecycle.stages.get(stage).map(|stage| stage.status);
    if task.stage.is_some_and(|stage| status_of(stage) != Some(task.status)) {
        problems.push(format!("task {id}: {} is not the status of its stage", task.status));
    }
    problems.extend(checkpoint_problems(state, id));
    problems.extend(last_line_problem(state, id));
    problems
}

/// Reports the newest line of a task's log if it is not later than the line before. Older lines were
/// checked when they were the newest.
fn last_line_problem(state: &State, id: TaskId) -> Option<String> {
    let mut newest = state.tables.records.logs.get(&id)?.iter().rev().map(LogLine::stamp);
    let (last, before) = (newest.next()?, newest.next());
    before
        .is_some_and(|before| last <= before)
        .then(|| format!("task {id}: the last line of its log is not later than the line before"))
}

fn checkpoint_problems(state: &State, id: TaskId) -> Vec<String> {
    let mut problems = Vec::new();
    let mut last = 0;
    for checkpoint in state.tables.records.checkpoints.get(&id).into_iter().flatten() {
        if checkpoint.id <= last {
            let problem = format!("task {id}: checkpoint {} needs an id larger than {last}", checkpoint.id);
            problems.push(problem);
        }
        last = checkpoint.id;
        if let Some(model) = checkpoint.model_id.filter(|model| !state.tables.models.has(*model)) {
            problems.push(format!("task {id}: checkpoint {}: there is no model {model}", checkpoint.id));
        }
    }
    problems
}
