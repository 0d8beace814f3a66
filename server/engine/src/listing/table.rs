//! Lists of rows of one table, whose requested part is found by an index.

use std::ops::Range;

use super::filter::{self, Filter};
use super::order::{Ordering, Place};
use super::paging::Paging;
use super::rows::picked;
use super::view::View;
use super::{Listing, cut};
use crate::limits::WorldLimits;
use crate::refusal::Refusal;
use crate::reply::{Output, Span, StripWriter};
use crate::request::Payload;
use crate::tables::{Entity, Group, RenderRow, Slot, Table};

/// Number of rows above which a look at each takes about a millisecond.
const MANY: usize = 2_000;

/// Part of a table: the rows of one place of an index.
pub(crate) struct Section<'a, E: Entity> {
    pub(crate) table: &'a Table<E>,
    /// Id of the row that contains them.
    pub(crate) parent: u64,
    /// Index and place that select some of the parent's rows; `None` for all.
    pub(crate) within: Option<(usize, Slot)>,
    /// Selection by the method's own fields, in addition to the conditions of the request.
    pub(crate) wanted: Option<&'a dyn Fn(&E) -> bool>,
}

pub(crate) enum Show<'a, E> {
    /// The form that every list of the table shows; the rendered text is cached.
    Kept(&'a RenderRow<'a, E>),
    /// A form that only this list shows.
    Own(&'a RenderRow<'a, E>),
}

impl<'a, E: Entity> Section<'a, E> {
    /// Returns the rows that an index selects, and removes the condition that the index covers.
    fn group(&self, conditions: &mut Vec<Filter<E>>, paging: &Paging) -> Option<&'a Group> {
        if paging.wants_archived() {
            return self.table.archived_of(0, self.parent);
        }
        match self.within.or_else(|| self.place_of(conditions)) {
            Some((index, slot)) => self.table.slot(index, slot),
            None => self.table.of(0, self.parent),
        }
    }

    fn place_of(&self, conditions: &mut Vec<Filter<E>>) -> Option<(usize, Slot)> {
        let found = |condition: &Filter<E>| {
            let (index, value) = condition.column.index?;
            condition.only().map(|only| (index, value(only)))
        };
        let (place, (index, value)) =
            conditions.iter().enumerate().find_map(|(place, condition)| Some((place, found(condition)?)))?;
        conditions.remove(place);
        // A value that no row can have leads to a place that is always empty.
        Some((index, (self.parent, value.unwrap_or(u64::MAX))))
    }

    fn view(&self, group: &'a Group, conditions: &[Filter<E>], order: &'a Ordering<E>) -> View<'a, E> {
        if conditions.is_empty() && self.wanted.is_none() {
            return View::of(self.table, group, order);
        }
        let rows = group.ids.iter().map(|id| &**self.table.at(*id));
        let rows = rows.filter(|row| self.wanted.is_none_or(|wanted| wanted(row)));
        View::Choice { rows: picked(rows, conditions, order), order }
    }
}

/// Returns the requested page of a part of a table.
pub(crate) fn page_of_part<E: Entity>(
    part: &Section<'_, E>,
    paging: &Paging,
    limits: &WorldLimits,
    show: &Show<'_, E>,
) -> Result<Output, Refusal> {
    let mut conditions = filter::compile(&paging.filter, E::COLUMNS)?;
    let order = Ordering::new(paging, E::COLUMNS)?;
    let nobody = Group::default();
    let group = part.group(&mut conditions, paging).unwrap_or(&nobody);
    let view = part.view(group, &conditions, &order);
    // Sheets have no archived rows.
    let is_kept = !paging.wants_archived();
    let all = conditions.is_empty() && part.within.is_none() && part.wanted.is_none();
    let run = is_kept && all && paging.filter.is_empty();
    cut(
        &PartListing { table: part.table, parent: part.parent, view, show, is_kept, is_run: run },
        &order,
        paging,
        limits,
    )
}

/// Returns true if a list of the rows of a parent takes about a millisecond or more: it looks at many rows,
/// or sorts many.
pub(crate) fn takes_long<E: Entity>(table: &Table<E>, parent: u64, payload: &Payload) -> bool {
    let is_many = table.of(0, parent).is_some_and(|group| group.ids.len() > MANY);
    is_many && super::picks(payload) && !is_ready(table, parent, payload)
}

/// Returns true if the requested rows are cached in the requested order.
fn is_ready<E: Entity>(table: &Table<E>, parent: u64, payload: &Payload) -> bool {
    let Payload::Value(request) = payload else { return true };
    let read = || {
        let paging = Paging::of(request).ok()?;
        let conditions = filter::compile(&paging.filter, E::COLUMNS).ok()?;
        Some((conditions, Ordering::new(&paging, E::COLUMNS).ok()?, paging))
    };
    // A refusal is quick.
    let Some((mut conditions, order, paging)) = read() else { return true };
    let part = Section { table, parent, within: None, wanted: None };
    let Some(group) = part.group(&mut conditions, &paging) else { return true };
    let is_ordered = order.is_by_id() || group.is_ordered(order.column(E::COLUMNS));
    group.ids.len() <= MANY || (conditions.is_empty() && is_ordered)
}

struct PartListing<'a, E: Entity> {
    table: &'a Table<E>,
    parent: u64,
    view: View<'a, E>,
    show: &'a Show<'a, E>,
    /// True if the rows are on sheets.
    is_kept: bool,
    /// True if the listing has all of the parent's rows between any two of its own.
    is_run: bool,
}

impl<E: Entity> Listing for PartListing<'_, E> {
    fn len(&self) -> usize {
        self.view.len()
    }

    fn place(&self, index: usize) -> Place {
        self.view.place(index)
    }

    fn spans(&self, page: Range<usize>) -> Vec<Span> {
        let ids = || page.clone().map(|index| self.view.id(index));
        match self.show {
            Show::Kept(render) if self.is_run && self.view.rises() => {
                self.table.spans(self.parent, self.view.id(page.start)..=self.view.id(page.end - 1), render)
            }
            Show::Kept(render) if self.is_kept => {
                let strip_of =
                    |ids: &mut dyn Iterator<Item = u64>| self.table.strip(self.parent, ids, render);
                let spans = self.view.kept_spans(&page, &strip_of);
                spans.unwrap_or_else(|| vec![Span::all(strip_of(&mut ids()))])
            }
            Show::Kept(render) | Show::Own(render) => {
                let mut strip = StripWriter::default();
                ids().for_each(|id| strip.push(|bytes| render(self.table.at(id), bytes)));
                vec![Span::all(strip.finish())]
            }
        }
    }
}
