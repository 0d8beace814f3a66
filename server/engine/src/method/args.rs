//! What a verb is asked: the fields of a request that has been checked against its method's shape.

use serde_json::Value;

use crate::refusal::{Refusal, Violation};
use crate::reply::Object;
use crate::request::Payload;

/// The fields of a request. Those that a shape requires are there, and each is what the shape says.
#[derive(Clone, Debug)]
pub(crate) struct Args(Value);

impl Args {
    /// The fields of a payload that has its method's shape.
    pub(crate) fn of(payload: Payload) -> Result<Self, Refusal> {
        match payload {
            Payload::Value(fields @ Value::Object(_)) => Ok(Self(fields)),
            _ => Err(Refusal::invalid(Violation::new(&[], "object.base", "must be of type object"))),
        }
    }

    /// All of them.
    pub(crate) fn as_value(&self) -> &Value {
        &self.0
    }

    /// An id.
    pub(crate) fn id<I: From<u64>>(&self, name: &str) -> Result<I, Refusal> {
        let required = || Refusal::invalid(Violation::of(name, "any.required", "is required"));
        self.0.get(name).and_then(Value::as_u64).map(I::from).ok_or_else(required)
    }

    /// Whether a flag is set.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    /// The texts of an array; none where it is absent.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let items = self.0.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The fields with these names, as far as they are there.
    pub(crate) fn some(&self, names: &[String]) -> Object {
        let given = self.0.as_object().into_iter().flatten().filter(|(name, _)| names.contains(name));
        given.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}
