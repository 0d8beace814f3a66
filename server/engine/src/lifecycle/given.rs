//! How a lifecycle is given in fixtures and requests, told to whoever writes one. [`Lifecycle::from_json`]
//! reads it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::{Lifecycle, PRESETS, Preset};

/// A preset's name, or an object with `stages`.
pub(crate) enum Given {}

impl JsonSchema for Given {
    fn schema_name() -> Cow<'static, str> {
        "GivenLifecycle".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let preset =
            |preset: &Preset| json!({"description": preset.about, "type": "string", "const": preset.name});
        let own = generator.subschema_for::<Lifecycle>().to_value();
        let any_of: Vec<Value> = PRESETS.iter().map(preset).chain([own]).collect();
        json_schema!({
            "description": "What a task walks: a preset's name, or stages of one's own.",
            "anyOf": any_of,
        })
    }
}
