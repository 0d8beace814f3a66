//! Conditions on the columns of a listing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::paging::Condition;
use crate::excerpt::Excerpt;
use crate::refusal::{Refusal, Step, Violation};
use crate::tables::{Column, ColumnKind, Key};

/// Operators: the name, whether the value is an array, and whether the result is negated.
const OPERATORS: &[(&str, bool, bool)] = &[
    ("=", false, false),
    ("eq", false, false),
    ("!=", false, true),
    ("not", false, true),
    ("in", true, false),
    ("!in", true, true),
];

pub(super) const OPERATOR_NAMES: &[&str] = &["=", "eq", "!=", "not", "in", "!in"];

/// One condition, prepared for comparison with rows.
pub(super) struct Filter<R: 'static> {
    pub(super) column: &'static Column<R>,
    values: BTreeSet<Key>,
    negated: bool,
}

impl<R> Filter<R> {
    /// Returns the only value that rows may have, if there is exactly one.
    pub(super) fn only(&self) -> Option<&Key> {
        self.values.iter().next().filter(|_| self.values.len() == 1 && !self.negated)
    }

    pub(super) fn holds(&self, row: &R) -> bool {
        self.values.contains(&(self.column.key)(row)) != self.negated
    }
}

/// Prepares conditions, or refuses them with all violations.
pub(super) fn compile<R>(
    conditions: &[Condition],
    columns: &'static [Column<R>],
) -> Result<Vec<Filter<R>>, Refusal> {
    let mut compiled = Vec::new();
    let mut violations = Excerpt::default();
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
) -> Result<Filter<R>, Violation> {
    let path =
        |field: &str| [Step::Key("filter".into()), Step::Index(index), Step::Key(field.to_owned().into())];
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
        (Value::Array(items), true) => items.iter().map(|item| key_of(item, column.kind)).collect(),
        (_, true) => return Err(Violation::new(&path("value"), "array.base", "must be an array")),
        (one, false) => key_of(one, column.kind).map(|key| BTreeSet::from([key])),
    };
    let values = values.map_err(|(rule, rest)| Violation::new(&path("value"), rule, rest))?;
    Ok(Filter { column, values, negated })
}

/// Returns a condition's value as a key; an id may be a text.
fn key_of(value: &Value, kind: ColumnKind) -> Result<Key, (&'static str, &'static str)> {
    if kind == ColumnKind::Text {
        return value.as_str().map(Key::text).ok_or(("string.base", "must be a string"));
    }
    let number = match value {
        Value::String(text) if kind != ColumnKind::Number => text.trim().parse().ok(),
        // The SDK asks for top-level datasets with null.
        Value::Null if kind == ColumnKind::OptionalId => return Ok(Key::Null),
        other => other.as_i64(),
    };
    number.map(Key::Number).ok_or(("number.base", "must be a number"))
}
