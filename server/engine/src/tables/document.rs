//! The app data of a task, and an estimate of the time it takes to copy.

use std::sync::Arc;

use serde_json::{Map, Value};

/// Number of values above which a copy takes about a millisecond.
const LARGE: usize = 10_000;

/// Document that `tasks.data.set` and `tasks.app-v2.data.set` write. Each change works on a copy, because a
/// call applies all of its changes or none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    value: Arc<Value>,
    /// Upper bound on the number of values in the document.
    values: usize,
}

/// Document of a task whose app has written nothing.
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

    pub(crate) fn change(&mut self) -> &mut Value {
        if self.is_large() {
            // Recount, because values that were replaced since then are still in the bound.
            self.values = values_in(&self.value);
        }
        Arc::make_mut(&mut self.value)
    }

    /// Raises the bound by a number of added values.
    pub(crate) fn grew(&mut self, values: usize) {
        self.values = self.values.saturating_add(values);
    }

    /// Returns true if a change takes about a millisecond or more.
    pub(crate) fn is_large(&self) -> bool {
        self.values > LARGE
    }
}

/// Counts the values in a value, including itself.
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
