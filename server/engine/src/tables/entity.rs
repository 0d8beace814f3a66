//! The traits of row types: which rows a row refers to, which columns it has, and which counters it
//! contributes to. Tables, fixtures and methods derive their common behaviour from them.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::column::Column;
use crate::noun::Noun;
use crate::time::Moment;

/// The type of a row's id.
pub trait Id: Copy + Ord + fmt::Debug + fmt::Display + From<u64> + Into<u64> + Send + Sync + 'static {}

impl<I: Copy + Ord + fmt::Debug + fmt::Display + From<u64> + Into<u64> + Send + Sync + 'static> Id for I {}

/// A row of a table.
pub trait Entity: Clone + fmt::Debug + Send + Sync + 'static {
    /// Type of the row's id.
    type Id: Id;
    /// Noun of the entity in messages and on the wire.
    const NOUN: Noun;
    /// Columns by which rows can be filtered and ordered.
    const COLUMNS: &'static [Column<Self>];
    /// References to other rows. Each target must exist, and each link is an index; lists use the first one.
    const LINKS: &'static [Link<Self>];
    /// Additional indexes for frequent filters, numbered after the links.
    const INDEXES: &'static [fn(&Self) -> Slot] = &[];

    /// Returns the id of the row.
    fn id(&self) -> Self::Id;

    /// Returns the row's names; a control character in any of them is refused.
    fn names(&self) -> Vec<&str>;

    /// Returns the row's unique name, and the scope in which no other live row may have it.
    fn title(&self) -> Option<(Slot, &str)> {
        None
    }

    /// Returns the time of archiving. An archived row is in no list or index of live rows, and its name is
    /// free.
    fn archived_at(&self) -> Option<Moment> {
        None
    }

    /// Sets the time of archiving; does nothing for entities that cannot be archived.
    fn archive(&mut self, _: Moment) {}

    /// Returns the row's contribution to the sum that an index keeps.
    fn sum(&self) -> u64 {
        0
    }

    /// Returns the row that counts this one, and the contribution to its counters.
    fn share(&self) -> Option<(Noun, u64, Counters)> {
        None
    }

    /// Adds a change of a counted row's contribution to this row's counters.
    fn count(&mut self, _: Counters) {}

    /// Records the time at which a counted row changed.
    fn touch(&mut self, _: Moment) {}

    /// Returns the problems of the row by itself, one sentence each.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// An entity whose form in a fixture is the row itself.
pub(crate) trait PlainEntity: Entity + Serialize + DeserializeOwned + JsonSchema {}

impl<E: Entity + Serialize + DeserializeOwned + JsonSchema> PlainEntity for E {}

/// An entity that can be archived: `archive` sets the value that `archived_at` returns.
pub trait Archive: Entity {}

/// A place in an index: the id or value by which the index is keyed, and a second key.
pub(crate) type Slot = (u64, u64);

/// A reference to another row.
#[derive(Debug)]
pub struct Link<E> {
    /// Field on the wire that holds the id.
    pub(crate) field: &'static str,
    pub(crate) noun: Noun,
    /// Returns the id; `None` if the row has no such reference.
    pub(crate) of: fn(&E) -> Option<u64>,
    /// True if archiving the target archives the row too.
    pub(crate) owned: bool,
}

impl<E> Link<E> {
    /// Declares the row that contains this one; archiving it archives this one too.
    pub(crate) const fn parent(field: &'static str, noun: Noun, of: fn(&E) -> Option<u64>) -> Self {
        Self { field, noun, of, owned: true }
    }

    /// Declares a row that must exist.
    pub(crate) const fn reference(field: &'static str, noun: Noun, of: fn(&E) -> Option<u64>) -> Self {
        Self { field, noun, of, owned: false }
    }
}

/// Counters that a row keeps of the rows that refer to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    pub(crate) rows: i64,
    pub(crate) images: i64,
    /// Number of items of any kind.
    pub(crate) items: i64,
    pub(crate) bytes: i64,
}

impl Counters {
    pub(crate) fn without(self, those: Self) -> Self {
        Self {
            rows: self.rows - those.rows,
            images: self.images - those.images,
            items: self.items - those.items,
            bytes: self.bytes - those.bytes,
        }
    }
}

/// Adds `by` to a counter. Stops at 0, because a fixture may state less than its rows add up to.
pub(crate) fn counted(counter: u64, by: i64) -> u64 {
    counter.saturating_add_signed(by)
}
