//! A table: rows by id, with indexes over their links. It is persistent, so that a clone is cheap.

use std::collections::BTreeSet;
use std::ops::{Deref, RangeInclusive};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use imbl::OrdMap;

use super::column::Key;
use super::entity::{Entity, Slot};
use super::index::{Group, Indexes, Places, Title, number_of};
use super::order::ColumnOrder;
use super::sheet::Sheets;
use crate::refusal::Refusal;
use crate::reply::{Span, Strip};

/// A row, with its `info` reply rendered on first use. The row's form in lists is on its sheet.
#[derive(Debug)]
pub(crate) struct TableRow<E> {
    row: E,
    whole: OnceLock<Bytes>,
}

impl<E> TableRow<E> {
    fn new(row: E) -> Self {
        Self { row, whole: OnceLock::new() }
    }

    /// Returns the rendered row; calls `render` the first time.
    pub(crate) fn rendered(&self, render: impl FnOnce(&E) -> Bytes) -> Bytes {
        self.whole.get_or_init(|| render(&self.row)).clone()
    }
}

/// Drops the rendered text, because a row is cloned only for a change.
impl<E: Clone> Clone for TableRow<E> {
    fn clone(&self) -> Self {
        Self::new(self.row.clone())
    }
}

impl<E> Deref for TableRow<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.row
    }
}

/// Rows by id, and indexes. All tables of a world are cloned before each write, so each one is a single
/// pointer.
#[derive(Clone, Debug)]
pub(crate) struct Table<E: Entity>(Arc<Inner<E>>);

#[derive(Clone, Debug)]
struct Inner<E: Entity> {
    rows: OrdMap<E::Id, Arc<TableRow<E>>>,
    indexes: Indexes,
    /// Live rows, rendered for lists.
    sheets: Sheets,
    /// Rows written since the last [`Table::take_written`]; kept only in debug builds, for consistency
    /// checks.
    written: BTreeSet<E::Id>,
}

impl<E: Entity> Default for Table<E> {
    fn default() -> Self {
        let indexes = Indexes::new(E::LINKS.len().max(1) + E::INDEXES.len());
        Self(Arc::new(Inner {
            rows: OrdMap::new(),
            indexes,
            sheets: Sheets::default(),
            written: BTreeSet::new(),
        }))
    }
}

/// Second number of a slot in the index of a link; separates live and archived rows.
const LIVE: u64 = 0;
const ARCHIVED: u64 = 1;

/// Key of all rows of a table without links, in its only index.
pub(crate) const ALL: u64 = 0;

/// Returns the row's place in each index; `None` for an index that does not have it.
fn slots<E: Entity>(row: &E) -> impl Iterator<Item = Option<Slot>> {
    let is_archived = row.archived_at().is_some();
    let stage = if is_archived { ARCHIVED } else { LIVE };
    let all = E::LINKS.is_empty().then_some(Some((ALL, stage)));
    let links = E::LINKS.iter().map(move |link| (link.of)(row).map(|id| (id, stage)));
    let others = E::INDEXES.iter().map(move |slot| (!is_archived).then(|| slot(row)));
    all.into_iter().chain(links).chain(others)
}

fn places<E: Entity>(row: &E, indexes: &Indexes) -> Places {
    let title = row.title().filter(|_| row.archived_at().is_none());
    let title = title.map(|(scope, title)| (scope, number_of(title)));
    let keys = indexes.ordered().map(|column| (column, (E::COLUMNS[column].key)(row))).collect();
    Places { slots: slots(row).collect(), sum: row.sum(), title, keys }
}

/// Returns the id of the row that contains a live row.
fn parent(places: &Places) -> Option<u64> {
    let (parent, stage) = places.slots.first().copied().flatten()?;
    (stage == LIVE).then_some(parent)
}

impl<E: Entity> Table<E> {
    /// Returns the live row with that id, or a 404 refusal.
    pub(crate) fn find(&self, id: E::Id) -> Result<&E, Refusal> {
        self.entry(id).map(Deref::deref)
    }

    /// Returns the live row with that id and its rendered form, or a 404 refusal.
    pub(crate) fn entry(&self, id: E::Id) -> Result<&TableRow<E>, Refusal> {
        let live = self.0.rows.get(&id).filter(|row| row.archived_at().is_none());
        live.map(Arc::as_ref).ok_or_else(|| Refusal::missing(E::NOUN, id))
    }

    /// Returns the row with that id, live or archived.
    pub(crate) fn get(&self, id: E::Id) -> Option<&E> {
        self.0.rows.get(&id).map(|entry| &entry.row)
    }

    /// Returns the row with an id that an index holds.
    pub(crate) fn at(&self, id: u64) -> &TableRow<E> {
        &self.0.rows[&E::Id::from(id)]
    }

    /// Returns true if a row with that id exists, live or archived.
    pub(crate) fn has(&self, id: E::Id) -> bool {
        self.0.rows.contains_key(&id)
    }

    /// Returns the number of rows, live and archived.
    pub(crate) fn len(&self) -> usize {
        self.0.rows.len()
    }

    /// Iterates over all rows, live and archived, by id.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &E> {
        self.0.rows.values().map(|entry| &entry.row)
    }

    /// Iterates over the rows from an id on, by id.
    pub(crate) fn rows_from(&self, id: E::Id) -> impl Iterator<Item = &E> {
        self.0.rows.range(id..).map(|(_, entry)| &entry.row)
    }

    /// Returns the live row with the smallest id.
    pub(crate) fn first(&self) -> Option<&E> {
        self.rows().find(|row| row.archived_at().is_none())
    }

    /// Returns the largest id plus 1.
    pub(crate) fn next_id(&self) -> E::Id {
        (self.0.rows.get_max().map_or(0, |(id, _)| (*id).into()) + 1).into()
    }

    /// Returns the live rows that refer to `id` by link number `link`.
    pub(crate) fn of(&self, link: usize, id: impl Into<u64>) -> Option<&Group> {
        self.slot(link, (id.into(), LIVE))
    }

    /// Returns the archived rows that refer to `id` by link number `link`.
    pub(crate) fn archived_of(&self, link: usize, id: impl Into<u64>) -> Option<&Group> {
        self.slot(link, (id.into(), ARCHIVED))
    }

    /// Returns the rows at a place of index number `index`; links are numbered first.
    pub(crate) fn slot(&self, index: usize, slot: Slot) -> Option<&Group> {
        self.0.indexes.group(index, slot)
    }

    /// Iterates over the live rows that refer to `id` by link number `link`, by id.
    pub(crate) fn rows_of(&self, link: usize, id: impl Into<u64>) -> impl Iterator<Item = &E> {
        self.of(link, id).into_iter().flat_map(|group| group.ids.iter()).map(|id| &**self.at(*id))
    }

    /// Returns the live row with that title, other than `but`.
    pub(crate) fn titled(&self, scope: Slot, title: &str, but: Option<E::Id>) -> Option<E::Id> {
        self.same_title(scope, title).find(|id| Some(*id) != but)
    }

    fn same_title(&self, scope: Slot, title: &str) -> impl Iterator<Item = E::Id> {
        let alike = self.0.indexes.titled((scope, number_of(title))).map(E::Id::from);
        // Different names may have the same hash.
        alike.filter(move |id| self.get(*id).and_then(Entity::title).is_some_and(|(_, of)| of == title))
    }

    /// Returns `title`, or the first free one of `title_001`, `title_002`, ..., as the SDK's `get_free_name`
    /// does.
    pub(crate) fn free_title(&self, scope: Slot, title: &str) -> String {
        let mut free = title.to_owned();
        let mut number = 0;
        while self.titled(scope, &free, None).is_some() {
            number += 1;
            free = format!("{title}_{number:03}");
        }
        free
    }

    /// Adds a row, whose id must be new.
    pub(super) fn insert(&mut self, row: E) {
        let id = row.id();
        let inner = Arc::make_mut(&mut self.0);
        let places = places(&row, &inner.indexes);
        inner.show(id.into(), None, parent(&places));
        inner.indexes.enter(id.into(), places);
        inner.note(id);
        inner.rows.insert(id, Arc::new(TableRow::new(row)));
    }

    /// Changes a row, live or archived, and its places in the indexes. Returns `None` if there is no such
    /// row.
    pub(super) fn change<T>(&mut self, id: E::Id, change: impl FnOnce(&mut E) -> T) -> Option<T> {
        let inner = Arc::make_mut(&mut self.0);
        let entry = Arc::make_mut(inner.rows.get_mut(&id)?);
        entry.whole = OnceLock::new();
        let before = places(&entry.row, &inner.indexes);
        let done = change(&mut entry.row);
        let after = places(&entry.row, &inner.indexes);
        inner.show(id.into(), parent(&before), parent(&after));
        inner.note(id);
        inner.indexes.move_row(id.into(), &before, &after);
        Some(done)
    }

    /// Returns the rows written since the last call; none in release builds.
    pub(super) fn take_written(&mut self) -> BTreeSet<E::Id> {
        if self.0.written.is_empty() {
            return BTreeSet::new();
        }
        std::mem::take(&mut Arc::make_mut(&mut self.0).written)
    }

    /// Returns the inconsistencies between a row and the indexes, one sentence each.
    pub(super) fn index_problems(&self, row: &E) -> Vec<String> {
        let (word, id, places) = (E::NOUN.word(), row.id().into(), self.places(row));
        let is_in = |(index, slot): (usize, Slot)| {
            self.slot(index, slot).is_some_and(|group| group.ids.contains(&id))
        };
        let slots = places.slots.iter().copied().enumerate();
        let slots = slots.filter_map(|(index, slot)| Some((index, slot?)));
        let missing = slots.filter(|place| !is_in(*place));
        let missing = missing.map(|(index, _)| format!("{word} {id}: not in its index {index}"));
        let has_title = |title: &Title| self.0.indexes.titled(*title).any(|of| of == id);
        let untitled = places.title.filter(|title| !has_title(title));
        let unshown = parent(&places).filter(|parent| !self.0.sheets.has(*parent, id));
        let missing = missing.chain(untitled.map(|_| format!("{word} {id}: its name is not indexed")));
        missing.chain(unshown.map(|_| format!("{word} {id}: lists do not show it"))).collect()
    }

    /// Returns the inconsistencies of the indexes as a whole, one sentence each.
    pub(super) fn problems(&self) -> Vec<String> {
        let groups = self.0.indexes.all();
        let groups = groups.filter_map(|(index, slot, group)| self.group_problem(index, slot, group));
        let mut problems: Vec<String> = groups.collect();
        problems.extend(self.rows().flat_map(|row| self.index_problems(row)));
        let (titled, titles) =
            (self.rows().filter(|row| self.places(*row).title.is_some()).count(), self.0.indexes.titles());
        if titled != titles {
            problems.push(format!("{titles} indexed names of {titled} {}s", E::NOUN.word()));
        }
        let live = self.rows().filter(|row| parent(&self.places(*row)).is_some()).count();
        let shown = self.0.sheets.len();
        if live != shown {
            problems.push(format!("lists show {shown} of {live} live {}s", E::NOUN.word()));
        }
        problems
    }

    fn places(&self, row: &E) -> Places {
        places(row, &self.0.indexes)
    }

    fn key(&self, column: usize, row: &E) -> (Key, u64) {
        ((E::COLUMNS[column].key)(row), row.id().into())
    }

    fn group_problem(&self, index: usize, slot: Slot, group: &Group) -> Option<String> {
        let rises = group.ids.iter().zip(group.ids.iter().skip(1)).all(|(a, b)| a < b);
        let belongs = |row: &&E| slots(*row).nth(index) == Some(Some(slot));
        let rows: Vec<_> = group.ids.iter().filter_map(|id| self.get((*id).into())).filter(belongs).collect();
        let sum = rows.iter().fold(0_u64, |sum, row| sum.wrapping_add(row.sum()));
        let is_order = |(column, order): (usize, &ColumnOrder)| {
            let mut keys: Vec<_> = rows.iter().map(|row| self.key(column, row)).collect();
            keys.sort_unstable();
            order.iter().eq(&keys)
        };
        let holds =
            rises && rows.len() == group.ids.len() && sum == group.sum && group.orders().all(is_order);
        (!holds).then(|| format!("index {index} of {}s is inconsistent at {slot:?}", E::NOUN.word()))
    }
}

/// Writes a row as lists show it.
pub(crate) type RenderRow<'a, E> = dyn Fn(&TableRow<E>, &mut Vec<u8>) + 'a;

impl<E: Entity> Table<E> {
    /// Returns the rows of a group in the order of a column.
    pub(crate) fn sorted<'g>(&self, group: &'g Group, column: usize) -> &'g ColumnOrder {
        let key = |id: u64| self.key(column, self.at(id)).0;
        self.0.indexes.sorted(group, (column, E::COLUMNS.len()), key)
    }

    /// Returns the live rows that a row contains, in a range of ids.
    pub(crate) fn spans(
        &self,
        parent: u64,
        ids: RangeInclusive<u64>,
        render: &RenderRow<'_, E>,
    ) -> Vec<Span> {
        self.0.sheets.spans(parent, ids, &|id, bytes| render(self.at(id), bytes))
    }

    /// Returns the live rows that a row contains with these ids, in this order.
    pub(crate) fn strip(
        &self,
        parent: u64,
        ids: impl Iterator<Item = u64>,
        render: &RenderRow<'_, E>,
    ) -> Strip {
        self.0.sheets.strip(parent, ids, &|id, bytes| render(self.at(id), bytes))
    }
}

impl<E: Entity> Inner<E> {
    /// Moves a written row between sheets: from the old parent's to the new parent's.
    fn show(&mut self, id: u64, before: Option<u64>, now: Option<u64>) {
        if let Some(left) = before.filter(|left| Some(*left) != now) {
            self.sheets.write(left, id, false);
        }
        if let Some(parent) = now {
            self.sheets.write(parent, id, true);
        }
    }

    fn note(&mut self, id: E::Id) {
        if cfg!(debug_assertions) {
            self.written.insert(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ids::DatasetId;
    use crate::tables::Dataset;

    fn dataset(id: u64, name: &str, project: u64) -> Dataset {
        serde_json::from_value(json!({"id": id, "name": name, "projectId": project})).unwrap()
    }

    #[test]
    fn indexes_that_do_not_hold_are_found() {
        let mut table = Table::<Dataset>::default();
        table.insert(dataset(1, "a", 7));
        assert_eq!(table.problems(), Vec::<String>::new());
        assert_eq!(table.index_problems(&dataset(1, "a", 7)), Vec::<String>::new());
        // Changed without the knowledge of the indexes.
        let row = Arc::new(TableRow::new(dataset(1, "b", 8)));
        Arc::make_mut(&mut table.0).rows.insert(DatasetId(1), row);
        let problems = table.index_problems(&dataset(1, "b", 8));
        let places =
            ["not in its index 0", "not in its index 2", "its name is not indexed", "lists do not show it"];
        assert_eq!(problems, places.map(|problem| format!("dataset 1: {problem}")));
        assert_eq!(
            table.problems().len(),
            2 + problems.len(),
            "by project and by place, and those of the row"
        );
        Arc::make_mut(&mut table.0).rows.remove(&DatasetId(1));
        assert_eq!(table.problems().len(), 4, "and a name of no row, and lists show one that is not there");
    }
}
