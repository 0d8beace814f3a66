//! Operations that change a task, its data, its log or its files, or send its app a command.

#![expect(clippy::unnecessary_wraps, reason = "the rules of all forms have one type")]

use serde_json::{Value, json};

use super::form::{Args, Form, any_body, given, object, task_as_id};
use super::replies::{any_result, as_sent, ignored, returns, sent_object, status};

pub(super) const FORMS: &[Form] = &[
    Form::change("task.stop", "tasks.stop", task_as_id, status),
    Form::change("task.update_status", "tasks.status.update", new_status, ignored),
    Form::change("task.update_meta", "tasks.meta.update", meta, written_meta),
    Form::change("task.set_field", "tasks.data.set", one_field, sent_object),
    Form::change("task.set_fields", "tasks.data.set", fields, sent_object),
    Form::change("task.set_fields_from_dict", "tasks.data.set", fields_of_object, sent_object),
    Form::change("task.send_request", "tasks.request.direct", command, answer),
    Form::change("task.submit_logs", "tasks.logs.add", lines, ignored),
    // `docs/wire/tasks.md#tasks.files.bulk.upload`: multipart, and sent only for files that the server lacks.
    Form::change("task.upload_files", "tasks.files.bulk.upload", any_body, any_result)
        .also(&["images.internal.hashes.list", "tasks.files.bulk.add-by-hash"]),
];

/// `docs/wire/tasks.md#tasks.status.update`.
fn new_status(args: &Args) -> Option<Value> {
    Some(object([("id", given(args, "id")), ("status", given(args, "status"))]))
}

/// `docs/wire/tasks.md#tasks.meta.update`: the caller's keys, the task's `id`, and the two folders together.
fn meta(args: &Args) -> Option<Value> {
    let mut body = args.get("data")?.as_object()?.clone();
    body.extend(given(args, "id").map(|id| ("id".to_owned(), id)));
    match (given(args, "agent_storage_folder"), given(args, "relative_app_dir")) {
        (Some(host), Some(folder)) => {
            body.insert("agentStorageFolder".to_owned(), json!({"hostDir": host, "folder": folder}));
        }
        (None, None) => {}
        // The documented client refuses one folder without the other; releases 6.64.2 to 6.66.3 send nulls.
        _ => {
            body.shift_remove("agentStorageFolder");
        }
    }
    Some(body.into())
}

/// The response is ignored. A client that sends one folder without the other is not judged by its result.
fn written_meta(args: &Args, reply: &Value) -> Vec<Value> {
    let folders = ["agent_storage_folder", "relative_app_dir"];
    let number = folders.iter().filter(|name| given(args, name).is_some()).count();
    if number == 1 { Vec::new() } else { ignored(args, reply) }
}

/// An item of `fields` in `docs/wire/tasks.md#tasks.data.set`. Flags that are false may be left out.
/// `payload` may be null.
fn item(update: &Args) -> Value {
    let flag = |name: &str| update.get(name).filter(|flag| **flag == Value::Bool(true)).cloned();
    object([
        ("field", given(update, "field")),
        ("payload", update.get("payload").cloned()),
        ("append", flag("append")),
        ("recursive", flag("recursive")),
    ])
}

fn data(args: &Args, fields: Vec<Value>) -> Value {
    object([("taskId", given(args, "id")), ("fields", Some(fields.into()))])
}

fn one_field(args: &Args) -> Option<Value> {
    Some(data(args, vec![item(args)]))
}

fn fields(args: &Args) -> Option<Value> {
    let updates = args.get("fields")?.as_array()?.iter();
    Some(data(args, updates.map(|update| update.as_object().map_or_else(|| update.clone(), item)).collect()))
}

/// An object has no order, so that several of its keys may be sent in any order.
fn fields_of_object(args: &Args) -> Option<Value> {
    let fields = args.get("fields")?.as_object()?;
    if fields.len() > 1 {
        return Some(object([("taskId", given(args, "id"))]));
    }
    Some(data(
        args,
        fields.iter().map(|(field, payload)| json!({"field": field, "payload": payload})).collect(),
    ))
}

/// `docs/wire/tasks.md#tasks.request.direct`. `skipResponse` is true when absent on the server, and the
/// signature of `TaskApi.send_request` has `skip_response=False`, `timeout=60` and `outside_request=True`.
fn command(args: &Args) -> Option<Value> {
    let mut context = given(args, "context").and_then(|it| it.as_object().cloned()).unwrap_or_default();
    let mark = "outside_request";
    match given(args, mark) {
        Some(outside) => {
            context.insert(mark.to_owned(), outside);
        }
        // The documentation leaves open which one counts: the caller's key or the default of the argument.
        None if context.contains_key(mark) => {
            context.shift_remove(mark);
        }
        None => {
            context.insert(mark.to_owned(), Value::Bool(true));
        }
    }
    Some(object([
        ("taskId", given(args, "id")),
        ("command", given(args, "command")),
        ("state", given(args, "data")),
        ("context", Some(context.into())),
        ("skipResponse", given(args, "skip_response").or(Some(Value::Bool(false)))),
        ("timeout", given(args, "timeout_s").or(Some(json!(60)))),
    ]))
}

/// `docs/wire/tasks.md#tasks.request.direct`: the response is the app's own and is returned unchanged.
fn answer(_: &Args, reply: &Value) -> Vec<Value> {
    match reply {
        Value::Null | Value::String(_) => as_sent(reply, false),
        _ => vec![returns("eq", reply.clone())],
    }
}

/// `docs/wire/tasks.md#tasks.logs.add`.
fn lines(args: &Args) -> Option<Value> {
    Some(object([("logs", given(args, "logs"))]))
}

#[cfg(test)]
mod tests {
    use super::super::form::{body_of, results_of};
    use super::*;

    #[test]
    fn the_arguments_reach_the_body() {
        let rows = [
            (
                "task.set_field",
                json!({"id": 7, "field": "a", "payload": null, "append": true, "recursive": false}),
                json!({"taskId": 7, "fields": [{"field": "a", "payload": null, "append": true}]}),
            ),
            (
                "task.set_fields_from_dict",
                json!({"id": 7, "fields": {"a": 1}}),
                json!({"taskId": 7, "fields": [{"field": "a", "payload": 1}]}),
            ),
            // Of two keys either may come first.
            ("task.set_fields_from_dict", json!({"id": 7, "fields": {"a": 1, "b": 2}}), json!({"taskId": 7})),
            (
                "task.update_meta",
                json!({"id": 7, "data": {"id": 5, "a": 1}, "agent_storage_folder": "/h", "relative_app_dir": "f"}),
                json!({"id": 7, "a": 1, "agentStorageFolder": {"hostDir": "/h", "folder": "f"}}),
            ),
            ("task.update_meta", json!({"id": 7, "data": {}, "relative_app_dir": "f"}), json!({"id": 7})),
        ];
        for (op, args, wanted) in rows {
            assert_eq!(body_of(FORMS, op, &args), wanted, "{op} {args}");
        }
    }

    #[test]
    fn a_command_has_the_documented_defaults() {
        let sent = |more: Value| {
            let mut args = json!({"id": 7, "command": "count", "data": {"a": 1}});
            args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let mut body = body_of(FORMS, "task.send_request", &args);
            ["context", "skipResponse", "timeout"].map(|key| body[key].take())
        };
        let rows = [
            (json!({}), [json!({"outside_request": true}), json!(false), json!(60)]),
            (
                json!({"context": {"userId": 5}, "outside_request": false, "timeout_s": 5}),
                [json!({"userId": 5, "outside_request": false}), json!(false), json!(5)],
            ),
            // Which one counts is open.
            (json!({"context": {"outside_request": 1}}), [json!({}), json!(false), json!(60)]),
        ];
        for (more, wanted) in rows {
            assert_eq!(sent(more.clone()), wanted, "{more}");
        }
    }

    #[test]
    fn replies_lead_to_these_results() {
        let one_folder = json!({"id": 7, "data": {}, "relative_app_dir": "f"});
        let rows = [
            ("task.send_request", json!({"id": 7}), json!([1.5]), vec![json!({"returns": {"eq": [1.5]}})]),
            (
                "task.send_request",
                json!({"id": 7}),
                json!({"error": 1}),
                vec![json!({"returns": {"eq": {"error": 1}}})],
            ),
            (
                "task.update_meta",
                json!({"id": 7, "data": {}}),
                json!({}),
                vec![json!({"returns": {"any": true}})],
            ),
            ("task.update_meta", one_folder, json!({}), vec![]),
            ("task.upload_files", json!({"id": 7, "files": []}), json!({}), vec![]),
        ];
        for (op, args, reply, wanted) in rows {
            assert_eq!(results_of(FORMS, op, &args, &reply), wanted, "{op} {reply}");
        }
    }
}
