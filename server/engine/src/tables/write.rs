//! Changes of rows, together with their consequences: the counters of the rows that they refer to, and the
//! rows that they contain.

use std::collections::BTreeSet;

use super::entity::{Archive, Counters, Entity};
use super::{Has, Tables};
use crate::noun::Noun;
use crate::refusal::Refusal;
use crate::time::Moment;

impl Tables {
    /// Adds a row, whose id must be new.
    pub(crate) fn add<E: Entity>(&mut self, row: E, at: Moment)
    where
        Self: Has<E>,
    {
        let share = share(&row);
        self.table_mut().insert(row);
        self.pass_on(None, share, at);
    }

    /// Adds a row of a fixture; counters stay as the fixture states them.
    pub(crate) fn load<E: Entity>(&mut self, row: E)
    where
        Self: Has<E>,
    {
        self.table_mut().insert(row);
    }

    /// Changes a live row.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is none.
    pub(crate) fn edit<E: Entity, T>(
        &mut self,
        id: E::Id,
        at: Moment,
        change: impl FnOnce(&mut E) -> T,
    ) -> Result<T, Refusal>
    where
        Self: Has<E>,
    {
        let before = share(Has::<E>::table(self).find(id)?);
        let changed = Has::<E>::table_mut(self).change(id, |row| (change(row), share(row)));
        let (done, after) = changed.ok_or_else(|| Refusal::missing(E::NOUN, id))?;
        self.pass_on(before, after, at);
        Ok(done)
    }

    /// Archives a live row and all rows that it contains. The contents go first, because a change of
    /// the counters of an archived row is dropped.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is none.
    pub(crate) fn archive<E: Archive>(&mut self, id: E::Id, at: Moment) -> Result<(), Refusal>
    where
        Self: Has<E>,
    {
        Has::<E>::table(self).find(id)?;
        let mut going = vec![(E::NOUN, id.into())];
        // A row may be in two containers, one of which is in the other.
        let mut seen = BTreeSet::from([going[0]]);
        let mut looked_at = 0;
        while let Some((noun, id)) = going.get(looked_at).copied() {
            let mut below = Vec::new();
            self.children(noun, id, &mut below);
            going.extend(below.into_iter().filter(|row| seen.insert(*row)));
            looked_at += 1;
        }
        going.into_iter().rev().for_each(|(noun, id)| self.archive_row(noun, id, at));
        Ok(())
    }

    fn pass_on(&mut self, before: Option<Share>, after: Option<Share>, at: Moment) {
        let same_place = |one: &Share, other: &Share| (one.0, one.1) == (other.0, other.1);
        match (before, after) {
            (Some(old), Some(new)) if same_place(&old, &new) => {
                if old.2 != new.2 {
                    self.count(new.0, new.1, new.2.without(old.2), at);
                }
            }
            (old, new) => {
                if let Some((noun, id, share)) = old {
                    self.count(noun, id, Counters::default().without(share), at);
                }
                if let Some((noun, id, share)) = new {
                    self.count(noun, id, share, at);
                }
            }
        }
    }
}

/// Row that counts another one, and the contribution to its counters.
type Share = (Noun, u64, Counters);

/// An archived row is not counted.
fn share<E: Entity>(row: &E) -> Option<Share> {
    row.share().filter(|_| row.archived_at().is_none())
}

/// Parts that the generated `Tables` calls for each entity.
impl Tables {
    pub(super) fn count_in<E: Entity>(&mut self, id: E::Id, by: Counters, at: Moment)
    where
        Self: Has<E>,
    {
        // If the counting row was archived in the meantime, the change is dropped.
        let counted = self.edit(id, at, |row: &mut E| {
            row.count(by);
            row.touch(at);
        });
        drop(counted);
    }

    /// Adds the live rows of one kind that another row contains.
    pub(super) fn children_in<E: Entity>(&self, noun: Noun, id: u64, found: &mut Vec<(Noun, u64)>)
    where
        Self: Has<E>,
    {
        for (link, _) in E::LINKS.iter().enumerate().filter(|(_, link)| link.owned && link.noun == noun) {
            let children = Has::<E>::table(self).of(link, id).into_iter().flat_map(|group| group.ids.iter());
            found.extend(children.map(|id| (E::NOUN, *id)));
        }
    }

    pub(super) fn archive_in<E: Entity>(&mut self, id: E::Id, at: Moment)
    where
        Self: Has<E>,
    {
        // An error here leaves an inconsistency, which `buried` reports.
        drop(self.edit(id, at, |row: &mut E| row.archive(at)));
    }

    pub(super) fn written_problems<E: Entity>(&mut self) -> Vec<String>
    where
        Self: Has<E>,
    {
        let written = Has::<E>::table_mut(self).take_written();
        let rows = written.into_iter().filter_map(|id| Has::<E>::table(self).get(id));
        rows.flat_map(|row| [self.problems_of(row), self.table().index_problems(row)].concat()).collect()
    }

    /// Returns the inconsistencies between a row and the rows that it refers to, one sentence each.
    pub(crate) fn problems_of<E: Entity>(&self, row: &E) -> Vec<String>
    where
        Self: Has<E>,
    {
        let (word, id) = (E::NOUN.word(), row.id());
        let mut problems = self.dangling(row);
        problems.extend(row.problems());
        problems.extend(
            self.stray(row)
                .map(|outer| format!("{word} {id}: its parent {word} {outer} is in another place")),
        );
        problems.extend(self.buried(row).map(|(noun, outer)| {
            format!("{word} {id}: it is not archived, but {} {outer}, which contains it, is", noun.word())
        }));
        problems
    }

    /// Returns the archived container of a live row, if there is one: the row should have been archived with
    /// it.
    fn buried<E: Entity>(&self, row: &E) -> Option<(Noun, u64)> {
        let owners = E::LINKS.iter().filter(|link| link.owned && row.archived_at().is_none());
        let mut owners = owners.filter_map(|link| Some((link.noun, (link.of)(row)?)));
        owners.find(|(noun, id)| self.has(*noun, *id) && self.must_be_live(*noun, *id).is_err())
    }

    /// Returns the references of a row to rows that do not exist, one sentence each.
    pub(crate) fn dangling<E: Entity>(&self, row: &E) -> Vec<String> {
        let named = E::LINKS.iter().filter_map(|link| Some((link.noun, (link.of)(row)?)));
        let missing = named.filter(|(noun, id)| !self.has(*noun, *id));
        let (word, id) = (E::NOUN.word(), row.id());
        missing.map(|(noun, named)| format!("{word} {id}: there is no {} {named}", noun.word())).collect()
    }

    /// Returns the parent of the same kind, if its first link differs from the row's: for example a parent
    /// dataset in another project.
    pub(crate) fn stray<E: Entity>(&self, row: &E) -> Option<u64>
    where
        Self: Has<E>,
    {
        let first = E::LINKS.first()?;
        let trees = E::LINKS.iter().filter(|link| link.noun == E::NOUN);
        let mut outer = trees.filter_map(|link| (link.of)(row));
        outer.find(|id| {
            let outer = Has::<E>::table(self).get((*id).into());
            outer.is_some_and(|outer| (first.of)(outer) != (first.of)(row))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ids::{DatasetId, ProjectId};
    use crate::tables::{Dataset, Project};

    /// Creates a project of datasets nested in each other, each with one image.
    fn nested(count: u64) -> Tables {
        let mut tables = Tables::default();
        let counts = json!({"id": 1, "datasetsCount": count, "imagesCount": count, "size": "7"});
        tables.load::<Project>(serde_json::from_value(counts).unwrap());
        for id in 1..=count {
            let parent = Some(id - 1).filter(|id| *id > 0);
            let row = json!({"id": id, "projectId": 1, "parentId": parent, "imagesCount": 1});
            tables.load::<Dataset>(serde_json::from_value(row).unwrap());
        }
        tables
    }

    #[test]
    fn what_lies_deep_in_a_row_is_archived_with_it_and_counted_no_more() {
        let mut tables = nested(20_000);
        let at = Moment::VIRTUAL_START.plus_ms(1);
        tables.archive::<Dataset>(DatasetId(2), at).unwrap();
        assert_eq!(tables.datasets.rows().filter(|row| row.archived_at.is_none()).count(), 1);
        let project = tables.projects.find(ProjectId(1)).unwrap();
        assert_eq!((project.datasets_count, project.images_count, project.updated_at), (1, 1, at));
        assert_eq!(project.size, "7", "what a fixture has stated beyond its rows stays");
        assert_eq!(tables.problems(), Vec::<String>::new());
        assert!(tables.archive::<Dataset>(DatasetId(3), at).is_err(), "it is archived");
    }

    #[test]
    fn what_was_written_is_checked_once() {
        let mut tables = nested(1);
        // The workspace of this project does not exist.
        assert_eq!(tables.problems_of_written(), ["project 1: there is no workspace 23821"]);
        let row = json!({"id": 5, "projectId": 9, "parentId": 7});
        tables.add::<Dataset>(serde_json::from_value(row).unwrap(), Moment::VIRTUAL_START);
        let problems = ["dataset 5: there is no project 9", "dataset 5: there is no dataset 7"];
        assert_eq!(tables.problems_of_written(), problems);
        assert_eq!(tables.problems_of_written(), Vec::<String>::new());
    }
}
