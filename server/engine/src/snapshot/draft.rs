//! A blueprint under construction, row by row, from a text or from values: first the tables in any
//! order, then `close_tables`, then the tasks in the order of their ids.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use serde_json::Value;

use super::blueprint::{Blueprint, Problems};
use super::fixture::Fixture;
use super::later::{Later, log_of_whole};
use super::lifecycles::{Lifecycles, lifecycle_of};
use super::rows::{RowTaker, TABLES, load_defaults};
use super::task_row::TaskRow;
use super::{apps, sound, tasks};
use crate::clock::{Clock, Mode};
use crate::control::wrong_stub;
use crate::excerpt::Excerpt;
use crate::faults::Faults;
use crate::ids::FIXTURE_ID_MAX;
use crate::limits::WorldLimits;
use crate::names;
use crate::repeats::Repeats;
use crate::state::State;
use crate::tables::{AppPlace, AppReplies, Blob, Has, PlainEntity, Tables, hash_of};
use crate::time::Moment;
use crate::timers::Timers;
use crate::weight::Scale;

/// A blueprint under construction.
pub(super) struct Draft {
    state: State,
    /// For each table, true if the fixture has it.
    is_own: Vec<bool>,
    /// The problems of the rows of each table.
    rows: Vec<Excerpt<String>>,
    problems: Problems,
    lifecycles: Lifecycles,
    later: Vec<Later>,
    forwards: Vec<(String, String)>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            state: empty_state(),
            is_own: vec![false; TABLES.len()],
            rows: vec![Excerpt::default(); TABLES.len()],
            problems: Problems::default(),
            lifecycles: Lifecycles::default(),
            later: Vec::new(),
            forwards: Vec::new(),
        }
    }
}

/// A state that only holds rows. Its other fields are set when a world is made.
fn empty_state() -> State {
    State {
        name: "".into(),
        seed: 0,
        clock: Clock::new(Mode::Manual, Moment::VIRTUAL_START),
        lifecycle: lifecycle_of(None).expect("it is a preset"),
        next_tasks: Vector::new(),
        tables: Tables::default(),
        timers: Timers::default(),
        shown: OrdMap::new(),
        repeats: Repeats::default(),
        faults: Faults::default(),
        stubs: OrdMap::new(),
        limits: WorldLimits::default(),
        scale: Scale::new(0),
    }
}

impl Draft {
    /// Adds a blob. The limit for all blobs is checked when a world is made, because it may come from
    /// the settings.
    pub(super) fn blob(&mut self, hash: &str, blob: Blob) {
        if hash_of(&blob.0) == hash {
            let stored = self.state.tables.blobs.store(hash.into(), blob, u64::MAX);
            stored.expect("there is room without end");
        } else {
            self.problems.blobs.push_with(|| format!("blobs: {hash} is not the hash of its bytes"));
        }
    }

    /// Ends the tables, except tasks: adds default rows, apps and stubs, which tasks may need, and
    /// checks all rows.
    pub(super) fn close_tables(&mut self, frame: &Fixture) {
        load_defaults(&self.is_own, &mut self.state.tables);
        self.problems.rows = Excerpt::default();
        std::mem::take(&mut self.rows).into_iter().for_each(|rows| self.problems.rows.append(rows));
        let others = &mut self.problems.others;
        others.extend(apps::load(frame.app.as_ref(), &mut self.state.tables));
        let modules = self.state.tables.modules.rows().map(|module| module.id);
        for id in modules.collect::<Vec<_>>() {
            let app = self.state.tables.records.apps.of(AppPlace::Module(id));
            self.forwards.extend(app.and_then(|app| forward(format!("module {id}"), &app)));
        }
        others.extend(sound::rows(&self.state.tables));
        let stubs = frame.stubs.iter().map(|(method, reply)| (method.clone(), Arc::new(reply.clone())));
        let stubs: OrdMap<String, Arc<Value>> = stubs.collect();
        let wrong = stubs.keys().filter_map(|name| Some((name, wrong_stub(name)?)));
        others.extend(wrong.map(|(name, why)| format!("stubs: {name:?} {why}")));
        self.state.stubs = stubs;
    }

    /// Adds the tasks of the default world whose references exist.
    pub(super) fn default_tasks(&mut self) {
        for row in Fixture::default_world().tasks.iter().flatten() {
            if tasks::has_place(&self.state.tables, row) {
                self.task(row.clone(), None);
            }
        }
    }

    /// Adds a task. Its id is larger than those before, unless it is wrong. `text` is its JSON, if it
    /// was read from a text.
    pub(super) fn task(&mut self, row: TaskRow, text: Option<&str>) {
        self.forwards.extend(row.app.as_ref().and_then(|app| forward(format!("task {}", row.id), app)));
        if !self.problems.are_none_of_tables() {
            return;
        }
        match log_of_whole(&row) {
            Some(log) => {
                let problems = &mut self.problems.tasks;
                tasks::add(&mut self.state, row, Some(log), &mut self.lifecycles, problems);
            }
            None => self.later.push(Later::of(row, text)),
        }
    }

    pub(super) fn finish(mut self, mut frame: Fixture) -> Blueprint {
        self.forwards.extend(frame.app.take().and_then(|app| forward("the world".to_owned(), &app)));
        frame.stubs.clear();
        for (call, stages) in std::mem::take(&mut frame.seen_lists) {
            self.state.repeats.note_list(call.as_str().into(), stages);
        }
        Blueprint {
            state: self.state,
            later: self.later.into(),
            frame,
            problems: self.problems,
            forwards: self.forwards.into(),
        }
    }

    /// A copy without tasks, so that loading tasks can start again.
    pub(super) fn before_tasks(&self) -> Self {
        Self {
            state: self.state.clone(),
            is_own: Vec::new(),
            rows: Vec::new(),
            problems: self.problems.clone(),
            lifecycles: Lifecycles::default(),
            later: Vec::new(),
            forwards: self.forwards.clone(),
        }
    }
}

impl RowTaker for Draft {
    fn begin(&mut self, table: usize) {
        self.is_own[table] = true;
    }

    fn row<E: PlainEntity>(&mut self, table: usize, row: E)
    where
        Tables: Has<E>,
    {
        let (key, id, problems) = (TABLES[table].0, row.id(), &mut self.rows[table]);
        if !(1..=FIXTURE_ID_MAX).contains(&id.into()) {
            problems.push_with(|| format!("{key}: {id} is not an id"));
        }
        let wrong = row.names().into_iter().filter_map(|name| Some((name, names::wrong(name)?)));
        problems.extend(wrong.map(|(text, why)| format!("{key}: {id}: {text:?} {why}")));
        if Has::<E>::table(&self.state.tables).has(id) {
            problems.push_with(|| format!("{key}: {id} appears twice"));
        } else {
            self.state.tables.load(row);
        }
    }
}

fn forward(whose: String, app: &AppReplies) -> Option<(String, String)> {
    Some((whose, app.forward_to.clone()?))
}
