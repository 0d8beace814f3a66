//! The indexes of a table: places by which its rows are found, and their names. It knows ids as numbers, so that its code
//! is there once for all tables.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};

use super::entity::Slot;

/// The rows of one place of an index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// Their ids, rising: a deep page is found by position.
    pub(crate) ids: Vector<u64>,
    /// What their [`Entity::sum`](super::Entity::sum) adds up to.
    pub(crate) sum: u64,
}

/// A name, and the place in which no other live row has it.
pub(super) type Title = (Slot, Arc<str>);

/// Where a row is found: a place in each index where it has one, its share of their sums, its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) slots: Vec<Option<Slot>>,
    pub(super) sum: u64,
    pub(super) title: Option<Title>,
}

/// All indexes of a table.
#[derive(Clone, Debug)]
pub(super) struct Indexes {
    groups: Vec<OrdMap<Slot, Group>>,
    titles: OrdSet<(Slot, Arc<str>, u64)>,
}

impl Indexes {
    /// So many indexes of no rows.
    pub(super) fn new(count: usize) -> Self {
        Self { groups: vec![OrdMap::new(); count], titles: OrdSet::new() }
    }

    /// The rows of a place.
    pub(super) fn group(&self, index: usize, slot: Slot) -> Option<&Group> {
        self.groups[index].get(&slot)
    }

    /// All places of all indexes.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, Slot, &Group)> {
        let indexes = self.groups.iter().enumerate();
        indexes.flat_map(|(index, groups)| groups.iter().map(move |(slot, group)| (index, *slot, group)))
    }

    /// How many rows have a name.
    pub(super) fn titles(&self) -> usize {
        self.titles.len()
    }

    /// The rows that have a name, by id: one at most, unless a fixture says otherwise.
    pub(super) fn titled(&self, scope: Slot, title: &str) -> impl Iterator<Item = u64> {
        let title: Arc<str> = title.into();
        let from = self.titles.range((scope, Arc::clone(&title), 0)..);
        let same = from.take_while(move |(of, text, _)| *of == scope && *text == title);
        same.map(|(_, _, id)| *id)
    }

    /// Adds a row.
    pub(super) fn enter(&mut self, id: u64, places: Places) {
        for (groups, slot) in self.groups.iter_mut().zip(places.slots) {
            if let Some(slot) = slot {
                groups.entry(slot).or_default().add(id, places.sum);
            }
        }
        self.titles.extend(places.title.map(|(scope, title)| (scope, title, id)));
    }

    /// Moves a row that has changed.
    pub(super) fn move_row(&mut self, id: u64, before: Places, after: Places) {
        let moves = before.slots.into_iter().zip(after.slots);
        for (groups, (old, new)) in self.groups.iter_mut().zip(moves) {
            if let (true, Some(slot)) = (old == new, old) {
                groups.entry(slot).or_default().add_sum(before.sum, after.sum);
                continue;
            }
            if let Some(slot) = old {
                let group = groups.entry(slot).or_default();
                group.remove(id, before.sum);
                if group.ids.is_empty() {
                    groups.remove(&slot);
                }
            }
            if let Some(slot) = new {
                groups.entry(slot).or_default().add(id, after.sum);
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

impl Group {
    fn add(&mut self, id: u64, sum: u64) {
        match self.ids.last() {
            Some(last) if *last >= id => {
                if let Err(place) = self.ids.binary_search(&id) {
                    self.ids.insert(place, id);
                }
            }
            _ => self.ids.push_back(id),
        }
        self.add_sum(0, sum);
    }

    fn remove(&mut self, id: u64, sum: u64) {
        if let Ok(place) = self.ids.binary_search(&id) {
            self.ids.remove(place);
        }
        self.add_sum(sum, 0);
    }

    fn add_sum(&mut self, old: u64, new: u64) {
        // It wraps: a fixture may state more than adds up, and only whether it has changed counts.
        self.sum = self.sum.wrapping_sub(old).wrapping_add(new);
    }
}
