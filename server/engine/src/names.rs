//! The characters allowed in names: of worlds, projects and tasks, in file paths and API tokens. Also
//! the one character that no string may have.

use serde_json::Value;

use crate::refusal::{Step, Violation};

/// The problem of a name, as a phrase that follows the name in a message; `None` if the name is valid.
#[must_use]
pub fn wrong(name: &str) -> Option<&'static str> {
    name.chars().any(char::is_control).then_some("must not have control characters")
}

/// The problem of a string with U+0000, as a phrase that follows its label.
pub(crate) const NO_NUL: &str = "must not have the character U+0000";

/// The first U+0000 in a JSON value, in a string or a key. Supervisely stores strings and JSON in
/// PostgreSQL, whose types `text` and `jsonb` both reject that character.
#[must_use]
pub fn nul(value: &Value) -> Option<Violation> {
    if !has_nul(value) {
        return None;
    }
    let mut path = Vec::new();
    find_nul(value, &mut path).then(|| Violation::new(&path, "string.nul", NO_NUL))
}

/// True if the value has a U+0000. It runs for every request and almost never finds one, so it keeps no
/// path.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(object) => object.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// Finds the first U+0000 and leaves its path in `path`; true if there is one.
fn find_nul(value: &Value, path: &mut Vec<Step>) -> bool {
    let mut below = |step: Step, value: &Value| {
        path.push(step);
        let found = find_nul(value, path);
        if !found {
            path.pop();
        }
        found
    };
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().enumerate().any(|(index, item)| below(Step::Index(index), item)),
        Value::Object(object) => object.iter().any(|(key, value)| {
            // The path of a bad key ends in the key itself.
            let bad_key = Value::from(if key.contains('\0') { "\0" } else { "" });
            below(Step::Key(key.clone().into()), if key.contains('\0') { &bad_key } else { value })
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_have_no_control_characters() {
        assert_eq!(wrong("Ä name, with/all 'sorts' of letters 😀"), None);
        for name in ["a\0", "\n", "tab\there", "\u{7f}", "\u{85}"] {
            assert!(wrong(name).is_some(), "{name:?}");
        }
    }

    #[test]
    fn the_first_place_of_a_nul_is_told() {
        let told = |value: Value| nul(&value).map(|violation| violation.message);
        assert_eq!(told(json!({"a": [1, {"b": "c"}, "\n"]})), None);
        let wrong = told(json!({"a": [1, {"b": "c\0"}], "d": "\0"}));
        assert_eq!(wrong.as_deref(), Some("\"a[1].b\" must not have the character U+0000"));
        assert!(told(json!({"a": {"\0": 1}})).is_some() && told(json!("\0")).is_some());
    }
}
