//! One request, sent unchanged on every attempt.

use bytes::Bytes;
use form_urlencoded::Serializer;
use serde_json::Value;

use crate::Error;
use crate::multipart::Form;

/// The effect of a method on the server; a lost response to a change is worth a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Reads,
    Changes,
}

#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) effect: Effect,
    /// The id in the request, which the error of a 404 names.
    pub(crate) id: Option<u64>,
    /// Value of `x-task-id`, if it is not the client's own task.
    pub(crate) task: Option<u64>,
    /// Query string of a GET; `None` for a POST.
    pub(crate) query: Option<String>,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

impl Call {
    /// A POST of JSON.
    pub(crate) fn new(effect: Effect, method: &str, data: &Value) -> Result<Self, Error> {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if method.is_empty() || !method.bytes().all(known) {
            return Err(Error::argument(format!("invalid method name: {method:?}")));
        }
        let id = ["id", "taskId"].iter().find_map(|key| data.get(*key)?.as_u64());
        let body = Bytes::from(data.to_string());
        let content_type = "application/json".to_owned();
        Ok(Self { method: method.to_owned(), effect, id, task: None, query: None, content_type, body })
    }

    /// A GET with these query parameters.
    pub(crate) fn query(method: &str, id: u64, pairs: &[(&str, String)]) -> Self {
        let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
        Self {
            method: method.to_owned(),
            effect: Effect::Reads,
            id: Some(id),
            task: None,
            query: Some(query),
            content_type: String::new(),
            body: Bytes::new(),
        }
    }

    /// A POST of a form with files.
    pub(crate) fn form(method: &str, id: u64, form: &Form) -> Self {
        let (content_type, body) = form.finish();
        Self {
            method: method.to_owned(),
            effect: Effect::Changes,
            id: Some(id),
            task: None,
            query: None,
            content_type,
            body,
        }
    }
}
