//! A task as the server returns it.

use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::status::Status;

/// A JSON object as the server sent it, with its keys in order.
pub type Row = Map<String, Value>;

impl FromStr for Status {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.ok_or_else(|| Error::BadAnswer(format!("unknown status{}", shown(text))))
    }
}

/// The text for a message, if it is a word and may be a status new to this client. Any other text may be
/// an echo of the token and is not shown.
fn shown(text: &str) -> String {
    let word = text.len() <= 24 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if word { format!(" {text:?}") } else { String::new() }
}

/// A task. The server may add fields at any time, so this is the JSON object itself, with accessors for
/// the few fields that every task has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Task(Row);

impl Task {
    /// Id of the task, unique on its server.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the object has no integer `id`.
    pub fn id(&self) -> Result<u64, Error> {
        let id = self.0.get("id").and_then(Value::as_u64);
        id.ok_or_else(|| Error::BadAnswer("a task without an id".to_owned()))
    }

    /// Current status of the task, as of the response.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the status is missing or unknown.
    pub fn status(&self) -> Result<Status, Error> {
        status_of(&self.0)
    }

    /// Type of the task, such as `app`; `None` if the object has no `type`.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.0.get("type").and_then(Value::as_str)
    }

    /// Returns the JSON object.
    #[must_use]
    pub fn into_inner(self) -> Row {
        self.0
    }
}

impl From<Row> for Task {
    fn from(row: Row) -> Self {
        Self(row)
    }
}

impl Deref for Task {
    type Target = Row;

    fn deref(&self) -> &Row {
        &self.0
    }
}

/// The required status of an object.
pub(crate) fn status_of(row: &Row) -> Result<Status, Error> {
    let text = row.get("status").and_then(Value::as_str);
    text.ok_or_else(|| Error::BadAnswer("no status".to_owned()))?.parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_reads_back_as_it_prints() {
        for status in Status::ALL {
            assert_eq!(status.to_string().parse::<Status>().unwrap(), status);
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }

    #[test]
    fn an_unknown_status_is_shown_only_if_it_is_a_word() {
        let said = |text: &str| text.parse::<Status>().unwrap_err().to_string();
        assert_eq!(said("on_hold"), "bad answer: unknown status \"on_hold\"");
        for text in ["", &"x".repeat(25), "4r47N", "Finished"] {
            assert!(text.is_empty() || !said(text).contains(text), "{text}");
        }
    }
}
