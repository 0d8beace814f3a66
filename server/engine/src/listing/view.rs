//! Rows of a group in a cached order. A page is found by its position, so a late page costs no more than an
//! early one.

use std::ops::Range;
use std::sync::Arc;

use super::order::{Ordering, Place};
use crate::reply::{Span, Strip};
use crate::tables::{ColumnOrder, Entity, Group, Ids, Key, Run, Strips, Table};

/// The rows of a group in the requested order.
pub(super) enum View<'a, E: Entity> {
    /// All of them.
    Whole(Course<'a>),
    /// The selected ones, which were looked at one by one.
    Choice { rows: Vec<&'a E>, order: &'a Ordering<E> },
}

/// A cached order, read in one of four ways: in either direction, with rows without a value first or last.
pub(super) struct Course<'a> {
    rows: RowOrder<'a>,
    descending: bool,
    /// Positions in the cached order, range after range, each read backwards if `descending`. Rows without a
    /// value are a range of their own if they go to the end that is not natural for the direction.
    parts: [Range<usize>; 2],
}

enum RowOrder<'a> {
    ById(&'a Ids),
    ByColumn(&'a ColumnOrder),
}

/// Renders the rows with these ids, in this order.
pub(super) type StripOf<'a> = dyn Fn(&mut dyn Iterator<Item = u64>) -> Strip + 'a;

impl<'a> Course<'a> {
    fn by_id(ids: &'a Ids, descending: bool) -> Self {
        Self { parts: [0..ids.len(), 0..0], rows: RowOrder::ById(ids), descending }
    }

    fn by_column(rows: &'a ColumnOrder, descending: bool, nulls_first: bool) -> Self {
        let (all, valued) = (rows.len(), rows.partition_point(|(key, _)| *key < Key::Null));
        let parts = match (descending, nulls_first) {
            (false, false) | (true, true) => [0..all, 0..0],
            (false, true) => [valued..all, 0..valued],
            (true, false) => [0..valued, valued..all],
        };
        Self { rows: RowOrder::ByColumn(rows), descending, parts }
    }

    fn len(&self) -> usize {
        match self.rows {
            RowOrder::ById(ids) => ids.len(),
            RowOrder::ByColumn(rows) => rows.len(),
        }
    }

    /// Returns the positions in the cached order of a range of this course, part by part.
    fn positions(&self, page: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let mut begin = 0;
        let (page, descending) = (page.clone(), self.descending);
        self.parts.clone().into_iter().filter_map(move |part| {
            let end = begin + part.len();
            let (from, to) = (page.start.clamp(begin, end) - begin, page.end.clamp(begin, end) - begin);
            begin = end;
            let place =
                if descending { part.end - to..part.end - from } else { part.start + from..part.start + to };
            Some(place).filter(|place| !place.is_empty())
        })
    }

    fn key(&self, index: usize) -> Option<(Key, u64)> {
        let position = self.positions(&(index..index + 1)).next()?.start;
        match self.rows {
            RowOrder::ById(ids) => ids.nth(position).map(|id| (Key::id(*id), *id)),
            RowOrder::ByColumn(rows) => rows.nth(position).cloned(),
        }
    }

    fn spans(&self, page: &Range<usize>, strip_of: &StripOf<'_>) -> Vec<Span> {
        let mut spans = Vec::new();
        for positions in self.positions(page) {
            match self.rows {
                RowOrder::ById(ids) => self.add_spans(ids.runs(positions), |id| *id, strip_of, &mut spans),
                RowOrder::ByColumn(rows) => {
                    self.add_spans(rows.runs(positions), |row| row.1, strip_of, &mut spans)
                }
            }
        }
        spans
    }

    fn add_spans<T>(
        &self,
        mut runs: Vec<Run<'_, T, Strips>>,
        id: impl Fn(&T) -> u64,
        strip_of: &StripOf<'_>,
        spans: &mut Vec<Span>,
    ) {
        if self.descending {
            runs.reverse();
        }
        for Run { members, range, kept } in runs {
            let (strip, range) = if self.descending {
                let strip = || Arc::new(strip_of(&mut members.iter().rev().map(&id)));
                (kept.descending.get_or_init(strip), members.len() - range.end..members.len() - range.start)
            } else {
                (kept.ascending.get_or_init(|| Arc::new(strip_of(&mut members.iter().map(&id)))), range)
            };
            spans.push(Span::new(Arc::clone(strip), range));
        }
    }
}

impl<'a, E: Entity> View<'a, E> {
    /// Returns all rows of a group.
    pub(super) fn of(table: &'a Table<E>, group: &'a Group, order: &Ordering<E>) -> Self {
        let descending = order.is_descending();
        Self::Whole(if order.is_by_id() {
            Course::by_id(&group.ids, descending)
        } else {
            let rows = table.sorted(group, order.column(E::COLUMNS));
            Course::by_column(rows, descending, order.has_nulls_first())
        })
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Whole(course) => course.len(),
            Self::Choice { rows, .. } => rows.len(),
        }
    }

    pub(super) fn id(&self, index: usize) -> u64 {
        match self {
            Self::Whole(course) => course.key(index).map_or(0, |(_, id)| id),
            Self::Choice { rows, .. } => rows[index].id().into(),
        }
    }

    pub(super) fn place(&self, index: usize) -> Place {
        match self {
            Self::Whole(course) => {
                let (key, id) = course.key(index).unwrap_or((Key::Null, 0));
                Place { key, id }
            }
            Self::Choice { rows, order } => order.place(rows[index]),
        }
    }

    /// Returns true if the view has the rows of a group in ascending order of id.
    pub(super) fn rises(&self) -> bool {
        matches!(self, Self::Whole(Course { rows: RowOrder::ById(_), descending: false, .. }))
    }

    /// Returns the rows of a page in cached strips, which `strip_of` renders the first time; `None` if
    /// nothing is cached.
    pub(super) fn kept_spans(&self, page: &Range<usize>, strip_of: &StripOf<'_>) -> Option<Vec<Span>> {
        match self {
            Self::Whole(course) => Some(course.spans(page, strip_of)),
            Self::Choice { .. } => None,
        }
    }
}
