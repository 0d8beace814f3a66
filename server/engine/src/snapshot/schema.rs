//! The JSON Schema of a fixture, printed from its types: shapes, types and ranges. Rules that span
//! several fields or rows are checked only by the world.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use serde_json::Value;

use super::fixture::Fixture;

/// The keys that readers look for first, in this order.
const HEAD: [&str; 4] = ["$schema", "$id", "title", "description"];

/// The JSON Schema (draft 2020-12) of a [`Fixture`].
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12();
    let mut schema = settings.into_generator().into_root_schema_for::<Fixture>();
    schema.insert("$id".into(), "urn:slymock:world".into());
    schema.insert("title".into(), "A world of slymock".into());
    RecursiveTransform(tidy).transform(&mut schema);
    schema.to_value()
}

fn tidy(schema: &mut Schema) {
    bounds(schema);
    let Some(keys) = schema.as_object_mut() else { return };
    if let Some(Value::String(text)) = keys.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    let rest = std::mem::take(keys);
    keys.extend(HEAD.iter().filter_map(|key| Some(((*key).to_owned(), rest.get(*key)?.clone()))));
    keys.extend(rest.into_iter().filter(|(key, _)| !HEAD.contains(&key.as_str())));
}

/// Replaces the name of a Rust number type, which validators do not know, by its bounds.
fn bounds(schema: &mut Schema) {
    let Some(range) = schema.get("format").and_then(Value::as_str).and_then(range_of) else { return };
    schema.remove("format");
    for (key, bound) in range {
        if schema.get(key).is_none() {
            schema.insert(key.into(), bound);
        }
    }
}

/// The bounds of a number format; `None` for any other format. A `double` has no bounds.
fn range_of(format: &str) -> Option<Vec<(&'static str, Value)>> {
    let (min, max): (Value, Value) = match format {
        "uint16" => (0.into(), u16::MAX.into()),
        "uint32" => (0.into(), u32::MAX.into()),
        "uint64" | "uint" => (0.into(), u64::MAX.into()),
        "int64" => (i64::MIN.into(), i64::MAX.into()),
        "double" => return Some(Vec::new()),
        _ => return None,
    };
    Some(vec![("minimum", min), ("maximum", max)])
}
