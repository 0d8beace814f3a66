//! Parses response bodies. A body of another form than promised is an [`Error::BadAnswer`] that names
//! the method and the key.

use bytes::Bytes;
use serde_json::Value;

use crate::{Error, Row};

/// Any JSON.
pub(crate) fn json(method: &str, body: &Bytes) -> Result<Value, Error> {
    serde_json::from_slice(body).map_err(|error| Error::bad(method, format_args!("not JSON: {error}")))
}

/// A JSON object.
pub(crate) fn object(method: &str, body: &Bytes) -> Result<Row, Error> {
    row(method, json(method, body)?)
}

/// A JSON array.
pub(crate) fn array(method: &str, body: &Bytes) -> Result<Vec<Value>, Error> {
    match json(method, body)? {
        Value::Array(items) => Ok(items),
        other => Err(Error::bad(method, format_args!("{} instead of an array", kind(&other)))),
    }
}

/// A JSON array of objects.
pub(crate) fn objects(method: &str, body: &Bytes) -> Result<Vec<Row>, Error> {
    rows(method, array(method, body)?)
}

pub(crate) fn rows(method: &str, items: Vec<Value>) -> Result<Vec<Row>, Error> {
    items.into_iter().map(|item| row(method, item)).collect()
}

fn row(method: &str, item: Value) -> Result<Row, Error> {
    match item {
        Value::Object(row) => Ok(row),
        other => Err(Error::bad(method, format_args!("{} instead of an object", kind(&other)))),
    }
}

/// A required non-negative integer.
pub(crate) fn number(method: &str, row: &Row, key: &str) -> Result<u64, Error> {
    let value = row.get(key).and_then(Value::as_u64);
    value.ok_or_else(|| Error::bad(method, format_args!("{key} is not a whole number")))
}

/// A required string.
pub(crate) fn text(method: &str, row: &Row, key: &str) -> Result<String, Error> {
    let value = row.get(key).and_then(Value::as_str);
    value.map(str::to_owned).ok_or_else(|| Error::bad(method, format_args!("{key} is not a string")))
}

/// The type of a value, for messages: the value itself could echo the token.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
