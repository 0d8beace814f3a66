//! Results that the documentation allows for a reply, for the operations that treat replies alike.
//!
//! A reply that is `null` may have been an empty body, and one that is a text may have been no JSON: then a
//! client raises (`docs/wire/transport.md#json-answers`), so that raising is always allowed for them.

use serde_json::{Value, json};

use super::form::Args;

/// The statuses of a task (`docs/wire/waiting.md#statuses`).
const STATUSES: [&str; 8] =
    ["queued", "consumed", "started", "deployed", "error", "finished", "terminating", "stopped"];

/// The call returns a value that matches one word.
pub(super) fn returns(word: &str, value: impl Into<Value>) -> Value {
    json!({"returns": {word: value.into()}})
}

/// The call fails.
pub(super) fn raises() -> Value {
    json!({"raises": {"any": true}})
}

/// Demands nothing of a result.
pub(super) fn any_result(_: &Args, _: &Value) -> Vec<Value> {
    Vec::new()
}

/// The reply is returned, if it is an object as documented.
pub(super) fn sent_object(_: &Args, reply: &Value) -> Vec<Value> {
    as_sent(reply, reply.is_object() && !is_refusal(reply))
}

/// The reply is returned, if it is an array of objects as documented.
pub(super) fn sent_rows(_: &Args, reply: &Value) -> Vec<Value> {
    as_sent(reply, reply.as_array().is_some_and(|rows| rows.iter().all(Value::is_object)))
}

/// The reply is returned. If it is not `as_documented`, a client may also fail.
pub(super) fn as_sent(reply: &Value, as_documented: bool) -> Vec<Value> {
    if as_documented {
        return vec![returns("like", reply.clone())];
    }
    vec![raises(), returns("eq", reply.clone())]
}

/// The call succeeds with any value, because the reply is ignored. Nothing is demanded after a reply that a
/// careful client may take for a failure.
pub(super) fn ignored(_: &Args, reply: &Value) -> Vec<Value> {
    if reply.is_object() && !is_refusal(reply) {
        return vec![returns("any", true)];
    }
    Vec::new()
}

/// The id in `taskId` is returned (`docs/wire/tasks.md#tasks.run.plugin` and the other starts). Without it a
/// client fails, or has nothing to return.
pub(super) fn new_task_id(_: &Args, reply: &Value) -> Vec<Value> {
    match reply.get("taskId") {
        Some(id) if is_id(id) => vec![returns("eq", id.clone())],
        None | Some(Value::Null) => vec![raises(), returns("eq", Value::Null)],
        Some(_) => Vec::new(),
    }
}

/// The status of the reply is returned. A client fails without one, and may fail at a status that is not one
/// of the eight (`docs/wire/waiting.md#unknown-status`), but it never returns another one.
pub(super) fn status(_: &Args, reply: &Value) -> Vec<Value> {
    match reply.get("status") {
        Some(status) if is_status(status) => vec![returns("eq", status.clone())],
        Some(Value::String(status)) => vec![raises(), returns("eq", status.as_str())],
        _ => vec![raises()],
    }
}

/// True if `value` can be the id of an entity.
pub(super) fn is_id(value: &Value) -> bool {
    value.as_u64().is_some_and(|id| id > 0)
}

/// True if `value` is one of the eight statuses.
pub(super) fn is_status(value: &Value) -> bool {
    value.as_str().is_some_and(|status| STATUSES.contains(&status))
}

/// True if a reply with status 200 looks like a refusal (`docs/wire/refusals.md#form`) or a failure.
fn is_refusal(reply: &Value) -> bool {
    reply.get("error").is_some() || reply.get("success") == Some(&Value::Bool(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_lead_to_these_results() {
        type Rule = fn(&Args, &Value) -> Vec<Value>;
        let none = Args::new();
        let fails = raises();
        let rows: [(Rule, Value, Vec<Value>); 12] = [
            (sent_object, json!({"a": 1}), vec![json!({"returns": {"like": {"a": 1}}})]),
            (sent_object, json!([]), vec![fails.clone(), json!({"returns": {"eq": []}})]),
            (
                sent_object,
                json!({"error": "no"}),
                vec![fails.clone(), json!({"returns": {"eq": {"error": "no"}}})],
            ),
            (sent_rows, json!([{"id": 1}]), vec![json!({"returns": {"like": [{"id": 1}]}})]),
            (sent_rows, json!([5]), vec![fails.clone(), json!({"returns": {"eq": [5]}})]),
            (ignored, json!({"success": true}), vec![json!({"returns": {"any": true}})]),
            (ignored, json!({"success": false}), vec![]),
            (new_task_id, json!({"taskId": 5}), vec![json!({"returns": {"eq": 5}})]),
            (new_task_id, json!({"id": 5}), vec![fails.clone(), json!({"returns": {"eq": null}})]),
            (status, json!({"status": "error"}), vec![json!({"returns": {"eq": "error"}})]),
            (status, json!({"status": "paused"}), vec![fails.clone(), json!({"returns": {"eq": "paused"}})]),
            (status, json!([{"status": "error"}]), vec![fails.clone()]),
        ];
        for (number, (result, reply, wanted)) in rows.into_iter().enumerate() {
            assert_eq!(result(&none, &reply), wanted, "row {number}: {reply}");
        }
    }
}
