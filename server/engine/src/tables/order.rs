//! The rows of a place in the order of a column, kept from when it is first asked for.

use std::sync::{Arc, OnceLock};

use super::column::Key;
use super::ranked::RankedSet;
use crate::reply::Strip;

/// Rows by id.
pub(crate) type Ids = RankedSet<u64, Strips>;
/// Rows in ascending order, rows without a value last; equal ones by id.
pub(crate) type ColumnOrder = RankedSet<(Key, u64), Strips>;

/// Rows that lie side by side in an order, as lists show them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strips {
    pub(crate) ascending: OnceLock<Arc<Strip>>,
    pub(crate) descending: OnceLock<Arc<Strip>>,
}

/// The values that a row has in the columns by which rows have been ordered so far, a column's number before each.
pub(super) type Keys = Vec<(usize, Key)>;

/// The orders of a place's rows, by the number of the column.
#[derive(Clone, Debug, Default)]
pub(super) struct Orders(OnceLock<Box<[OnceLock<ColumnOrder>]>>);

impl Orders {
    /// The order by a column of `columns`, which `rows` tells the first time.
    pub(super) fn get<I: Iterator<Item = (Key, u64)>>(
        &self,
        column: usize,
        columns: usize,
        rows: impl FnOnce() -> I,
    ) -> &ColumnOrder {
        let orders = self.0.get_or_init(|| (0..columns).map(|_| OnceLock::new()).collect());
        orders[column].get_or_init(|| {
            let mut rows: Vec<(Key, u64)> = rows().collect();
            rows.sort_unstable();
            rows.into_iter().collect()
        })
    }

    /// Whether the order by a column is kept.
    pub(super) fn has(&self, column: usize) -> bool {
        self.0.get().is_some_and(|orders| orders[column].get().is_some())
    }

    /// Every order that is kept, with the number of its column.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &ColumnOrder)> {
        let orders = self.0.get().into_iter().flatten().enumerate();
        orders.filter_map(|(column, order)| Some((column, order.get()?)))
    }

    /// Adds a row.
    pub(super) fn enter(&mut self, id: u64, keys: &Keys) {
        self.each(keys, |order, key| order.insert((key.clone(), id)));
    }

    /// Takes a row out.
    pub(super) fn leave(&mut self, id: u64, keys: &Keys) {
        self.each(keys, |order, key| order.remove(&(key.clone(), id)));
    }

    /// A row has changed that stays where it is.
    pub(super) fn forget(&mut self, id: u64, keys: &Keys) {
        self.each(keys, |order, key| order.forget(&(key.clone(), id)));
    }

    fn each(&mut self, keys: &Keys, change: impl Fn(&mut ColumnOrder, &Key)) {
        for (column, order) in self.0.get_mut().into_iter().flatten().enumerate() {
            let key = keys.iter().find(|(of, _)| *of == column);
            match (order.get_mut(), key) {
                (Some(order), Some((_, key))) => change(order, key),
                // A fork that shares it has asked for it since the row was looked at: it is made anew when it is
                // asked for here.
                (Some(_), None) => drop(order.take()),
                (None, _) => {}
            }
        }
    }
}
