//! Lifecycles in fixtures and requests: their schema and their parsing.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::presets::{PRESETS, Preset, preset};
use super::stages::Lifecycle;
use crate::plain;

/// A preset name, or an object with `stages`.
pub(crate) enum LifecycleForm {}

impl JsonSchema for LifecycleForm {
    fn schema_name() -> Cow<'static, str> {
        "GivenLifecycle".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let preset =
            |preset: &Preset| json!({"description": preset.about, "type": "string", "const": preset.name});
        let own = generator.subschema_for::<Lifecycle>().to_value();
        let any_of: Vec<Value> = PRESETS.iter().map(preset).chain([own]).collect();
        json_schema!({
            "description": "Lifecycle of a task: a preset name, or an object with `stages`.",
            "anyOf": any_of,
        })
    }
}

/// Reads a lifecycle from JSON: a preset name, or an object with `stages`.
///
/// # Errors
///
/// All problems, one sentence each.
pub fn read(value: &Value) -> Result<Lifecycle, Vec<String>> {
    if let Some(name) = value.as_str() {
        let known = preset(name).map(|preset| preset.lifecycle.as_ref().clone());
        return known.ok_or_else(|| {
            let names: Vec<_> = PRESETS.iter().map(|preset| preset.name).collect();
            vec![format!("there is no lifecycle preset {name:?}: use one of {}", names.join(", "))]
        });
    }
    let lifecycle: Lifecycle =
        plain::read(value.clone()).map_err(|error| vec![format!("lifecycle: {error}")])?;
    let problems = lifecycle.problems();
    if problems.is_empty() { Ok(lifecycle) } else { Err(problems) }
}

/// The name of a preset, or any other lifecycle as an object: the reverse of [`read`].
pub(crate) fn name_or_whole(lifecycle: &Arc<Lifecycle>) -> Value {
    let is_same = |preset: &Arc<Lifecycle>| Arc::ptr_eq(preset, lifecycle) || **preset == **lifecycle;
    let name = lifecycle.name.as_deref().and_then(preset).filter(|preset| is_same(&preset.lifecycle));
    match name {
        Some(preset) => Value::from(preset.name),
        None => serde_json::to_value(lifecycle).unwrap_or_default(),
    }
}
