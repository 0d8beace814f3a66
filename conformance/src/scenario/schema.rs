//! Prints the JSON Schema of scenario files from the types.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Value, json};

use super::Scenario;

/// Pattern of a placeholder for a value of the variation.
const PLACE: &str = r"\{[a-z][a-z0-9_]*\}";

/// Returns the JSON Schema (draft 2020-12) of a scenario file. It allows `"{key}"` wherever `vary` may put a
/// value.
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Scenario>();
    let vary = schema.pointer_mut("/properties/vary").map(Value::take);
    Places.transform(&mut schema);
    if let (Some(place), Some(vary)) = (schema.pointer_mut("/properties/vary"), vary) {
        *place = vary;
    }
    schema.to_value()
}

/// Allows placeholders of `vary` instead of numbers, lists and other values that are not texts.
struct Places;

impl Transform for Places {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let kind = schema.get("type");
        let takes_text = match kind {
            None | Some(Value::Null) => true,
            Some(Value::String(kind)) => kind == "string" || kind == "object",
            Some(Value::Array(kinds)) => kinds.contains(&json!("string")) || kinds.contains(&json!("object")),
            Some(_) => false,
        };
        if takes_text || schema.get("enum").is_some() || schema.get("const").is_some() {
            return;
        }
        let description = schema.remove("description");
        let plain = schema.clone().to_value();
        let mut either = json!({"anyOf": [plain, {"type": "string", "pattern": format!("^{PLACE}$")}]});
        if let Some(description) = description {
            either["description"] = description;
        }
        if let Ok(either) = Schema::try_from(either) {
            *schema = either;
        }
    }
}
