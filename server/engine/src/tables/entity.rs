//! What an entity is: a row type that says which rows it names, by what it is listed, and what writing it moves elsewhere.
//! Everything that tables, fixtures and methods do alike for all entities is made from this.

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
    /// The type of its id.
    type Id: Id;
    /// What it is.
    const NOUN: Noun;
    /// What it can be filtered and ordered by.
    const COLUMNS: &'static [Column<Self>];
    /// The rows that it names: each must be there, and each link is an index. Lists go by the first.
    const LINKS: &'static [Link<Self>];
    /// Further indexes, for filters that are asked often. They are counted on from the links.
    const INDEXES: &'static [fn(&Self) -> Slot] = &[];

    /// Its id.
    fn id(&self) -> Self::Id;

    /// What it is called by; control characters are refused in each.
    fn names(&self) -> Vec<&str>;

    /// Its name, unique among the live rows with the same number beside it.
    fn title(&self) -> Option<(Slot, &str)> {
        None
    }

    /// When it was archived: it left lists and indexes then, and its name is free.
    fn archived_at(&self) -> Option<Moment> {
        None
    }

    /// Sets when it was archived; nothing where it cannot be.
    fn archive(&mut self, _: Moment) {}

    /// What an index adds up of its rows.
    fn sum(&self) -> u64 {
        0
    }

    /// What it adds to the counters of a row that it names.
    fn share(&self) -> Option<(Noun, u64, Counters)> {
        None
    }

    /// Takes what a row that names this one has changed in its counters.
    fn count(&mut self, _: Counters) {}

    /// Takes the moment at which what is counted in it has changed.
    fn touch(&mut self, _: Moment) {}

    /// What is wrong with it by itself, each as a sentence.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// An entity whose fixture form is the row itself.
pub(crate) trait PlainEntity: Entity + Serialize + DeserializeOwned + JsonSchema {}

impl<E: Entity + Serialize + DeserializeOwned + JsonSchema> PlainEntity for E {}

/// An entity that can be archived: its `archived_at` is what its `archive` has set.
pub trait Archive: Entity {}

/// A place in an index: the row or value that an index goes by, and what else it tells apart.
pub(crate) type Slot = (u64, u64);

/// A row that a row names.
#[derive(Debug)]
pub struct Link<E> {
    /// The field on the wire that has the id.
    pub(crate) field: &'static str,
    /// What is named.
    pub(crate) noun: Noun,
    /// The id; none where the row names no such row.
    pub(crate) of: fn(&E) -> Option<u64>,
    /// Whether it goes when what it names goes.
    pub(crate) owned: bool,
}

impl<E> Link<E> {
    /// The row that it lies in, and goes with.
    pub(crate) const fn parent(field: &'static str, noun: Noun, of: fn(&E) -> Option<u64>) -> Self {
        Self { field, noun, of, owned: true }
    }

    /// A row that it needs.
    pub(crate) const fn reference(field: &'static str, noun: Noun, of: fn(&E) -> Option<u64>) -> Self {
        Self { field, noun, of, owned: false }
    }
}

/// What rows have counted in them of the rows that name them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Rows of their own kind.
    pub(crate) rows: i64,
    /// Images.
    pub(crate) images: i64,
    /// Items of any kind.
    pub(crate) items: i64,
    /// Bytes.
    pub(crate) bytes: i64,
}

impl Counters {
    /// What is left of these without those.
    pub(crate) fn without(self, those: Self) -> Self {
        Self {
            rows: self.rows - those.rows,
            images: self.images - those.images,
            items: self.items - those.items,
            bytes: self.bytes - those.bytes,
        }
    }
}

/// A counter that `by` more, or less, are counted in. What a fixture states may be less than what goes.
pub(crate) fn counted(counter: u64, by: i64) -> u64 {
    counter.saturating_add_signed(by)
}
