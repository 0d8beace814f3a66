//! Words of checks, and the comparison that they use.

use serde_json::{Value, json};

/// A JSON object with one key.
pub(super) fn keyed(key: &str, value: Value) -> Value {
    json!({ key: value })
}

/// Words about all requests of a method.
pub(super) fn of_method(method: &str, words: Value) -> Value {
    keyed("requests", keyed(method, words))
}

/// True if `value` has at least what `wanted` has: objects may have more keys. A number equals its text, as in a
/// query.
pub(super) fn like(wanted: &Value, value: &Value) -> bool {
    match (wanted, value) {
        (Value::Object(wanted), Value::Object(value)) => {
            wanted.iter().all(|(key, wanted)| value.get(key).is_some_and(|value| like(wanted, value)))
        }
        (Value::Array(wanted), Value::Array(value)) => {
            wanted.len() == value.len() && wanted.iter().zip(value).all(|(wanted, value)| like(wanted, value))
        }
        (Value::Number(number), Value::String(text)) => number.to_string() == *text,
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => wanted == value,
    }
}
