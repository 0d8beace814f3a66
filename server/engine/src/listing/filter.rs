//! Columns, conditions and order of a listing.

use std::cmp;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Nulls, Order, Paging};
use crate::refusal::{Refusal, Step, Violation};
use crate::time::Moment;
use crate::told::Told;

/// A column that rows can be filtered or ordered by.
pub(crate) struct Column<R> {
    /// Its name on the wire.
    pub(crate) name: &'static str,
    /// Whether conditions may name it.
    pub(crate) filters: bool,
    /// Whether the order may name it.
    pub(crate) sorts: bool,
    /// The row's value.
    pub(crate) key: fn(&R) -> Key,
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

/// One condition as it is sent.
#[derive(Debug, Deserialize)]
pub(super) struct Condition {
    field: String,
    operator: String,
    value: Value,
}

/// The operators, with whether they take an array and whether they turn the answer round.
const OPERATORS: &[(&str, bool, bool)] = &[
    ("=", false, false),
    ("eq", false, false),
    ("!=", false, true),
    ("not", false, true),
    ("in", true, false),
    ("!in", true, true),
];

pub(super) const OPERATOR_NAMES: &[&str] = &["=", "eq", "!=", "not", "in", "!in"];

/// One condition, ready to be asked of rows.
pub(super) struct Compiled<R> {
    key: fn(&R) -> Key,
    values: BTreeSet<Key>,
    negated: bool,
}

impl<R> Compiled<R> {
    pub(super) fn holds(&self, row: &R) -> bool {
        self.values.contains(&(self.key)(row)) != self.negated
    }
}

/// Makes conditions ready, or says everything that is wrong with them.
pub(super) fn compile<R>(
    conditions: &[Condition],
    columns: &'static [Column<R>],
) -> Result<Vec<Compiled<R>>, Refusal> {
    let mut compiled = Vec::new();
    let mut violations = Told::default();
    for (index, condition) in conditions.iter().enumerate() {
        match compile_one(condition, index, columns) {
            Ok(condition) => compiled.push(condition),
            Err(violation) => violations.push(violation),
        }
    }
    if violations.is_empty() { Ok(compiled) } else { Err(Refusal::Validation(violations)) }
}

fn compile_one<R>(
    condition: &Condition,
    index: usize,
    columns: &'static [Column<R>],
) -> Result<Compiled<R>, Violation> {
    let path = |field: &str| [Step::Key("filter".into()), Step::Index(index), Step::Key(field.to_owned())];
    let column = columns.iter().find(|column| column.filters && column.name == condition.field);
    let column = column.ok_or_else(|| {
        let names: Vec<&str> =
            columns.iter().filter(|column| column.filters).map(|column| column.name).collect();
        let rest = format!("must be one of [{}]", names.join(", "));
        Violation::new(&path("field"), "any.only", &rest).with("valids", names)
    })?;
    let operator = OPERATORS.iter().find(|(name, ..)| *name == condition.operator);
    let &(_, takes_list, negated) = operator.ok_or_else(|| {
        let rest = format!("must be one of [{}]", OPERATOR_NAMES.join(", "));
        Violation::new(&path("operator"), "any.only", &rest)
    })?;
    let values = match (&condition.value, takes_list) {
        (Value::Array(items), true) => items.iter().map(|item| key_of(item, column.name)).collect(),
        (_, true) => return Err(Violation::new(&path("value"), "array.base", "must be an array")),
        (one, false) => key_of(one, column.name).map(|key| BTreeSet::from([key])),
    };
    let values = values.map_err(|(rule, rest)| Violation::new(&path("value"), rule, rest))?;
    Ok(Compiled { key: column.key, values, negated })
}

/// A condition's value as a key; ids may come as text.
fn key_of(value: &Value, column: &str) -> Result<Key, (&'static str, &'static str)> {
    if column == "id" || column.ends_with("Id") {
        let number = match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_i64(),
        };
        return number.map(Key::Number).ok_or(("number.base", "must be a number"));
    }
    value.as_str().map(|text| Key::Text(text.to_owned())).ok_or(("string.base", "must be a string"))
}

/// A row's place in an order.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) key: Key,
    pub(super) id: u64,
}

/// The order of a listing: by a column, equal ones by id.
pub(super) struct Ordering<R: 'static> {
    column: &'static Column<R>,
    id: &'static Column<R>,
    descending: bool,
    nulls_first: bool,
}

impl<R> Ordering<R> {
    pub(super) fn new(paging: &Paging, columns: &'static [Column<R>]) -> Result<Self, Refusal> {
        let named = |name: &str| columns.iter().find(|column| column.sorts && column.name == name);
        let refuse =
            || Refusal::invalid(Violation::of("sort", "any.only", "must be a column of this listing"));
        let id = named("id").ok_or_else(refuse)?;
        let column = named(paging.sort.as_deref().unwrap_or("id")).ok_or_else(refuse)?;
        let descending = paging.sort_order == Some(Order::Desc);
        let nulls_first = paging.sort_nulls_order.map_or(descending, |nulls| nulls == Nulls::First);
        Ok(Self { column, id, descending, nulls_first })
    }

    pub(super) fn name(&self) -> &'static str {
        self.column.name
    }

    pub(super) fn is_descending(&self) -> bool {
        self.descending
    }

    pub(super) fn place(&self, row: &R) -> Place {
        let id = match (self.id.key)(row) {
            Key::Number(id) => u64::try_from(id).unwrap_or(0),
            Key::Text(_) | Key::Null => 0,
        };
        Place { key: (self.column.key)(row), id }
    }

    pub(super) fn is_by_id(&self) -> bool {
        self.column.name == "id"
    }

    pub(super) fn sort(&self, rows: &mut [&R]) {
        rows.sort_by_cached_key(|row| Ranked(self.rank(&self.place(row)), self.descending));
    }

    pub(super) fn is_after(&self, row: &R, place: &Place) -> bool {
        let rank = |place| Ranked(self.rank(place), self.descending);
        rank(&self.place(row)) > rank(place)
    }

    /// Nulls go first or last whatever the direction, so their rank stands apart from the key.
    fn rank(&self, place: &Place) -> (u8, Key, u64) {
        let null = match (&place.key, self.nulls_first) {
            (Key::Null, true) => 0,
            (Key::Null, false) => 2,
            _ => 1,
        };
        (null, place.key.clone(), place.id)
    }
}

/// A rank that compares in the listing's direction.
#[derive(PartialEq, Eq)]
struct Ranked((u8, Key, u64), bool);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        let Self((null, key, id), descending) = self;
        let Self((other_null, other_key, other_id), _) = other;
        let inner = (key, id).cmp(&(other_key, other_id));
        null.cmp(other_null).then(if *descending { inner.reverse() } else { inner })
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}
