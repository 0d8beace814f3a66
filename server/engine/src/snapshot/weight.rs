//! Counts the memory of a world.

use super::{apps, next, tasks};
use crate::refusal::Refusal;
use crate::state::State;
use crate::tables::{Has, PlainEntity, Table, TableVisitor, Tables};
use crate::weight::Count;

/// Counts the memory of the world if that is due.
///
/// # Errors
///
/// [`Refusal::WorldFull`] if the world has outgrown its limit.
pub(crate) fn check_weight(state: &mut State) -> Result<(), Refusal> {
    if state.scale.is_due() {
        weigh(state);
    }
    state.scale.check_room(0)
}

pub(super) fn weigh(state: &mut State) {
    let mut count = Count::default();
    each_row(state, &mut count);
    state.scale = state.scale.weighed(count);
}

/// Counts the whole state, row by row.
fn each_row(state: &State, count: &mut Count) {
    let tables = &state.tables;
    tables.visit(count);
    apps::each_row(tables, count);
    tasks::each_row(state, count);
    state.stubs.iter().for_each(|stub| count.row(&stub));
    next::next_tasks(state).iter().for_each(|row| count.row(row));
    state.faults.rows().iter().for_each(|row| count.row(row));
}

impl TableVisitor for Count {
    fn visit<E: PlainEntity>(&mut self, table: &Table<E>)
    where
        Tables: Has<E>,
    {
        table.rows().for_each(|row| self.row(row));
    }
}
