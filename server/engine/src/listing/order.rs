//! The order of a listing.

use std::cmp;

use super::paging::{Nulls, Order, Paging};
use crate::refusal::{Refusal, Violation};
use crate::tables::{Column, Key};

/// A row's place in an order.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) key: Key,
    pub(super) id: u64,
}

/// The order of a listing: by a column, and by id for equal values.
pub(super) struct Ordering<R: 'static> {
    column: &'static Column<R>,
    id: &'static Column<R>,
    descending: bool,
    nulls_first: bool,
}

impl<R> Ordering<R> {
    pub(super) fn new(paging: &Paging, columns: &'static [Column<R>]) -> Result<Self, Refusal> {
        let named = |name: &str| columns.iter().find(|column| column.name == name);
        let refuse =
            || Refusal::invalid(Violation::of("sort", "any.only", "must be a column of this listing"));
        let id = named("id").ok_or_else(refuse)?;
        let column = named(paging.sort.as_deref().unwrap_or("id")).ok_or_else(refuse)?;
        let descending = paging.sort_order == Some(Order::Desc);
        let nulls_first = paging.sort_nulls_order.map_or(descending, |nulls| nulls == Nulls::First);
        Ok(Self { column, id, descending, nulls_first })
    }

    pub(super) fn name(&self) -> &'static str {
        self.column.name
    }

    pub(super) fn is_descending(&self) -> bool {
        self.descending
    }

    pub(super) fn place(&self, row: &R) -> Place {
        let id = match (self.id.key)(row) {
            Key::Number(id) => u64::try_from(id).unwrap_or(0),
            Key::Text(_) | Key::Null => 0,
        };
        Place { key: (self.column.key)(row), id }
    }

    pub(super) fn is_by_id(&self) -> bool {
        self.column.name == "id"
    }

    pub(super) fn sort(&self, rows: &mut [&R]) {
        rows.sort_by_cached_key(|row| Rank(self.rank(&self.place(row)), self.descending));
    }

    pub(super) fn is_after(&self, one: &Place, other: &Place) -> bool {
        let rank = |place| Rank(self.rank(place), self.descending);
        rank(one) > rank(other)
    }

    pub(super) fn column(&self, columns: &[Column<R>]) -> usize {
        columns.iter().position(|column| column.name == self.column.name).unwrap_or(0)
    }

    pub(super) fn has_nulls_first(&self) -> bool {
        self.nulls_first
    }

    /// Returns a sort key. Rows without a value go first or last in either direction, so their rank is
    /// separate from the value.
    fn rank(&self, place: &Place) -> (u8, Key, u64) {
        let null = match (&place.key, self.nulls_first) {
            (Key::Null, true) => 0,
            (Key::Null, false) => 2,
            _ => 1,
        };
        (null, place.key.clone(), place.id)
    }
}

/// A rank that compares in the listing's direction.
#[derive(PartialEq, Eq)]
struct Rank((u8, Key, u64), bool);

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        let Self((null, key, id), descending) = self;
        let Self((other_null, other_key, other_id), _) = other;
        let inner = (key, id).cmp(&(other_key, other_id));
        null.cmp(other_null).then(if *descending { inner.reverse() } else { inner })
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}
