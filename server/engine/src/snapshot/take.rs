//! A world as a fixture.

use super::fixture::{ClockRow, Fixture};
use super::lifecycles::name_or_whole;
use super::rows::take_rows;
use super::{apps, tasks};
use crate::state::State;
use crate::tables::AppPlace;

impl Fixture {
    /// The whole state as a fixture.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let tables = &state.tables;
        let rows = take_rows(tables);
        Self {
            modules: rows.modules.map(|modules| apps::of_modules(modules, tables)),
            tasks: Some(tasks::take(state)),
            app: tables.records.apps.of(AppPlace::World),
            blobs: tables.blobs.iter().map(|(hash, blob)| (hash.to_string(), blob.clone())).collect(),
            clock: Some(ClockRow { mode: Some(state.clock.mode()), now: Some(state.now()) }),
            seed: Some(state.seed),
            lifecycle: Some(name_or_whole(&state.lifecycle)),
            faults: state.faults.rows(),
            last_fault_id: Some(state.faults.last_id()).filter(|id| *id > 0),
            stubs: state
                .stubs
                .iter()
                .map(|(method, reply)| (method.clone(), serde_json::Value::clone(reply)))
                .collect(),
            seen_lists: state.repeats.lists().map(|(call, stages)| (call.to_string(), *stages)).collect(),
            limits: Some(state.limits),
            ..rows
        }
    }
}
