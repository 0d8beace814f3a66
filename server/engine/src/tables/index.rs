//! The indexes of a table: groups of rows by key, and unique names. Ids are plain numbers here, so that the
//! code is compiled once for all tables.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use imbl::{OrdMap, OrdSet};

use super::column::Key;
use super::entity::Slot;
use super::order::{ColumnOrder, Ids, Keys, Orders};

/// The rows at one place of an index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) ids: Ids,
    /// Sum of the rows' [`Entity::sum`](super::Entity::sum).
    pub(crate) sum: u64,
    orders: Orders,
}

/// A name as a hash, and the scope in which no other live row has it.
pub(super) type Title = (Slot, u64);

/// Everything that the indexes hold of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) slots: Vec<Option<Slot>>,
    pub(super) sum: u64,
    pub(super) title: Option<Title>,
    /// Values of the row in the columns that have an order.
    pub(super) keys: Keys,
}

#[derive(Clone, Debug)]
pub(super) struct Indexes {
    groups: Vec<OrdMap<Slot, Arc<Group>>>,
    titles: OrdSet<(Slot, u64, u64)>,
    /// Bit set of the columns by which rows were ordered so far; shared by all clones of the table.
    ordered: Arc<AtomicU64>,
}

pub(super) fn number_of(title: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    title.hash(&mut hasher);
    hasher.finish()
}

impl Indexes {
    pub(super) fn new(count: usize) -> Self {
        Self { groups: vec![OrdMap::new(); count], titles: OrdSet::new(), ordered: Arc::default() }
    }

    pub(super) fn group(&self, index: usize, slot: Slot) -> Option<&Group> {
        self.groups[index].get(&slot).map(Arc::as_ref)
    }

    /// Returns the rows of a group in the order of a column, out of `columns` in total; `key` returns a row's
    /// value.
    pub(super) fn sorted<'g>(
        &self,
        group: &'g Group,
        (column, columns): (usize, usize),
        key: impl Fn(u64) -> Key,
    ) -> &'g ColumnOrder {
        // The bit is set before the order exists: from then on every change of a row must compute its keys.
        self.ordered.fetch_or(1 << column, Ordering::Relaxed);
        group.orders.get(column, columns, || group.ids.iter().map(|id| (key(*id), *id)))
    }

    /// Returns the columns by which rows were ordered so far.
    pub(super) fn ordered(&self) -> impl Iterator<Item = usize> {
        let ordered = self.ordered.load(Ordering::Relaxed);
        (0..u64::BITS).filter(move |column| ordered >> column & 1 == 1).map(|column| column as usize)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (usize, Slot, &Group)> {
        let indexes = self.groups.iter().enumerate();
        indexes.flat_map(|(index, groups)| groups.iter().map(move |(slot, group)| (index, *slot, &**group)))
    }

    /// Returns the number of rows with a name.
    pub(super) fn titles(&self) -> usize {
        self.titles.len()
    }

    /// Returns the rows whose name has this hash, by id.
    pub(super) fn titled(&self, (scope, title): Title) -> impl Iterator<Item = u64> {
        let from = self.titles.range((scope, title, 0)..);
        let same = from.take_while(move |(of, number, _)| *of == scope && *number == title);
        same.map(|(_, _, id)| *id)
    }

    pub(super) fn enter(&mut self, id: u64, places: Places) {
        for (groups, slot) in self.groups.iter_mut().zip(&places.slots) {
            if let Some(slot) = slot {
                Arc::make_mut(groups.entry(*slot).or_default()).add(id, &places);
            }
        }
        self.titles.extend(places.title.map(|(scope, title)| (scope, title, id)));
    }

    /// Moves a changed row from its old places to its new ones.
    pub(super) fn move_row(&mut self, id: u64, before: &Places, after: &Places) {
        let moves = before.slots.iter().zip(&after.slots);
        for (groups, (old, new)) in self.groups.iter_mut().zip(moves) {
            match (old, new) {
                (Some(old), Some(new)) if old == new => {
                    // Done even if nothing is cached for the row: see
                    // [`RankedSet::forget`](super::ranked::RankedSet::forget).
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
    /// Returns true if the order of the rows by that column is cached.
    pub(crate) fn is_ordered(&self, column: usize) -> bool {
        self.orders.has(column)
    }

    /// Iterates over the cached orders, each with the number of its column.
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
        // Wraps, because a fixture may state values whose sum overflows, and readers only compare for change.
        self.sum = self.sum.wrapping_sub(old).wrapping_add(new);
    }
}
