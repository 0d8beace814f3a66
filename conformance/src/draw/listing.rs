//! Worlds whose lists end close to the edges of pages.

use proptest::prelude::*;
use serde_json::json;

use super::{Object, TASKS_MAX, object};

/// Maximum number of rows on a page.
const PAGE_MAX: u64 = 4;
/// Maximum number of whole pages.
const PAGES_MAX: u64 = 4;
/// Id of the first row; the tasks that calls are about come before it.
const FIRST: u64 = 101;
/// Statuses of the rows, in turn, so that a filter leaves some of them.
const STATUSES: [&str; 3] = ["queued", "finished", "error"];

/// Draws a fixture of `limits` and `tasks` whose number of tasks lies at the edges of pages: one below, at or above
/// 0 to 4 whole pages of 1 to 4 rows. The simplest one has no task.
pub fn arb_listing() -> impl Strategy<Value = Object> + Clone {
    rows_at_edges(0).prop_map(|(page, rows)| fixture(page, rows))
}

fn fixture(page: u64, rows: u64) -> Object {
    let mut fixture = object(json!({"limits": {"perPage": page, "perPageMax": page}}));
    fixture.insert("tasks".to_owned(), (0..rows).map(row).collect());
    fixture
}

/// The row with this number, from 0.
pub(super) fn row(number: u64) -> serde_json::Value {
    let turn = usize::try_from(number).unwrap_or_default() % STATUSES.len();
    json!({"id": FIRST + number, "status": STATUSES[turn]})
}

/// Draws the size of a page, and a number of rows that fills whole pages together with `others` further rows,
/// or nearly.
pub(super) fn rows_at_edges(others: u64) -> impl Strategy<Value = (u64, u64)> + Clone {
    let off = prop_oneof![Just(0_i64), Just(1), Just(-1)];
    (1..=PAGE_MAX, 0..=PAGES_MAX, off).prop_map(move |(page, pages, off)| {
        let rows = (page * pages).checked_add_signed(off).unwrap_or(0);
        (page, rows.saturating_sub(others.min(TASKS_MAX)))
    })
}
