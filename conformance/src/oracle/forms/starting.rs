//! Operations that start a task.

#![expect(clippy::unnecessary_wraps, reason = "the rules of all forms have one type")]

use serde_json::{Map, Value, json};

use super::form::{Args, Form, given, object};
use super::replies::{is_id, new_task_id, raises, returns};

pub(super) const FORMS: &[Form] = &[
    Form::change("task.start", "tasks.run.app", start, first_task),
    Form::change("task.create_detached", "tasks.run.python", detached, new_task_id),
    Form::change("task.run_dtl", "tasks.run.dtl", graph, new_task_id),
];

/// Arguments of `task.start` and their fields in `docs/wire/tasks.md#tasks.run.app`.
const FIELDS: [(&str, &str); 12] = [
    ("agent", "agentId"),
    ("workspace", "workspaceId"),
    ("description", "description"),
    ("params", "params"),
    ("log_level", "logLevel"),
    ("users", "usersIds"),
    ("app_version", "appVersion"),
    ("is_branch", "isBranch"),
    ("task_name", "taskName"),
    ("restart_policy", "restartPolicy"),
    ("proxy_keep_url", "proxyKeepUrl"),
    ("redirect_requests", "redirectRequests"),
];

/// Demands each given argument, except one that means the same as its absence. Of both or neither of `app`
/// and `module`, which clients refuse, neither is demanded.
fn start(args: &Args) -> Option<Value> {
    let sent = FIELDS.iter().filter_map(|(name, field)| {
        let value = given(args, name).filter(|value| !is_default(field, value))?;
        Some(((*field).to_owned(), value))
    });
    let mut body: Map<_, _> = sent.collect();
    match (given(args, "app"), given(args, "module")) {
        (Some(app), None) => body.extend([("appId".to_owned(), app)]),
        (None, Some(module)) => body.extend([("moduleId".to_owned(), module)]),
        _ => {}
    }
    Some(body.into())
}

/// True if a client may leave the field out, because the server treats its absence like this value.
fn is_default(field: &str, value: &Value) -> bool {
    match field {
        "logLevel" => value == "info",
        "restartPolicy" => value == "never",
        "appVersion" => value == "",
        "isBranch" | "proxyKeepUrl" => *value == Value::Bool(false),
        "usersIds" => value.as_array().is_some_and(Vec::is_empty),
        "redirectRequests" => value.as_object().is_some_and(Map::is_empty),
        "params" => *value == json!({}) || *value == json!({"state": {}}),
        _ => false,
    }
}

/// `docs/wire/tasks.md#tasks.run.app`: the first item of the list is returned, with `taskId` as `id` if it
/// lacks an `id`. Releases before 6.68.97 returned an object unchanged. Without a task, each client fails.
fn first_task(_: &Args, reply: &Value) -> Vec<Value> {
    match reply.get(0).unwrap_or(reply) {
        Value::Object(task) if reply.is_array() => task_row(task, false),
        Value::Object(task) if has_id(task) => task_row(task, true),
        _ => vec![raises()],
    }
}

fn has_id(task: &Map<String, Value>) -> bool {
    ["id", "taskId"].iter().any(|key| task.get(*key).is_some_and(is_id))
}

fn task_row(task: &Map<String, Value>, may_raise: bool) -> Vec<Value> {
    let row = |id: &Value| {
        let keys = ["taskId", "userId", "moduleId", "appId"].into_iter();
        let sent = keys.filter_map(|key| Some((key.to_owned(), task.get(key)?.clone())));
        sent.chain([("id".to_owned(), id.clone())]).collect::<Map<_, _>>()
    };
    let mut ids: Vec<_> = ["id", "taskId"].iter().filter_map(|key| task.get(*key)).collect();
    ids.dedup();
    if ids.iter().any(|id| !is_id(id)) {
        return Vec::new();
    }
    let mut ways: Vec<_> = ids.iter().map(|id| returns("like", row(id))).collect();
    if ways.is_empty() {
        ways.extend([returns("eq", task.clone()), returns("like", row(&Value::Null)), raises()]);
    } else if may_raise {
        ways.push(raises());
    }
    ways
}

/// `docs/wire/tasks.md#tasks.run.python`: `ignoreAgent` is what keeps agents away.
fn detached(args: &Args) -> Option<Value> {
    Some(object([
        ("workspaceId", given(args, "workspace")),
        ("advanced", Some(json!({"ignoreAgent": true}))),
    ]))
}

/// `docs/wire/tasks.md#tasks.run.dtl`: an agent of null is any agent.
fn graph(args: &Args) -> Option<Value> {
    let advanced = given(args, "agent").map(|agent| json!({"agentId": agent}));
    let (workspace, graph) = (given(args, "workspace"), given(args, "graph"));
    Some(object([("workspaceId", workspace), ("config", graph), ("advanced", advanced)]))
}

#[cfg(test)]
mod tests {
    use super::super::form::{body_of, results_of};
    use super::*;

    #[test]
    fn the_arguments_reach_the_body() {
        let start = "task.start";
        let rows = [
            (start, json!({"agent": 1, "module": 81}), json!({"agentId": 1, "moduleId": 81})),
            (start, json!({"agent": null, "app": 5, "module": 81}), json!({})),
            (
                start,
                json!({"agent": 1, "app": 5, "log_level": "info", "is_branch": false, "users": [], "params": {}}),
                json!({"agentId": 1, "appId": 5}),
            ),
            (
                start,
                json!({"agent": 1, "app": 5, "log_level": "debug", "is_branch": true, "users": [2, 1]}),
                json!({"agentId": 1, "logLevel": "debug", "usersIds": [2, 1], "isBranch": true, "appId": 5}),
            ),
            ("task.run_dtl", json!({"workspace": 2, "graph": []}), json!({"workspaceId": 2, "config": []})),
        ];
        for (op, args, wanted) in rows {
            assert_eq!(body_of(FORMS, op, &args), wanted, "{op} {args}");
        }
    }

    #[test]
    fn the_first_task_is_returned_with_an_id() {
        let like = |row: Value| json!({"returns": {"like": row}});
        let rows = [
            (
                json!([{"taskId": 5, "userId": 6}, {"taskId": 9}]),
                vec![like(json!({"taskId": 5, "userId": 6, "id": 5}))],
            ),
            (json!([{"taskId": 5, "id": 5}]), vec![like(json!({"taskId": 5, "id": 5}))]),
            (
                json!([{"taskId": 5, "id": 4}]),
                vec![like(json!({"taskId": 5, "id": 4})), like(json!({"taskId": 5, "id": 5}))],
            ),
            (json!({"taskId": 5}), vec![like(json!({"taskId": 5, "id": 5})), raises()]),
            (
                json!([{"userId": 6}]),
                vec![
                    json!({"returns": {"eq": {"userId": 6}}}),
                    like(json!({"userId": 6, "id": null})),
                    raises(),
                ],
            ),
            (json!([]), vec![raises()]),
            (json!([null]), vec![raises()]),
        ];
        for (reply, wanted) in rows {
            assert_eq!(results_of(FORMS, "task.start", &json!({"agent": 1}), &reply), wanted, "{reply}");
        }
    }
}
