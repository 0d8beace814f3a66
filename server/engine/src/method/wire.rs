//! Forms of entities on the wire.

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
    fn methods() -> Vec<Row>;
}

/// Place where a row is shown. The rendered text of each form is cached until the row changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Info,
    Listed,
}

/// An entity whose rows verbs can show.
pub(crate) trait Wire: PlainEntity {
    /// A row on the wire. Its fields, in their order, are those of the reply.
    type View<'a>: Serialize + JsonSchema;

    /// Returns the row in one of its forms. The result is cached until the row changes, so it may depend only
    /// on the row itself and on immutable data of the rows that contain it.
    fn view<'a>(&'a self, state: &'a State, form: Form) -> Result<Self::View<'a>, Refusal>;
}

/// Returns a row's `info` form.
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

pub(crate) fn write<E: Wire>(state: &State, row: &E, form: Form, bytes: &mut Vec<u8>) {
    match row.view(state, form) {
        Ok(view) => render_to(&view, bytes),
        // Cannot happen: the rows that contain a row exist as long as the row does.
        Err(_) => render_to(&Value::Null, bytes),
    }
}

/// Returns the keys of a type's JSON, in their order, as documentation shows them.
pub(super) fn keys<T: JsonSchema>() -> String {
    format!("`{{{}}}`", key_names::<T>().join(", "))
}

/// Returns the keys of a type's JSON, in their order.
pub(super) fn key_names<T: JsonSchema>() -> Vec<String> {
    let schema = SchemaGenerator::default().into_root_schema_for::<T>().to_value();
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
}

/// Returns the keys of a type's JSON that lists show, and marks those shown only on request.
pub(super) fn listed_keys<T: JsonSchema>() -> String {
    let schema = SchemaSettings::default().for_serialize().into_generator().into_root_schema_for::<T>();
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |key: &String| required.is_some_and(|required| required.iter().any(|name| name == key));
    let (shown, asked): (Vec<_>, Vec<_>) = key_names::<T>().into_iter().partition(is_required);
    let asked: Vec<_> = asked.iter().map(|key| format!(", with `{key}` on request")).collect();
    format!("`{{{}}}`{}", shown.join(", "), asked.concat())
}

pub(super) fn with_article(noun: &str) -> Cow<'static, str> {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}").into()
}
