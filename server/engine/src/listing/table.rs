//! Lists of a table's rows: the part of it that is asked for is found by an index.

use bytes::Bytes;
use imbl::Vector;

use super::{Filter, Ordering, Paging, Rows, cut, filter};
use crate::limits::WorldLimits;
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::tables::{Entity, Slot, Table, TableRow};

/// Part of a table: the rows of one place of an index.
pub(crate) struct Section<'a, E: Entity> {
    pub(crate) table: &'a Table<E>,
    /// The row that they lie in.
    pub(crate) parent: u64,
    /// Where they are found instead, when not all that lie in it are meant.
    pub(crate) within: Option<(usize, Slot)>,
    /// Which of them are meant besides, where the wire has a field for it.
    pub(crate) wanted: Option<&'a dyn Fn(&E) -> bool>,
}

impl<E: Entity> Section<'_, E> {
    /// The ids of the rows for which the conditions hold as far as an index knows that. The condition that it has seen
    /// to is taken out.
    fn ids(&self, conditions: &mut Vec<Filter<E>>, paging: &Paging) -> Vector<u64> {
        if paging.wants_archived() {
            let archived = self.table.archived_of(0, self.parent);
            return archived.map(|group| group.ids.clone()).unwrap_or_default();
        }
        let place = self.within.or_else(|| self.place_of(conditions));
        let group = match place {
            Some((index, slot)) => self.table.slot(index, slot),
            None => self.table.of(0, self.parent),
        };
        group.map(|group| group.ids.clone()).unwrap_or_default()
    }

    fn place_of(&self, conditions: &mut Vec<Filter<E>>) -> Option<(usize, Slot)> {
        let found = |condition: &Filter<E>| {
            let (index, value) = condition.column.index?;
            condition.only().map(|only| (index, value(only)))
        };
        let (place, (index, value)) =
            conditions.iter().enumerate().find_map(|(place, condition)| Some((place, found(condition)?)))?;
        conditions.remove(place);
        // A value that no row can have has a place where nothing lies.
        Some((index, (self.parent, value.unwrap_or(u64::MAX))))
    }
}

/// The page that was asked for of a part of a table.
pub(crate) fn page_of_part<E: Entity>(
    part: &Section<'_, E>,
    paging: &Paging,
    limits: &WorldLimits,
    fragment: &dyn Fn(&TableRow<E>) -> Bytes,
) -> Result<Output, Refusal> {
    let mut conditions = filter::compile(&paging.filter, E::COLUMNS)?;
    let order = Ordering::new(paging, E::COLUMNS)?;
    let mut ids = part.ids(&mut conditions, paging);
    if let Some(wanted) = part.wanted {
        ids.retain(|id| wanted(part.table.at(*id)));
    }
    let nth = |index: usize| &**part.table.at(ids[index]);
    let rendered = |row: &E| fragment(part.table.at(row.id().into()));
    let source = Rows { len: ids.len(), nth: &nth, columns: E::COLUMNS, fragment: &rendered };
    cut(&source, &conditions, &order, paging, limits)
}
