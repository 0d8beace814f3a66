//! The rows of a place in the order of a column, cached from the first request for it.

use std::sync::{Arc, OnceLock};

use super::column::Key;
use super::ranked::RankedSet;
use crate::reply::Strip;

/// Rows by id.
pub(crate) type Ids = RankedSet<u64, Strips>;
/// Rows in ascending order of a column, those without a value last; equal values by id.
pub(crate) type ColumnOrder = RankedSet<(Key, u64), Strips>;

/// Rendered list rows of one leaf of an order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strips {
    pub(crate) ascending: OnceLock<Arc<Strip>>,
    pub(crate) descending: OnceLock<Arc<Strip>>,
}

/// Values of a row in the columns that have an order, each with the number of its column.
pub(super) type Keys = Vec<(usize, Key)>;

/// Cached orders of a place's rows, by the number of the column.
#[derive(Clone, Debug, Default)]
pub(super) struct Orders(OnceLock<Box<[OnceLock<ColumnOrder>]>>);

impl Orders {
    /// Returns the order by a column, out of `columns` in total; `rows` supplies the rows for the first call.
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

    pub(super) fn has(&self, column: usize) -> bool {
        self.0.get().is_some_and(|orders| orders[column].get().is_some())
    }

    /// Iterates over the cached orders, each with the number of its column.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &ColumnOrder)> {
        let orders = self.0.get().into_iter().flatten().enumerate();
        orders.filter_map(|(column, order)| Some((column, order.get()?)))
    }

    pub(super) fn enter(&mut self, id: u64, keys: &Keys) {
        self.each(keys, |order, key| order.insert((key.clone(), id)));
    }

    pub(super) fn leave(&mut self, id: u64, keys: &Keys) {
        self.each(keys, |order, key| order.remove(&(key.clone(), id)));
    }

    /// Drops the rendered text of a row that changed but keeps its position.
    pub(super) fn forget(&mut self, id: u64, keys: &Keys) {
        self.each(keys, |order, key| order.forget(&(key.clone(), id)));
    }

    fn each(&mut self, keys: &Keys, change: impl Fn(&mut ColumnOrder, &Key)) {
        for (column, order) in self.0.get_mut().into_iter().flatten().enumerate() {
            let key = keys.iter().find(|(of, _)| *of == column);
            match (order.get_mut(), key) {
                (Some(order), Some((_, key))) => change(order, key),
                // A fork that shares this table cached the order after `keys` were computed. The order is
                // dropped here and rebuilt on the next request.
                (Some(_), None) => drop(order.take()),
                (None, _) => {}
            }
        }
    }
}
