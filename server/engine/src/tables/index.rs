//! The indexes of a table: places by which its rows are found, and their names. It knows ids as numbers, so that its code
//! is there once for all tables.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use imbl::{OrdMap, OrdSet};

use super::column::Key;
use super::entity::Slot;
use super::order::{ColumnOrder, Ids, Keys, Orders};

/// The rows of one place of an index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// Their ids.
    pub(crate) ids: Ids,
    /// What their [`Entity::sum`](super::Entity::sum) adds up to.
    pub(crate) sum: u64,
    orders: Orders,
}

/// A name, as a number that few others have, and the place in which no other live row has it.
pub(super) type Title = (Slot, u64);

/// Where a row is found: a place in each index where it has one, its share of their sums, its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) slots: Vec<Option<Slot>>,
    pub(super) sum: u64,
    pub(super) title: Option<Title>,
    /// Its values in the columns by which rows have been ordered.
    pub(super) keys: Keys,
}

/// All indexes of a table.
#[derive(Clone, Debug)]
pub(super) struct Indexes {
    groups: Vec<OrdMap<Slot, Arc<Group>>>,
    titles: OrdSet<(Slot, u64, u64)>,
    /// The columns by which rows of any place have been ordered, a bit each; clones have it in common.
    ordered: Arc<AtomicU64>,
}

/// The number of a name.
pub(super) fn number_of(title: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    title.hash(&mut hasher);
    hasher.finish()
}

impl Indexes {
    /// So many indexes of no rows.
    pub(super) fn new(count: usize) -> Self {
        Self { groups: vec![OrdMap::new(); count], titles: OrdSet::new(), ordered: Arc::default() }
    }

    /// The rows of a place.
    pub(super) fn group(&self, index: usize, slot: Slot) -> Option<&Group> {
        self.groups[index].get(&slot).map(Arc::as_ref)
    }

    /// The rows of a group in the order of a column of `columns`, of which `key` tells a row's value.
    pub(super) fn sorted<'g>(
        &self,
        group: &'g Group,
        (column, columns): (usize, usize),
        key: impl Fn(u64) -> Key,
    ) -> &'g ColumnOrder {
        // Before the order is there: from then on whoever changes a row has to know its values.
        self.ordered.fetch_or(1 << column, Ordering::Relaxed);
        group.orders.get(column, columns, || group.ids.iter().map(|id| (key(*id), *id)))
    }

    /// The columns by which rows have been ordered.
    pub(super) fn ordered(&self) -> impl Iterator<Item = usize> {
        let ordered = self.ordered.load(Ordering::Relaxed);
        (0..u64::BITS).filter(move |column| ordered >> column & 1 == 1).map(|column| column as usize)
    }

    /// All places of all indexes.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, Slot, &Group)> {
        let indexes = self.groups.iter().enumerate();
        indexes.flat_map(|(index, groups)| groups.iter().map(move |(slot, group)| (index, *slot, &**group)))
    }

    /// How many rows have a name.
    pub(super) fn titles(&self) -> usize {
        self.titles.len()
    }

    /// The rows whose name has that number, by id.
    pub(super) fn titled(&self, (scope, title): Title) -> impl Iterator<Item = u64> {
        let from = self.titles.range((scope, title, 0)..);
        let same = from.take_while(move |(of, number, _)| *of == scope && *number == title);
        same.map(|(_, _, id)| *id)
    }

    /// Adds a row.
    pub(super) fn enter(&mut self, id: u64, places: Places) {
        for (groups, slot) in self.groups.iter_mut().zip(&places.slots) {
            if let Some(slot) = slot {
                Arc::make_mut(groups.entry(*slot).or_default()).add(id, &places);
            }
        }
        self.titles.extend(places.title.map(|(scope, title)| (scope, title, id)));
    }

    /// Moves a row that has changed.
    pub(super) fn move_row(&mut self, id: u64, before: &Places, after: &Places) {
        let moves = before.slots.iter().zip(&after.slots);
        for (groups, (old, new)) in self.groups.iter_mut().zip(moves) {
            match (old, new) {
                (Some(old), Some(new)) if old == new => {
                    // Even where nothing is kept of it yet: see [`RankedSet::forget`](super::ranked::RankedSet::forget).
                    if let Some(group) = groups.get_mut(old) {
                        Arc::make_mut(group).change(id, before, after);
                    }
                }
                (old, new) => {
                    if let Some(slot) = old {
                        leave(groups, *slot, id, before);
                    }
                    if let Some(slot) = new {
                        Arc::make_mut(groups.entry(*slot).or_default()).add(id, after);
                    }
                }
            }
        }
        if before.title != after.title {
            if let Some((scope, title)) = before.title {
                self.titles.remove(&(scope, title, id));
            }
            self.titles.extend(after.title.map(|(scope, title)| (scope, title, id)));
        }
    }
}

fn leave(groups: &mut OrdMap<Slot, Arc<Group>>, slot: Slot, id: u64, places: &Places) {
    let Some(group) = groups.get_mut(&slot) else { return };
    let group = Arc::make_mut(group);
    group.remove(id, places);
    if group.ids.is_empty() {
        groups.remove(&slot);
    }
}

impl Group {
    /// Whether its rows are kept in the order of that column.
    pub(crate) fn is_ordered(&self, column: usize) -> bool {
        self.orders.has(column)
    }

    /// Every order that is kept of its rows, with the number of the column.
    pub(super) fn orders(&self) -> impl Iterator<Item = (usize, &ColumnOrder)> {
        self.orders.all()
    }

    fn add(&mut self, id: u64, places: &Places) {
        self.ids.insert(id);
        self.orders.enter(id, &places.keys);
        self.add_sum(0, places.sum);
    }

    fn remove(&mut self, id: u64, places: &Places) {
        self.ids.remove(&id);
        self.orders.leave(id, &places.keys);
        self.add_sum(places.sum, 0);
    }

    fn change(&mut self, id: u64, before: &Places, after: &Places) {
        self.ids.forget(&id);
        if before.keys == after.keys {
            self.orders.forget(id, &after.keys);
        } else {
            self.orders.leave(id, &before.keys);
            self.orders.enter(id, &after.keys);
        }
        self.add_sum(before.sum, after.sum);
    }

    fn add_sum(&mut self, old: u64, new: u64) {
        // It wraps: a fixture may state more than adds up, and only whether it has changed counts.
        self.sum = self.sum.wrapping_sub(old).wrapping_add(new);
    }
}
