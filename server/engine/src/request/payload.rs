//! Input that has the shape of its method, and the typed request that the method makes from it.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::input::{Part, json_expected, multipart_expected};
use crate::json;
use crate::refusal::{Refusal, Violation};

/// Input that has the shape of its method.
#[derive(Clone, Debug)]
pub enum Payload {
    /// A JSON value.
    Value(Value),
    /// The parts of a multipart body.
    Parts(Vec<Part>),
    /// The fields and the file of a form.
    Form(Box<(Value, Part)>),
}

impl Payload {
    /// The integer in the field at `path`: one name, or several names joined by dots.
    pub(crate) fn integer(&self, path: &str) -> Option<u64> {
        match self {
            Self::Value(value) => member(value, path),
            Self::Form(form) => member(&form.0, path),
            Self::Parts(_) => None,
        }
    }
}

fn member(value: &Value, path: &str) -> Option<u64> {
    path.split('.').try_fold(value, json::member)?.as_u64()
}

/// A typed request, made from a payload that has the shape of the method.
pub(crate) trait FromPayload: Sized {
    fn from_payload(payload: Payload) -> Result<Self, Refusal>;
}

/// The request of a method that takes a multipart body.
pub(crate) struct Parts(pub(crate) Vec<Part>);

impl FromPayload for Parts {
    fn from_payload(payload: Payload) -> Result<Self, Refusal> {
        match payload {
            Payload::Parts(parts) => Ok(Self(parts)),
            Payload::Value(_) | Payload::Form(_) => Err(Refusal::invalid(multipart_expected())),
        }
    }
}

/// The request of a method that takes a form: fields and a file.
pub(crate) struct FormCall<T> {
    pub(crate) fields: T,
    pub(crate) file: Part,
}

impl<T: DeserializeOwned> FromPayload for FormCall<T> {
    fn from_payload(payload: Payload) -> Result<Self, Refusal> {
        match payload {
            Payload::Form(form) => {
                let (value, file) = *form;
                Ok(Self { fields: typed(value)?, file })
            }
            Payload::Value(_) | Payload::Parts(_) => Err(Refusal::invalid(multipart_expected())),
        }
    }
}

impl<T: DeserializeOwned> FromPayload for T {
    fn from_payload(payload: Payload) -> Result<Self, Refusal> {
        let Payload::Value(value) = payload else {
            return Err(Refusal::invalid(json_expected()));
        };
        typed(value)
    }
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    // The shape has been checked, so an error here needs no path.
    T::deserialize(value).map_err(|error| {
        Refusal::invalid(Violation::new(&[], "any.invalid", &format!("is invalid: {error}")))
    })
}
