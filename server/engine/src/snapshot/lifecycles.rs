//! Lifecycles in fixtures.

use std::sync::Arc;

use serde_json::Value;

use crate::lifecycle::{self, Lifecycle, preset};

/// Default lifecycle of tasks, unless the fixture has one.
const DEFAULT_LIFECYCLE: &str = "quick";
/// Number of lifecycles that are remembered while tasks are read.
const REMEMBERED: usize = 16;

/// The lifecycle in a fixture, or the default one.
pub(super) fn lifecycle_of(value: Option<&Value>) -> Result<Arc<Lifecycle>, Vec<String>> {
    match value.map_or(Some(DEFAULT_LIFECYCLE), Value::as_str).and_then(preset) {
        Some(preset) => Ok(Arc::clone(&preset.lifecycle)),
        None => lifecycle::read(value.unwrap_or(&Value::Null)).map(Arc::new),
    }
}

/// The latest lifecycles of tasks, so that equal ones are kept only once.
#[derive(Default)]
pub(super) struct Lifecycles(Vec<(Value, Arc<Lifecycle>)>);

impl Lifecycles {
    /// The lifecycle in the row of a task.
    pub(super) fn of(&mut self, value: &Value) -> Result<Arc<Lifecycle>, Vec<String>> {
        if value.is_string() {
            return lifecycle_of(Some(value));
        }
        if let Some((_, known)) = self.0.iter().find(|(known, _)| known == value) {
            return Ok(Arc::clone(known));
        }
        let lifecycle = lifecycle_of(Some(value))?;
        if self.0.len() >= REMEMBERED {
            self.0.remove(0);
        }
        self.0.push((value.clone(), Arc::clone(&lifecycle)));
        Ok(lifecycle)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lifecycles_that_are_equal_are_kept_once() {
        let mut known = Lifecycles::default();
        let own = |ms: usize| json!({"stages": [{"status": "queued", "for_ms": ms}, {"status": "finished"}]});
        for value in ["quick".into(), own(1)] {
            let (one, other) = (known.of(&value).unwrap(), known.of(&value).unwrap());
            assert!(Arc::ptr_eq(&one, &other), "{value}");
        }
        (0..2 * REMEMBERED).for_each(|ms| drop(known.of(&own(ms)).unwrap()));
        assert_eq!(known.0.len(), REMEMBERED);
        assert!(known.of(&json!("no such")).unwrap_err()[0].contains("no lifecycle preset"));
        assert!(known.of(&json!(null)).is_err());
    }
}
