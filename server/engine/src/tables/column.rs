//! Columns: the values by which rows can be filtered and ordered.

use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// A column by which rows can be ordered and, unless `filters` is false, filtered.
#[derive(Debug)]
pub struct Column<E> {
    pub(crate) name: &'static str,
    pub(crate) kind: ColumnKind,
    pub(crate) filters: bool,
    pub(crate) key: fn(&E) -> Key,
    /// Number of the index that finds rows by this column, and the function that maps a value to a place in
    /// it.
    pub(crate) index: Option<(usize, Number)>,
}

/// Maps a value to its number in an index; `None` if no row can have the value.
pub(crate) type Number = fn(&Key) -> Option<u64>;

/// Kind of a column's values: decides which values a condition accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// An id; conditions may give it as text.
    Id,
    /// An id that may be absent; null matches rows without one.
    OptionalId,
    Number,
    Text,
}

/// A value to compare by. Numbers sort before texts; the request decides where rows without a value go.
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
        // Ids are safe integers: see `ID_MAX`.
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

    pub(crate) const fn id(name: &'static str, key: fn(&E) -> Key) -> Self {
        Self::new(name, ColumnKind::Id, key)
    }

    /// Declares a column of ids that rows may lack; a condition with null matches those rows.
    pub(crate) const fn optional_id(name: &'static str, key: fn(&E) -> Key) -> Self {
        Self::new(name, ColumnKind::OptionalId, key)
    }

    pub(crate) const fn text(name: &'static str, key: fn(&E) -> Key) -> Self {
        Self::new(name, ColumnKind::Text, key)
    }

    pub(crate) const fn number(name: &'static str, key: fn(&E) -> Key) -> Self {
        Self::new(name, ColumnKind::Number, key)
    }

    /// Declares a column of times, which orders rows but does not filter them.
    pub(crate) const fn moment(name: &'static str, key: fn(&E) -> Key) -> Self {
        Self { filters: false, ..Self::new(name, ColumnKind::Number, key) }
    }

    /// Declares that `index` finds the rows of this column, at the place that `value` computes.
    pub(crate) const fn found_by(self, index: usize, value: Number) -> Self {
        Self { index: Some((index, value)), ..self }
    }
}
