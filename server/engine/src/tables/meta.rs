//! The `meta` of a task, with the session token extracted because many requests look it up.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::reply::{Object, PackedJson};

/// Metadata of a task: `app`, `input`, `output`, `sessionToken`, `name` and the keys that `tasks.meta.update`
/// adds.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    object: PackedJson,
    /// Token of the task's session, by which requests find the task.
    session: Option<Arc<str>>,
}

impl Meta {
    /// Returns the token of the task's session.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value> {
        self.object.get(key)
    }

    /// Returns the whole object.
    #[must_use]
    pub fn object(&self) -> &PackedJson {
        &self.object
    }

    pub(crate) fn edit<T>(&mut self, change: impl FnOnce(&mut Object) -> T) -> T {
        let mut object = self.object.object();
        let done = change(&mut object);
        *self = object.into();
        done
    }
}

impl From<Object> for Meta {
    fn from(object: Object) -> Self {
        let session = object.get("sessionToken").and_then(Value::as_str).map(Arc::from);
        Self { object: object.into(), session }
    }
}

impl From<PackedJson> for Meta {
    fn from(object: PackedJson) -> Self {
        let session = object.get("sessionToken");
        Self { session: session.as_ref().and_then(Value::as_str).map(Arc::from), object }
    }
}

impl Serialize for Meta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.object.serialize(serializer)
    }
}
