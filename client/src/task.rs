//! A task as the service shows it.

use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::status::Status;

/// An object as the service sent it, its keys in their order.
pub type Row = Map<String, Value>;

impl FromStr for Status {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.ok_or_else(|| Error::BadAnswer(format!("unknown status{}", shown(text))))
    }
}

/// A word is shown, so that a status the service has learned can be told; anything else, which may be an echo
/// of the token, is not.
fn shown(text: &str) -> String {
    let word = text.len() <= 24 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if word { format!(" {text:?}") } else { String::new() }
}

/// What the service tells of a task. It adds fields at will, so this is the object itself, with accessors
/// for the few that every task has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Task(Row);

impl Task {
    /// Its id.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when it has none.
    pub fn id(&self) -> Result<u64, Error> {
        let id = self.0.get("id").and_then(Value::as_u64);
        id.ok_or_else(|| Error::BadAnswer("a task without an id".to_owned()))
    }

    /// Its status.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when it has none, or one that is not known.
    pub fn status(&self) -> Result<Status, Error> {
        status_of(&self.0)
    }

    /// Its type, such as `app`, if it has one.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.0.get("type").and_then(Value::as_str)
    }

    /// The object itself.
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

/// The status in an object that must have one.
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
