//! Fields of a request that matches its method's shape.

use serde_json::Value;

use crate::refusal::{Refusal, Violation};
use crate::reply::Object;
use crate::request::Payload;

/// The fields of a request. Required fields are present, and each field has the kind that the shape declares.
#[derive(Clone, Debug)]
pub(crate) struct Args(Value);

impl Args {
    /// Returns the fields of a payload that matches its method's shape.
    pub(crate) fn of(payload: Payload) -> Result<Self, Refusal> {
        match payload {
            Payload::Value(fields @ Value::Object(_)) => Ok(Self(fields)),
            _ => Err(Refusal::invalid(Violation::new(&[], "object.base", "must be of type object"))),
        }
    }

    pub(crate) fn as_value(&self) -> &Value {
        &self.0
    }

    pub(crate) fn id<I: From<u64>>(&self, name: &str) -> Result<I, Refusal> {
        let required = || Refusal::invalid(Violation::of(name, "any.required", "is required"));
        self.0.get(name).and_then(Value::as_u64).map(I::from).ok_or_else(required)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    /// Returns the texts of an array; none if the array is absent.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let items = self.0.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Returns the fields with these names that the request has.
    pub(crate) fn some(&self, names: &[String]) -> Object {
        let given = self.0.as_object().into_iter().flatten().filter(|(name, _)| names.contains(name));
        given.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}
