//! JSON patches (RFC 6902) of an app's data. Operations are applied one at a time so that the cost is
//! known before each: a copy takes a few bytes of patch but as much memory as its source, and an
//! insertion at the front of an array shifts all its items.

use json_patch::jsonptr::PointerBuf;
use json_patch::{Patch, PatchOperation, patch_unsafe};
use serde_json::Value;

use crate::keys::is_reserved;
use crate::paths::SEGMENTS_MAX;
use crate::refusal::Refusal;
use crate::tables::values_in;

/// Maximum number of values that one patch copies.
pub(crate) const COPIED_MAX: usize = 100_000;
/// Maximum number of array items that one patch shifts: one or two seconds of work.
pub(crate) const MOVED_MAX: usize = 200_000_000;

/// Applies a patch and returns the number of values copied. A refused patch leaves the document half
/// changed: the caller discards it.
pub(crate) fn apply(document: &mut Value, patch: Value) -> Result<usize, Refusal> {
    let patch: Patch = serde_json::from_value(patch).map_err(|error| bad(error.to_string()))?;
    let (mut copied, mut moved) = (0, 0);
    for (index, operation) in patch.0.iter().enumerate() {
        copied += copies(document, operation);
        moved += moves(document, operation);
        if operation.path().tokens().any(|key| is_reserved(&key.decoded())) {
            return Err(bad(format!("operation {index} has a key that is not allowed")));
        }
        if operation.path().count() > SEGMENTS_MAX {
            return Err(bad(format!("operation {index} has a path of more than {SEGMENTS_MAX} steps")));
        }
        if copied > COPIED_MAX || moved > MOVED_MAX {
            return Err(bad(format!(
                "operation {index} exceeds the limit: the patch copies or shifts too many values"
            )));
        }
        patch_unsafe(document, std::slice::from_ref(operation)).map_err(|mut error| {
            error.operation = index;
            bad(error.to_string())
        })?;
    }
    Ok(copied)
}

fn bad(why: String) -> Refusal {
    Refusal::BadPatch { why }
}

fn copies(document: &Value, operation: &PatchOperation) -> usize {
    match operation {
        PatchOperation::Copy(copy) => document.pointer(copy.from.as_str()).map_or(0, values_in),
        _ => 0,
    }
}

/// Upper bound for the number of array items that an operation shifts.
fn moves(document: &Value, operation: &PatchOperation) -> usize {
    let in_list = |path: &PointerBuf| {
        let Some((list, last)) = path.split_back() else { return 0 };
        let items = document.pointer(list.as_str()).and_then(Value::as_array).map_or(0, Vec::len);
        let place = last.decoded().parse().unwrap_or(items);
        items.saturating_sub(place)
    };
    match operation {
        PatchOperation::Add(add) => in_list(&add.path),
        PatchOperation::Remove(remove) => in_list(&remove.path),
        PatchOperation::Copy(copy) => in_list(&copy.path),
        PatchOperation::Move(one) => in_list(&one.from) + in_list(&one.path),
        PatchOperation::Replace(_) | PatchOperation::Test(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn why(document: &mut Value, patch: Value) -> String {
        apply(document, patch).map_or_else(|refusal| refusal.to_string(), |_| String::new())
    }

    #[test]
    fn each_operation_does_what_rfc_6902_says() {
        let mut document = json!({"a": [1, 2], "b": {"c": 1}});
        let patch = json!([
            {"op": "add", "path": "/a/0", "value": 0},
            {"op": "remove", "path": "/a/2"},
            {"op": "copy", "from": "/b", "path": "/d"},
            {"op": "move", "from": "/b/c", "path": "/a/-"},
            {"op": "replace", "path": "/d/c", "value": {"e": 2}},
            {"op": "test", "path": "/d", "value": {"c": {"e": 2}}},
        ]);
        assert_eq!(why(&mut document, patch), "");
        assert_eq!(document, json!({"a": [0, 1, 1], "b": {}, "d": {"c": {"e": 2}}}));
        let refused =
            why(&mut document, json!([{"op": "remove", "path": "/d"}, {"op": "remove", "path": "/d"}]));
        assert!(refused.contains("operation '/1'"), "{refused}");
    }

    #[test]
    fn what_doubles_itself_comes_to_an_end() {
        let mut document = json!({"a": [0]});
        let double = json!({"op": "copy", "from": "/a", "path": "/a/-"});
        let refused = why(&mut document, Value::Array(vec![double; 64]));
        assert!(refused.contains("operation 15 exceeds the limit"), "{refused}");
        let deep = "/a".repeat(SEGMENTS_MAX + 1);
        let refused = why(&mut document, json!([{"op": "add", "path": deep, "value": 1}]));
        assert!(refused.contains("more than 48 steps"), "{refused}");
    }

    #[test]
    fn what_moves_a_long_list_again_and_again_comes_to_an_end() {
        let mut document = json!({"a": vec![0; 200_000]});
        let front = json!({"op": "move", "from": "/a/0", "path": "/a/0"});
        let refused = why(&mut document, Value::Array(vec![front; 1_000]));
        assert!(refused.contains("operation 500 exceeds the limit"), "{refused}");
        let back = json!({"op": "add", "path": "/a/-", "value": 1});
        assert_eq!(why(&mut document, Value::Array(vec![back; 5_000])), "");
    }
}
