//! The document of an app, and whether it takes its time to be copied.

use std::sync::Arc;

use serde_json::{Map, Value};

/// From here on copying a document takes about a millisecond.
const LARGE: usize = 10_000;

/// What `tasks.data.set` and `tasks.app-v2.data.set` write. Each change copies it, for it is changed whole or not at all.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    value: Arc<Value>,
    /// How many values it has, at most.
    values: usize,
}

/// That of a task whose app has written nothing.
impl Default for Document {
    fn default() -> Self {
        Self::new(Value::Object(Map::new()))
    }
}

impl Document {
    pub(crate) fn new(value: Value) -> Self {
        Self { values: values_in(&value), value: Arc::new(value) }
    }

    pub(crate) fn value(&self) -> &Value {
        &self.value
    }

    /// The document, to be changed.
    pub(crate) fn change(&mut self) -> &mut Value {
        if self.is_large() {
            // What was replaced meanwhile does not count.
            self.values = values_in(&self.value);
        }
        Arc::make_mut(&mut self.value)
    }

    /// So many values were added to it, at most.
    pub(crate) fn grew(&mut self, values: usize) {
        self.values = self.values.saturating_add(values);
    }

    /// Whether a change of it takes its time.
    pub(crate) fn is_large(&self) -> bool {
        self.values > LARGE
    }
}

/// How many values there are in a value, itself among them.
pub(crate) fn values_in(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(values_in).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(values_in).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_large_as_long_as_it_has_many_values() {
        let mut document = Document::default();
        for _ in 0..3 {
            *document.change() = json!(vec![0; LARGE]);
            document.grew(LARGE + 1);
            assert!(document.is_large());
        }
        *document.change() = json!({"a": 1});
        document.change();
        assert!(!document.is_large(), "what is gone is not counted for ever");
    }
}
