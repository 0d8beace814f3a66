//! A table: rows by id, and indexes by what they name. It is persistent, so that a clone costs next to nothing.

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

/// A row, and what it is by itself on the wire, made when first asked for. What lists show of it is on its sheet.
#[derive(Debug)]
pub(crate) struct TableRow<E> {
    row: E,
    whole: OnceLock<Bytes>,
}

impl<E> TableRow<E> {
    fn new(row: E) -> Self {
        Self { row, whole: OnceLock::new() }
    }

    /// The row by itself, which `render` makes the first time.
    pub(crate) fn rendered(&self, render: impl FnOnce(&E) -> Bytes) -> Bytes {
        self.whole.get_or_init(|| render(&self.row)).clone()
    }
}

/// A cloned row is about to change: what was rendered of it does not hold any more.
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

/// Rows by id, and indexes. All tables of a world are cloned before each write, so that each is one pointer.
#[derive(Clone, Debug)]
pub(crate) struct Table<E: Entity>(Arc<Inner<E>>);

#[derive(Clone, Debug)]
struct Inner<E: Entity> {
    rows: OrdMap<E::Id, Arc<TableRow<E>>>,
    indexes: Indexes,
    /// Live rows as lists show them.
    sheets: Sheets,
    /// The rows that were written since [`Table::take_written`] was asked last; kept in debug builds, for checks.
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

/// The second number of a slot by a link: live rows and archived ones are told apart.
const LIVE: u64 = 0;
const ARCHIVED: u64 = 1;

/// The place of each row of a table that names no other, in its only index.
pub(crate) const ALL: u64 = 0;

/// The places of a row, one in each index where it has one.
fn slots<E: Entity>(row: &E) -> impl Iterator<Item = Option<Slot>> {
    let is_archived = row.archived_at().is_some();
    let stage = if is_archived { ARCHIVED } else { LIVE };
    let all = E::LINKS.is_empty().then_some(Some((ALL, stage)));
    let links = E::LINKS.iter().map(move |link| (link.of)(row).map(|id| (id, stage)));
    let others = E::INDEXES.iter().map(move |slot| (!is_archived).then(|| slot(row)));
    all.into_iter().chain(links).chain(others)
}

/// Where a row is found by indexes.
fn places<E: Entity>(row: &E, indexes: &Indexes) -> Places {
    let title = row.title().filter(|_| row.archived_at().is_none());
    let title = title.map(|(scope, title)| (scope, number_of(title)));
    let keys = indexes.ordered().map(|column| (column, (E::COLUMNS[column].key)(row))).collect();
    Places { slots: slots(row).collect(), sum: row.sum(), title, keys }
}

/// The row that a live row lies in.
fn parent(places: &Places) -> Option<u64> {
    let (parent, stage) = places.slots.first().copied().flatten()?;
    (stage == LIVE).then_some(parent)
}

impl<E: Entity> Table<E> {
    /// The live row with that id, or the refusal that says there is none.
    pub(crate) fn find(&self, id: E::Id) -> Result<&E, Refusal> {
        self.entry(id).map(Deref::deref)
    }

    /// The live row with that id and its rendered forms, or the refusal that says there is none.
    pub(crate) fn entry(&self, id: E::Id) -> Result<&TableRow<E>, Refusal> {
        let live = self.0.rows.get(&id).filter(|row| row.archived_at().is_none());
        live.map(Arc::as_ref).ok_or_else(|| Refusal::missing(E::NOUN, id))
    }

    /// The row with that id, live or archived.
    pub(crate) fn get(&self, id: E::Id) -> Option<&E> {
        self.0.rows.get(&id).map(|entry| &entry.row)
    }

    /// The row of an id that an index has.
    pub(crate) fn at(&self, id: u64) -> &TableRow<E> {
        &self.0.rows[&E::Id::from(id)]
    }

    /// Whether there is a row with that id, live or archived.
    pub(crate) fn has(&self, id: E::Id) -> bool {
        self.0.rows.contains_key(&id)
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.0.rows.len()
    }

    /// All rows, by id.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &E> {
        self.0.rows.values().map(|entry| &entry.row)
    }

    /// The rows from an id on, by id.
    pub(crate) fn rows_from(&self, id: E::Id) -> impl Iterator<Item = &E> {
        self.0.rows.range(id..).map(|(_, entry)| &entry.row)
    }

    /// The live row with the least id.
    pub(crate) fn first(&self) -> Option<&E> {
        self.rows().find(|row| row.archived_at().is_none())
    }

    /// The id after the largest one.
    pub(crate) fn next_id(&self) -> E::Id {
        (self.0.rows.get_max().map_or(0, |(id, _)| (*id).into()) + 1).into()
    }

    /// The live rows that name `id` by link number `link`.
    pub(crate) fn of(&self, link: usize, id: impl Into<u64>) -> Option<&Group> {
        self.slot(link, (id.into(), LIVE))
    }

    /// The archived rows that name `id` by link number `link`.
    pub(crate) fn archived_of(&self, link: usize, id: impl Into<u64>) -> Option<&Group> {
        self.slot(link, (id.into(), ARCHIVED))
    }

    /// The rows of a place in index number `index`, links counted first.
    pub(crate) fn slot(&self, index: usize, slot: Slot) -> Option<&Group> {
        self.0.indexes.group(index, slot)
    }

    /// The live rows that name `id` by link number `link`, by id.
    pub(crate) fn rows_of(&self, link: usize, id: impl Into<u64>) -> impl Iterator<Item = &E> {
        self.of(link, id).into_iter().flat_map(|group| group.ids.iter()).map(|id| &**self.at(*id))
    }

    /// The live row with that title, if there is one besides `but`.
    pub(crate) fn titled(&self, scope: Slot, title: &str, but: Option<E::Id>) -> Option<E::Id> {
        self.same_title(scope, title).find(|id| Some(*id) != but)
    }

    fn same_title(&self, scope: Slot, title: &str) -> impl Iterator<Item = E::Id> {
        let alike = self.0.indexes.titled((scope, number_of(title))).map(E::Id::from);
        // Two names may have one number.
        alike.filter(move |id| self.get(*id).and_then(Entity::title).is_some_and(|(_, of)| of == title))
    }

    /// `title`, or where that is taken the first of `title_001`, `title_002` and so on that is not, as the SDK's
    /// `get_free_name` has it.
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

    /// Changes a row, live or archived; its places in the indexes follow. None where there is no such row.
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

    /// The rows that were written since this was asked last; none in release builds.
    pub(super) fn take_written(&mut self) -> BTreeSet<E::Id> {
        if self.0.written.is_empty() {
            return BTreeSet::new();
        }
        std::mem::take(&mut Arc::make_mut(&mut self.0).written)
    }

    /// What does not hold together between a row and the indexes, each as a sentence.
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
        let missing = missing.chain(untitled.map(|_| format!("{word} {id}: its name leads nowhere")));
        missing.chain(unshown.map(|_| format!("{word} {id}: lists do not show it"))).collect()
    }

    /// What does not hold together in the indexes as a whole, each as a sentence.
    pub(super) fn problems(&self) -> Vec<String> {
        let groups = self.0.indexes.all();
        let groups = groups.filter_map(|(index, slot, group)| self.group_problem(index, slot, group));
        let mut problems: Vec<String> = groups.collect();
        problems.extend(self.rows().flat_map(|row| self.index_problems(row)));
        let (titled, titles) =
            (self.rows().filter(|row| self.places(*row).title.is_some()).count(), self.0.indexes.titles());
        if titled != titles {
            problems.push(format!("{titles} names of {titled} {}s", E::NOUN.word()));
        }
        let live = self.rows().filter(|row| parent(&self.places(*row)).is_some()).count();
        let shown = self.0.sheets.len();
        if live != shown {
            problems.push(format!("lists show {shown} of {live} {}s", E::NOUN.word()));
        }
        problems
    }

    fn places(&self, row: &E) -> Places {
        places(row, &self.0.indexes)
    }

    /// A row's value in a column, and its id.
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
        (!holds).then(|| format!("index {index} of {}s does not hold at {slot:?}", E::NOUN.word()))
    }
}

/// Rows as lists show them, which `render` writes.
pub(crate) type RenderRow<'a, E> = dyn Fn(&TableRow<E>, &mut Vec<u8>) + 'a;

impl<E: Entity> Table<E> {
    /// The rows of a group in the order of a column.
    pub(crate) fn sorted<'g>(&self, group: &'g Group, column: usize) -> &'g ColumnOrder {
        let key = |id: u64| self.key(column, self.at(id)).0;
        self.0.indexes.sorted(group, (column, E::COLUMNS.len()), key)
    }

    /// The live rows that lie in a row, from one id to another.
    pub(crate) fn spans(
        &self,
        parent: u64,
        ids: RangeInclusive<u64>,
        render: &RenderRow<'_, E>,
    ) -> Vec<Span> {
        self.0.sheets.spans(parent, ids, &|id, bytes| render(self.at(id), bytes))
    }

    /// The live rows that lie in a row and have these ids, in this order.
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
    /// Has lists show a row that was written, in the row that it lies in now.
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
        // Behind the back of the indexes.
        let row = Arc::new(TableRow::new(dataset(1, "b", 8)));
        Arc::make_mut(&mut table.0).rows.insert(DatasetId(1), row);
        let problems = table.index_problems(&dataset(1, "b", 8));
        let places =
            ["not in its index 0", "not in its index 2", "its name leads nowhere", "lists do not show it"];
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
