//! How entities look on the wire.

use std::borrow::Cow;

use bytes::Bytes;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

use super::row::Row;
use crate::refusal::Refusal;
use crate::reply::render_to;
use crate::state::State;
use crate::tables::{Has, PlainEntity, TableRow, Tables};

/// An entity's methods.
pub(crate) trait Area {
    /// The rows of the methods that are named after it.
    fn methods() -> Vec<Row>;
}

/// Where a row is shown. What is rendered of a row is kept until it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// By itself.
    Info,
    /// In a list.
    Listed,
}

/// An entity whose rows verbs show.
pub(crate) trait Wire: PlainEntity {
    /// A row as the wire shows it. Its fields, in their order, are those of the reply.
    type View<'a>: Serialize + JsonSchema;

    /// The row in one of its forms. It is kept, so it may depend on nothing but the row itself, and what cannot change
    /// of the rows that it lies in.
    fn view<'a>(&'a self, state: &'a State, form: Form) -> Result<Self::View<'a>, Refusal>;
}

/// A row by itself.
pub(crate) fn shown<E: Wire>(state: &State, entry: &TableRow<E>) -> Bytes
where
    Tables: Has<E>,
{
    entry.rendered(|row| {
        let mut bytes = Vec::new();
        write(state, row, Form::Info, &mut bytes);
        bytes.into()
    })
}

/// Writes a row in one of its forms.
pub(crate) fn write<E: Wire>(state: &State, row: &E, form: Form, bytes: &mut Vec<u8>) {
    match row.view(state, form) {
        Ok(view) => render_to(&view, bytes),
        // Rows that a row lies in are there as long as it is.
        Err(_) => render_to(&Value::Null, bytes),
    }
}

/// The keys of a type's JSON, in their order, as documentation shows them.
pub(super) fn keys<T: JsonSchema>() -> String {
    format!("`{{{}}}`", key_names::<T>().join(", "))
}

/// The keys of a type's JSON, in their order.
pub(super) fn key_names<T: JsonSchema>() -> Vec<String> {
    let schema = SchemaGenerator::default().into_root_schema_for::<T>().to_value();
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
}

/// The keys of a type's JSON as lists show them: without those that are only there when asked for.
pub(super) fn listed_keys<T: JsonSchema>() -> String {
    let schema = SchemaSettings::default().for_serialize().into_generator().into_root_schema_for::<T>();
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |key: &String| required.is_some_and(|required| required.iter().any(|name| name == key));
    let (shown, asked): (Vec<_>, Vec<_>) = key_names::<T>().into_iter().partition(is_required);
    let asked: Vec<_> = asked.iter().map(|key| format!(", with `{key}` when asked for")).collect();
    format!("`{{{}}}`{}", shown.join(", "), asked.concat())
}

/// `a` or `an`, and the noun.
pub(super) fn with_article(noun: &str) -> Cow<'static, str> {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}").into()
}
