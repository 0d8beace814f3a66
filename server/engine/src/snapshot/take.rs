//! Turns a world into a fixture.

use super::fixture::{ClockRow, Fixture};
use super::next;
use super::rows::take_rows;
use super::tasks;
use crate::lifecycle::name_or_whole;
use crate::state::State;
use crate::tables::AppPlace;

impl Fixture {
    /// The whole state as a fixture.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let (rows, middle, end) = (take_rows(&state.tables), middle_of(state), end_of(state));
        Self {
            tasks: Some(tasks::take(state)),
            app: middle.app,
            blobs: state.tables.blobs.iter().map(|(hash, blob)| (hash.to_string(), blob.clone())).collect(),
            clock: end.clock,
            seed: end.seed,
            lifecycle: end.lifecycle,
            next_tasks: end.next_tasks,
            faults: end.faults,
            last_fault_id: end.last_fault_id,
            stubs: end.stubs,
            seen_lists: end.seen_lists,
            limits: end.limits,
            ..rows
        }
    }
}

/// The members of a fixture between its tasks and its blobs.
pub(super) fn middle_of(state: &State) -> Fixture {
    Fixture { app: state.tables.records.apps.of(AppPlace::World), ..Fixture::default() }
}

/// The members of a fixture after its blobs.
pub(super) fn end_of(state: &State) -> Fixture {
    let stubs = state.stubs.iter();
    Fixture {
        clock: Some(ClockRow { mode: Some(state.clock.mode()), now: Some(state.now()) }),
        seed: Some(state.seed),
        lifecycle: Some(name_or_whole(&state.lifecycle)),
        next_tasks: next::next_tasks(state),
        faults: state.faults.rows(),
        last_fault_id: Some(state.faults.last_id()).filter(|id| *id > 0),
        stubs: stubs.map(|(method, reply)| (method.clone(), serde_json::Value::clone(reply))).collect(),
        seen_lists: state.repeats.lists().map(|(call, stages)| (call.to_string(), *stages)).collect(),
        limits: Some(state.limits),
        ..Fixture::default()
    }
}
