//! Lifecycles in fixtures.

use std::sync::Arc;

use serde_json::Value;

use crate::lifecycle::{self, Lifecycle, preset};

/// The lifecycle of a task that brings none, in a world that says nothing else.
const DEFAULT_LIFECYCLE: &str = "quick";

/// The lifecycle that a fixture gives, or the default one.
pub(super) fn lifecycle_of(value: Option<&Value>) -> Result<Arc<Lifecycle>, Vec<String>> {
    let default = Value::from(DEFAULT_LIFECYCLE);
    lifecycle::read(value.unwrap_or(&default)).map(Arc::new)
}

/// A preset by its name, any other lifecycle whole.
pub(super) fn name_or_whole(lifecycle: &Lifecycle) -> Value {
    let name = lifecycle.name.as_deref().and_then(preset).filter(|preset| *preset.lifecycle == *lifecycle);
    match name {
        Some(preset) => Value::from(preset.name),
        None => serde_json::to_value(lifecycle).unwrap_or_default(),
    }
}
