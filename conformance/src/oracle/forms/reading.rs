//! Operations that read a task, its data and its log, or ask its app.

#![expect(clippy::unnecessary_wraps, reason = "the rules of all forms have one type")]

use serde_json::{Map, Value, json};

use super::form::{Args, Form, given, object, task_as_id, task_as_task_id};
use super::replies::{any_result, as_sent, is_id, is_status, raises, returns, sent_rows, status};

pub(super) const FORMS: &[Form] = &[
    Form::read("task.info", "tasks.info", task_as_id, row).or_null_at_404(),
    Form::read("task.status", "tasks.info", task_as_id, status),
    Form::read("task.context", "GetTaskContext", task_as_id, context),
    Form::read("task.get_field", "tasks.data.get", one_field, value),
    Form::read("task.get_fields", "tasks.data.get", fields, values),
    Form::read("task.logs", "tasks.log.download", log, sent_rows),
    Form::read("task.is_running", "tasks.request.direct", is_running, runs),
    Form::read("task.is_ready", "tasks.request.direct", is_ready, ready),
    Form::read("task.import_files", "tasks.import.files_list", task_as_id, sent_rows),
    // The bytes of the file are the reply, so that its JSON says nothing about them.
    Form::read("task.download_import_file", "tasks.import.download_file", file, any_result),
    Form::read("task.training_metrics", "tasks.train-metrics", task_as_task_id, sent_rows).or_null_at_404(),
    // `docs/wire/tasks.md#tasks.checkpoints.list`: tasks.info comes first.
    Form::read("task.checkpoints", "tasks.checkpoints.list", task_as_id, sent_rows).also(&["tasks.info"]),
];

/// `docs/wire/tasks.md#tasks.data.get`.
fn one_field(args: &Args) -> Option<Value> {
    Some(json!({"taskId": given(args, "id"), "fields": [given(args, "field")]}))
}

fn fields(args: &Args) -> Option<Value> {
    Some(object([("taskId", given(args, "id")), ("fields", given(args, "fields"))]))
}

/// `docs/wire/tasks.md#tasks.log.download`: a GET, whose query has texts instead of numbers.
fn log(args: &Args) -> Option<Value> {
    let (since, limit) = (given(args, "since"), given(args, "limit"));
    Some(object([("id", given(args, "id")), ("sinceTime", since), ("limit", limit)]))
}

/// `docs/wire/tasks.md#tasks.import.download_file`.
fn file(args: &Args) -> Option<Value> {
    Some(object([("id", given(args, "id")), ("filename", given(args, "file"))]))
}

/// `docs/wire/tasks.md#tasks.request.direct`: `skipResponse` is true when absent, so every client sends
/// false.
fn question(args: &Args, command: &str) -> Option<Value> {
    Some(json!({"taskId": given(args, "id"), "command": command, "state": {}, "skipResponse": false}))
}

fn is_running(args: &Args) -> Option<Value> {
    question(args, "is_running")
}

fn is_ready(args: &Args) -> Option<Value> {
    question(args, "is_ready")
}

/// `docs/wire/tasks.md#tasks.info`. A client that checks the row may fail at one that is not as documented;
/// no client makes up a row, or a status that the reply lacks.
fn row(args: &Args, reply: &Value) -> Vec<Value> {
    let Some(sent) = reply.as_object() else { return as_sent(reply, false) };
    let keys = ["id", "status", "type", "workspaceId", "description"];
    let known = keys.iter().filter_map(|key| Some(((*key).to_owned(), sent.get(*key)?.clone())));
    let known: Map<_, _> = known.collect();
    if known.is_empty() {
        return as_sent(reply, false);
    }
    if known.contains_key("status") {
        let mut ways = vec![returns("like", known)];
        ways.extend((!is_row(args, sent)).then(raises));
        return ways;
    }
    let mut with_null = known.clone();
    with_null.insert("status".to_owned(), Value::Null);
    vec![raises(), json!({"returns": {"like": known, "absent": ["/status"]}}), returns("like", with_null)]
}

/// True if the row is that of the call's task and its keys have the documented types.
fn is_row(args: &Args, sent: &Map<String, Value>) -> bool {
    let is = |key: &str, test: fn(&Value) -> bool| sent.get(key).is_none_or(|it| it.is_null() || test(it));
    sent.get("id").is_some_and(|id| is_id(id) && given(args, "id").is_none_or(|asked| asked == *id))
        && sent.get("status").is_some_and(is_status)
        && sent.get("type").is_none_or(Value::is_string)
        && is("workspaceId", is_id)
        && is("description", Value::is_string)
        && is("startedAt", Value::is_string)
        && is("finishedAt", Value::is_string)
        && is("meta", Value::is_object)
}

/// `docs/wire/tasks.md#GetTaskContext`: the response is returned unchanged.
fn context(_: &Args, reply: &Value) -> Vec<Value> {
    let has = |key: &str| reply.pointer(&format!("/{key}/id")).is_some_and(is_id);
    let mut ways = as_sent(reply, reply.is_object());
    ways.extend((reply.is_object() && !(has("team") && has("workspace"))).then(raises));
    ways
}

/// `docs/wire/tasks.md#tasks.data.get`: a client fails if the response lacks the field, which is not its
/// null.
fn value(args: &Args, reply: &Value) -> Vec<Value> {
    let field =
        given(args, "field").and_then(|field| Some(reply.get("result")?.get(field.as_str()?)?.clone()));
    vec![field.map_or_else(raises, |value| returns("eq", value))]
}

/// `docs/wire/tasks.md#tasks.data.get`: `result` as it is, or the requested fields of it.
fn values(args: &Args, reply: &Value) -> Vec<Value> {
    let Some(result) = reply.get("result") else { return vec![raises()] };
    let asked: Vec<_> = args.get("fields").and_then(Value::as_array).into_iter().flatten().collect();
    let found: Map<_, _> = asked
        .iter()
        .filter_map(|field| Some((field.as_str()?.to_owned(), result.get(field.as_str()?)?.clone())))
        .collect();
    let is_whole = asked.iter().all(|field| field.as_str().is_some_and(|field| found.contains_key(field)));
    if is_whole && result.is_object() {
        return vec![returns("any_of", vec![result.clone(), found.into()])];
    }
    vec![raises(), returns("eq", result.clone())]
}

/// `docs/wire/tasks.md#tasks.request.direct`: any answer means that the app runs; some clients read
/// `running`.
fn runs(_: &Args, reply: &Value) -> Vec<Value> {
    match reply.get("running") {
        Some(Value::Bool(true)) => vec![returns("eq", true)],
        _ => vec![returns("type", "boolean"), raises()],
    }
}

/// `docs/wire/tasks.md#tasks.request.direct`: `status` is compared with `ready`.
fn ready(_: &Args, reply: &Value) -> Vec<Value> {
    match reply.get("status") {
        Some(Value::String(status)) => vec![returns("eq", status == "ready")],
        _ => vec![returns("eq", false), raises()],
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::{body_of, results_of};
    use super::*;

    #[test]
    fn the_arguments_reach_the_body() {
        let rows = [
            ("task.info", json!({"id": 7}), json!({"id": 7})),
            ("task.training_metrics", json!({"id": 7}), json!({"taskId": 7})),
            (
                "task.get_field",
                json!({"id": 7, "field": "data.a"}),
                json!({"taskId": 7, "fields": ["data.a"]}),
            ),
            ("task.logs", json!({"id": 7, "limit": 0, "since": null}), json!({"id": 7, "limit": 0})),
        ];
        for (op, args, wanted) in rows {
            assert_eq!(body_of(FORMS, op, &args), wanted, "{op} {args}");
        }
    }

    #[test]
    fn a_row_is_returned_and_never_made_up() {
        let fails = raises();
        let rows = [
            (
                json!({"id": 7, "status": "started", "new": 1}),
                vec![json!({"returns": {"like": {"id": 7, "status": "started"}}})],
            ),
            // Another task, so that a client may object.
            (
                json!({"id": 8, "status": "started"}),
                vec![json!({"returns": {"like": {"id": 8, "status": "started"}}}), fails.clone()],
            ),
            (
                json!({"id": 7}),
                vec![
                    fails.clone(),
                    json!({"returns": {"like": {"id": 7}, "absent": ["/status"]}}),
                    json!({"returns": {"like": {"id": 7, "status": null}}}),
                ],
            ),
            (json!([]), vec![fails.clone(), json!({"returns": {"eq": []}})]),
            (json!({"error": "no"}), vec![fails.clone(), json!({"returns": {"eq": {"error": "no"}}})]),
        ];
        for (reply, wanted) in rows {
            assert_eq!(results_of(FORMS, "task.info", &json!({"id": 7}), &reply), wanted, "{reply}");
        }
    }

    #[test]
    fn a_field_is_the_one_that_was_asked_for() {
        let both = json!({"id": 7, "field": "a", "fields": ["a"]});
        let rows = [
            ("task.get_field", json!({"result": {"a": null}}), vec![json!({"returns": {"eq": null}})]),
            ("task.get_field", json!({"result": {"b": 1}}), vec![raises()]),
            ("task.get_field", json!([1]), vec![raises()]),
            (
                "task.get_fields",
                json!({"result": {"a": 1, "b": 2}}),
                vec![json!({"returns": {"any_of": [{"a": 1, "b": 2}, {"a": 1}]}})],
            ),
            ("task.get_fields", json!({"result": null}), vec![raises(), json!({"returns": {"eq": null}})]),
            ("task.get_fields", json!({"a": 1}), vec![raises()]),
        ];
        for (op, reply, wanted) in rows {
            assert_eq!(results_of(FORMS, op, &both, &reply), wanted, "{op} {reply}");
        }
    }

    #[test]
    fn an_app_is_ready_only_if_it_says_so() {
        let rows = [
            ("task.is_ready", json!({"status": "ready"}), vec![json!({"returns": {"eq": true}})]),
            ("task.is_ready", json!({"status": "loading"}), vec![json!({"returns": {"eq": false}})]),
            ("task.is_ready", json!("ready"), vec![json!({"returns": {"eq": false}}), raises()]),
            ("task.is_running", json!({"running": true}), vec![json!({"returns": {"eq": true}})]),
            ("task.is_running", json!({}), vec![json!({"returns": {"type": "boolean"}}), raises()]),
        ];
        for (op, reply, wanted) in rows {
            assert_eq!(results_of(FORMS, op, &json!({"id": 7}), &reply), wanted, "{op} {reply}");
        }
    }
}
