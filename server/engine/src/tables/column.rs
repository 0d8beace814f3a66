//! Columns: what rows can be filtered and ordered by.

use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// A column that rows can be ordered by and, unless it only sorts, filtered by.
#[derive(Debug)]
pub struct Column<E> {
    /// Its name on the wire.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: ColumnKind,
    /// Whether conditions may name it.
    pub(crate) filters: bool,
    /// The row's value.
    pub(crate) key: fn(&E) -> Key,
    /// The index that finds the rows with a value of this column, and the number that the index has for a value.
    pub(crate) index: Option<(usize, Number)>,
}

/// The number that an index has for a value; none for a value that no row can have.
pub(crate) type Number = fn(&Key) -> Option<u64>;

/// What a column holds, as far as conditions have to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// An id, which conditions may give as text.
    Id,
    /// An id that rows may lack; null stands for those.
    OptionalId,
    Number,
    Text,
}

/// A value to compare by. Numbers are below texts; rows without a value go where the request says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Key {
    Number(i64),
    Text(String),
    Null,
}

impl Key {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(crate) fn id(id: impl Into<u64>) -> Self {
        // Ids are safe integers, see `ID_MAX`.
        Self::Number(i64::try_from(id.into()).unwrap_or(i64::MAX))
    }

    pub(crate) fn moment(moment: Option<Moment>) -> Self {
        moment.map_or(Self::Null, |moment| Self::Number(moment.millis()))
    }
}

impl<E> Column<E> {
    const fn new(name: &'static str, kind: ColumnKind, key: fn(&E) -> Key) -> Self {
        Self { name, kind, filters: true, key, index: None }
    }

    /// A column of ids.
    pub(crate) const fn id(name: &'static str, key: fn(&E) -> Key) -> Self {
        Self::new(name, ColumnKind::Id, key)
    }

    /// A column of ids that rows may lack, and that conditions may ask for the lack of.
    pub(crate) const fn optional_id(name: &'static str, key: fn(&E) -> Key) -> Self {
        Self::new(name, ColumnKind::OptionalId, key)
    }

    /// A column of texts.
    pub(crate) const fn text(name: &'static str, key: fn(&E) -> Key) -> Self {
        Self::new(name, ColumnKind::Text, key)
    }

    /// A column of numbers.
    pub(crate) const fn number(name: &'static str, key: fn(&E) -> Key) -> Self {
        Self::new(name, ColumnKind::Number, key)
    }

    /// A column of moments, by which rows are only ordered.
    pub(crate) const fn moment(name: &'static str, key: fn(&E) -> Key) -> Self {
        Self { filters: false, ..Self::new(name, ColumnKind::Number, key) }
    }

    /// The same column, whose rows `index` finds by `value`.
    pub(crate) const fn found_by(self, index: usize, value: Number) -> Self {
        Self { index: Some((index, value)), ..self }
    }
}
