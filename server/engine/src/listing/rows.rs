//! Lists of rows that do not lie together in one table: each row is looked at.

use std::ops::Range;

use bytes::Bytes;

use super::filter::{self, Filter};
use super::order::{Ordering, Place};
use super::paging::Paging;
use super::{Listing, cut};
use crate::limits::WorldLimits;
use crate::refusal::Refusal;
use crate::reply::{Output, Span, StripWriter};
use crate::tables::Column;

/// Rows of a listing, by position in ascending order of id.
pub(crate) struct Rows<'a, R: 'static> {
    pub(crate) len: usize,
    pub(crate) nth: &'a dyn Fn(usize) -> &'a R,
    pub(crate) columns: &'static [Column<R>],
    /// Renders a row.
    pub(crate) fragment: &'a dyn Fn(&R) -> Bytes,
}

/// Filters and sorts rows, and returns the requested page.
pub(crate) fn page<R>(
    source: &Rows<'_, R>,
    paging: &Paging,
    limits: &WorldLimits,
) -> Result<Output, Refusal> {
    let conditions = filter::compile(&paging.filter, source.columns)?;
    let order = Ordering::new(paging, source.columns)?;
    // None of these rows can be archived.
    let len = if paging.wants_archived() { 0 } else { source.len };
    let rows = (0..len).map(|index| (source.nth)(index));
    let rows = picked(rows, &conditions, &order);
    cut(&PickedRows { rows, order: &order, fragment: source.fragment }, &order, paging, limits)
}

/// Returns the rows for which the conditions hold, in order.
pub(super) fn picked<'a, R>(
    rows: impl Iterator<Item = &'a R>,
    conditions: &[Filter<R>],
    order: &Ordering<R>,
) -> Vec<&'a R> {
    let holds = |row: &&R| conditions.iter().all(|condition| condition.holds(row));
    let mut rows: Vec<&R> = rows.filter(holds).collect();
    match (order.is_by_id(), order.is_descending()) {
        (true, false) => {}
        (true, true) => rows.reverse(),
        (false, _) => order.sort(&mut rows),
    }
    rows
}

struct PickedRows<'a, R: 'static> {
    rows: Vec<&'a R>,
    order: &'a Ordering<R>,
    fragment: &'a dyn Fn(&R) -> Bytes,
}

impl<R> Listing for PickedRows<'_, R> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn place(&self, index: usize) -> Place {
        self.order.place(self.rows[index])
    }

    fn spans(&self, page: Range<usize>) -> Vec<Span> {
        let mut strip = StripWriter::default();
        for row in &self.rows[page] {
            strip.push(|bytes| bytes.extend_from_slice(&(self.fragment)(row)));
        }
        vec![Span::all(strip.finish())]
    }
}
