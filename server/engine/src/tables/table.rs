//! A table: rows by id, and indexes by what they name. It is persistent, so that a clone costs next to nothing.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use imbl::OrdMap;

use super::entity::{Entity, Slot};
use super::index::{Group, Indexes, Places, Title};
use crate::refusal::Refusal;

/// How many forms of a row are kept rendered.
const FORMS: usize = 2;

/// A row and its rendered forms, made when first asked for.
#[derive(Debug)]
pub(crate) struct TableRow<E> {
    row: E,
    rendered: [OnceLock<Bytes>; FORMS],
}

impl<E> TableRow<E> {
    fn new(row: E) -> Self {
        Self { row, rendered: Default::default() }
    }

    /// Form number `form` of the row, which `render` makes the first time.
    pub(crate) fn rendered(&self, form: usize, render: impl FnOnce(&E) -> Bytes) -> Bytes {
        self.rendered[form].get_or_init(|| render(&self.row)).clone()
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
    /// The rows that were written since [`Table::take_written`] was asked last; kept in debug builds, for checks.
    written: BTreeSet<E::Id>,
}

impl<E: Entity> Default for Table<E> {
    fn default() -> Self {
        let indexes = Indexes::new(E::LINKS.len().max(1) + E::INDEXES.len());
        Self(Arc::new(Inner { rows: OrdMap::new(), indexes, written: BTreeSet::new() }))
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

/// Where a row is found.
fn places<E: Entity>(row: &E) -> Places {
    let title = row.title().filter(|_| row.archived_at().is_none());
    let title = title.map(|(scope, title)| (scope, title.into()));
    Places { slots: slots(row).collect(), sum: row.sum(), title }
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
        self.of(link, id).into_iter().flat_map(|group| &group.ids).map(|id| &**self.at(*id))
    }

    /// The live row with that title, if there is one besides `but`.
    pub(crate) fn titled(&self, scope: Slot, title: &str, but: Option<E::Id>) -> Option<E::Id> {
        self.0.indexes.titled(scope, title).map(E::Id::from).find(|id| Some(*id) != but)
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
        inner.indexes.enter(id.into(), places(&row));
        inner.note(id);
        inner.rows.insert(id, Arc::new(TableRow::new(row)));
    }

    /// Changes a row, live or archived; its places in the indexes follow. None where there is no such row.
    pub(super) fn change<T>(&mut self, id: E::Id, change: impl FnOnce(&mut E) -> T) -> Option<T> {
        let inner = Arc::make_mut(&mut self.0);
        let entry = Arc::make_mut(inner.rows.get_mut(&id)?);
        entry.rendered = Default::default();
        let before = places(&entry.row);
        let done = change(&mut entry.row);
        let after = places(&entry.row);
        inner.note(id);
        if before != after {
            inner.indexes.move_row(id.into(), before, after);
        }
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
        let (word, id, places) = (E::NOUN.word(), row.id().into(), places(row));
        let is_in = |(index, slot): (usize, Slot)| {
            self.slot(index, slot).is_some_and(|group| group.ids.binary_search(&id).is_ok())
        };
        let slots = places.slots.into_iter().enumerate();
        let slots = slots.filter_map(|(index, slot)| Some((index, slot?)));
        let missing = slots.filter(|place| !is_in(*place));
        let missing = missing.map(|(index, _)| format!("{word} {id}: not in its index {index}"));
        let has_title = |(scope, title): &Title| self.0.indexes.titled(*scope, title).any(|of| of == id);
        let untitled = places.title.filter(|title| !has_title(title));
        missing.chain(untitled.map(|_| format!("{word} {id}: its name leads nowhere"))).collect()
    }

    /// What does not hold together in the indexes as a whole, each as a sentence.
    pub(super) fn problems(&self) -> Vec<String> {
        let groups = self.0.indexes.all();
        let groups = groups.filter_map(|(index, slot, group)| self.group_problem(index, slot, group));
        let mut problems: Vec<String> = groups.collect();
        problems.extend(self.rows().flat_map(|row| self.index_problems(row)));
        let (titled, titles) =
            (self.rows().filter(|row| places(*row).title.is_some()).count(), self.0.indexes.titles());
        if titled != titles {
            problems.push(format!("{titles} names of {titled} {}s", E::NOUN.word()));
        }
        problems
    }

    fn group_problem(&self, index: usize, slot: Slot, group: &Group) -> Option<String> {
        let rises = group.ids.iter().zip(group.ids.iter().skip(1)).all(|(a, b)| a < b);
        let belongs = |row: &&E| slots(*row).nth(index) == Some(Some(slot));
        let rows: Vec<_> = group.ids.iter().filter_map(|id| self.get((*id).into())).filter(belongs).collect();
        let sum = rows.iter().fold(0_u64, |sum, row| sum.wrapping_add(row.sum()));
        let holds = rises && rows.len() == group.ids.len() && sum == group.sum;
        (!holds).then(|| format!("index {index} of {}s does not hold at {slot:?}", E::NOUN.word()))
    }
}

impl<E: Entity> Inner<E> {
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
        let places = ["not in its index 0", "not in its index 2", "its name leads nowhere"];
        assert_eq!(problems, places.map(|problem| format!("dataset 1: {problem}")));
        assert_eq!(
            table.problems().len(),
            2 + problems.len(),
            "by project and by place, and those of the row"
        );
        Arc::make_mut(&mut table.0).rows.remove(&DatasetId(1));
        assert_eq!(table.problems().len(), 3, "and a name of no row");
    }
}
