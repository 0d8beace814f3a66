//! The cases of a scenario file: the product of its axes. The values are put into the file's JSON before it
//! is parsed as a scenario.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Maximum number of cases of one file; more are probably a mistake.
const CASES_MAX: usize = 200;

/// One case: the suffix of its id, and the JSON with the values filled in.
pub(super) struct Variation {
    pub(super) suffix: String,
    pub(super) json: Value,
}

/// Returns the cases of a file; without `vary`, the file itself is the only case.
pub(super) fn cases(mut json: Value) -> Result<Vec<Variation>, String> {
    let vary = json.as_object_mut().and_then(|object| object.remove("vary"));
    let axes = vary.as_ref().map_or(Ok(Vec::new()), axes)?;
    if axes.is_empty() {
        return Ok(vec![Variation { suffix: String::new(), json }]);
    }
    let mut chosen = vec![Choice::default()];
    for axis in &axes {
        chosen = chosen.iter().flat_map(|before| axis.iter().map(|case| before.with(case))).collect();
        if chosen.len() > CASES_MAX {
            return Err(format!("vary: more than {CASES_MAX} cases"));
        }
    }
    let mut used = BTreeSet::new();
    let varied = chosen.iter().map(|chosen| Variation {
        suffix: format!("[{}]", chosen.names.join(",")),
        json: filled(&json, &chosen.values, &mut used),
    });
    let varied: Vec<_> = varied.collect();
    let idle = chosen[0].values.keys().find(|key| !used.contains(*key));
    idle.map_or(Ok(varied), |key| Err(format!("vary: nothing in the file uses {{{key}}}")))
}

#[derive(Default)]
struct Choice {
    names: Vec<String>,
    values: Map<String, Value>,
}

impl Choice {
    fn with(&self, case: &NamedCase) -> Self {
        let mut names = self.names.clone();
        names.push(case.name.clone());
        let mut values = self.values.clone();
        values.extend(case.values.clone());
        Self { names, values }
    }
}

struct NamedCase {
    name: String,
    values: Map<String, Value>,
}

fn axes(vary: &Value) -> Result<Vec<Vec<NamedCase>>, String> {
    let axes = vary.as_object().ok_or("vary: not an object")?;
    let mut keys = BTreeSet::new();
    axes.iter()
        .map(|(axis, cases)| {
            let cases = axis_cases(cases).map_err(|why| format!("vary.{axis}: {why}"))?;
            match cases[0].values.keys().find(|key| !keys.insert((*key).clone())) {
                Some(key) => Err(format!("vary.{axis}: {key} is a key of another axis, too")),
                None => Ok(cases),
            }
        })
        .collect()
}

fn axis_cases(cases: &Value) -> Result<Vec<NamedCase>, String> {
    let cases = cases.as_array().filter(|cases| !cases.is_empty()).ok_or("not a list of cases")?;
    if cases.len() > CASES_MAX {
        return Err(format!("more than {CASES_MAX} cases"));
    }
    let mut named: Vec<NamedCase> = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let case = named_case(case).map_err(|why| format!("[{index}]: {why}"))?;
        if named.iter().any(|other| other.name == case.name) {
            return Err(format!("[{index}]: the name {} is used twice", case.name));
        }
        if !named.iter().all(|other| other.values.keys().eq(case.values.keys())) {
            return Err(format!("[{index}]: its keys differ from those of the first case"));
        }
        named.push(case);
    }
    Ok(named)
}

fn named_case(case: &Value) -> Result<NamedCase, String> {
    let mut values = case.as_object().ok_or("not an object")?.clone();
    let name = match values.remove("name") {
        Some(Value::String(name)) => name,
        _ => return Err("no name".to_owned()),
    };
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(sound) {
        return Err(format!("the name {name:?} must consist of a-z, 0-9 and -"));
    }
    values.sort_keys();
    Ok(NamedCase { name, values })
}

/// Replaces `{key}` in all texts of the JSON. A text that is only the placeholder becomes the value itself;
/// in a longer text, the value is inserted as text.
fn filled(json: &Value, values: &Map<String, Value>, used: &mut BTreeSet<String>) -> Value {
    match json {
        Value::String(text) => filled_text(text, values, used),
        Value::Array(items) => items.iter().map(|item| filled(item, values, used)).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (filled_key(key, values, used), filled(value, values, used)))
            .collect(),
        plain => plain.clone(),
    }
}

fn filled_key(key: &str, values: &Map<String, Value>, used: &mut BTreeSet<String>) -> String {
    match filled_text(key, values, used) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn filled_text(text: &str, values: &Map<String, Value>, used: &mut BTreeSet<String>) -> Value {
    let mut filled = text.to_owned();
    for (key, value) in values {
        let place = format!("{{{key}}}");
        if !text.contains(&place) {
            continue;
        }
        used.insert(key.clone());
        if text == place {
            return value.clone();
        }
        let put = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        filled = filled.replace(&place, &put);
    }
    Value::String(filled)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(vary: &Value) -> String {
        cases(json!({"vary": vary, "a": "{x}"})).err().expect("it is refused")
    }

    #[test]
    fn a_product_of_axes_is_put_into_its_places() {
        let json = json!({
            "about": "Of {x}, {y}.", "n": "{x}", "{y}": ["{y}", "{z}"],
            "vary": {"first": [{"name": "one", "x": 1}, {"name": "two", "x": [2]}], "second": [{"name": "a", "y": "A"}]}});
        let cases = cases(json).unwrap();
        assert_eq!(cases.iter().map(|case| &*case.suffix).collect::<Vec<_>>(), ["[one,a]", "[two,a]"]);
        assert_eq!(cases[0].json, json!({"about": "Of 1, A.", "n": 1, "A": ["A", "{z}"]}));
        assert_eq!(cases[1].json, json!({"about": "Of [2], A.", "n": [2], "A": ["A", "{z}"]}));
    }

    #[test]
    fn what_does_not_vary_is_one_case() {
        let cases = cases(json!({"a": "{x}"})).unwrap();
        assert_eq!((cases.len(), &*cases[0].suffix), (1, ""));
        assert_eq!(cases[0].json, json!({"a": "{x}"}));
    }

    #[test]
    fn slips_are_refused() {
        assert_eq!(refused(&json!([])), "vary: not an object");
        assert_eq!(refused(&json!({"a": []})), "vary.a: not a list of cases");
        assert_eq!(refused(&json!({"a": [{"x": 1}]})), "vary.a: [0]: no name");
        assert!(refused(&json!({"a": [{"name": "A b", "x": 1}]})).contains("must consist of a-z"));
        assert!(refused(&json!({"a": [{"name": "b", "x": 1}, {"name": "b", "x": 2}]})).contains("twice"));
        assert!(refused(&json!({"a": [{"name": "b", "x": 1}, {"name": "c"}]})).contains("its keys differ"));
        assert_eq!(
            refused(&json!({"a": [{"name": "b", "x": 1, "y": 2}]})),
            "vary: nothing in the file uses {y}"
        );
        let twice = json!({"a": [{"name": "b", "x": 1}], "b": [{"name": "b", "x": 1}]});
        assert_eq!(refused(&twice), "vary.b: x is a key of another axis, too");
        let many = |key: &str, count| -> Vec<_> {
            (0..count).map(|n: usize| json!({"name": n.to_string(), key: n})).collect()
        };
        assert_eq!(refused(&json!({"a": many("x", 201)})), "vary.a: more than 200 cases");
        let product = json!({"a": many("x", 15), "b": many("y", 15)});
        assert_eq!(refused(&product), "vary: more than 200 cases");
    }
}
