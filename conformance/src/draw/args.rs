//! Values of the arguments of operations, by their types, so that an operation that is added later is drawn without a
//! further line.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::MISSING;
use super::world::task_id;
use crate::operations::{Arg, Kind};

/// Ids of the default world, by the name of the argument; 1 for others.
const IDS: [(&str, u64); 4] = [("app", 10_370), ("model", 12_380), ("module", 81), ("project", 1951)];
/// The workspace of the default world.
pub(super) const WORKSPACE: u64 = 23_821;
/// The team of the default world.
pub(super) const TEAM: u64 = 16_087;
/// The user of the default world.
const USER: u64 = 16_154;
/// Fields of an app's data.
const FIELDS: [&str; 4] = ["data.x", "state", "data.rows[0].x", "state.busy"];
/// The statuses of a task, the usual targets first.
const STATUSES: [&str; 8] =
    ["finished", "started", "stopped", "error", "deployed", "queued", "consumed", "terminating"];

/// Draws an argument; none for an optional argument that the call leaves out.
pub(super) fn arg(arg: &Arg) -> BoxedStrategy<Option<Value>> {
    let value = value(arg);
    match arg.required {
        true => value.prop_map(Some).boxed(),
        false => prop_oneof![3 => Just(None), 2 => value.prop_map(Some)].boxed(),
    }
}

fn value(arg: &Arg) -> BoxedStrategy<Value> {
    match arg.kind {
        Kind::Task => task_id().prop_map(Value::from).boxed(),
        Kind::Workspace => prop_oneof![8 => Just(json!(WORKSPACE)), 1 => Just(json!(MISSING))].boxed(),
        Kind::Agent => one(vec![Value::Null, json!(1)]),
        Kind::Id => {
            let id = IDS.iter().find(|(name, _)| *name == arg.name).map_or(1, |(_, id)| *id);
            prop_oneof![6 => Just(json!(id)), 1 => Just(json!(MISSING))].boxed()
        }
        Kind::Ids => one(vec![json!([]), json!([USER])]),
        Kind::Count => (0..=13_u64).prop_map(Value::from).boxed(),
        // At least a second: a client that really sleeps must not go unnoticed.
        Kind::Milliseconds => one(vec![json!(1000), json!(1500), json!(2000), json!(5000)]),
        Kind::Seconds => (1..=60_u64).prop_map(Value::from).boxed(),
        Kind::Time => one(vec![json!("2025-12-31T23:10:00.000Z"), json!("2026-01-01T00:00:01.000Z")]),
        Kind::Flag => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Text => one(texts(arg.name)),
        Kind::Texts => {
            prop::collection::vec(select(FIELDS.to_vec()), 1..=3).prop_map(|fields| json!(fields)).boxed()
        }
        Kind::Status => one(STATUSES.map(Value::from).to_vec()),
        Kind::Method => one(vec![json!("tasks.list")]),
        Kind::Query => one(vec![json!({"workspaceId": WORKSPACE})]),
        Kind::Filters => one(filters()),
        Kind::Lines => one(vec![
            json!([{"level": "info", "message": "first"}]),
            json!([{"level": "info", "message": "first"}, {"level": "error", "message": "second"}]),
        ]),
        Kind::Files => one(vec![
            json!([{"name": "/a.txt", "text": "first"}]),
            json!([{"name": "/a.txt", "text": "first"}, {"name": "/b/c.txt", "text": "second"}]),
        ]),
        Kind::Updates => one(vec![
            json!([{"field": "data.x", "payload": 1}]),
            json!([{"field": "data.x", "payload": {"a": [1]}}, {"field": "state.busy", "payload": true}]),
        ]),
        Kind::Object => one(objects(arg.name)),
        Kind::Any => one(vec![json!(1), json!("text"), json!([1, 2]), json!({"a": 1}), Value::Null]),
    }
}

fn one(values: Vec<Value>) -> BoxedStrategy<Value> {
    select(values).boxed()
}

/// Filters of a list of tasks.
pub(super) fn filters() -> Vec<Value> {
    vec![
        json!([]),
        json!([{"field": "status", "operator": "=", "value": "finished"}]),
        json!([{"field": "status", "operator": "in", "value": ["queued", "error"]}]),
        json!([{"field": "id", "operator": "=", "value": 1}]),
    ]
}

fn texts(name: &str) -> Vec<Value> {
    let texts: &[&str] = match name {
        "field" => &FIELDS,
        "command" => &["count", "is_running", "unknown"],
        "file" => &["/a.csv", "/missing.csv"],
        "log_level" => &["debug", "info"],
        "restart_policy" => &["never", "on_error"],
        "app_version" => &["", "v1.0.0"],
        "url" | "preview" => &["http://127.0.0.1/a"],
        "status" => &STATUSES,
        _ => &["first", "\u{fc}ber", "a b"],
    };
    texts.iter().copied().map(Value::from).collect()
}

fn objects(name: &str) -> Vec<Value> {
    match name {
        "fields" => vec![json!({"data.x": 1}), json!({"data.x": [1], "state": {"done": true}})],
        "params" => vec![json!({"state": {}}), json!({"state": {"x": 1}})],
        "graph" => vec![json!([{"action": "data", "src": ["p/*"], "dst": "$1"}])],
        _ => vec![json!({"name": "new"}), json!({}), json!({"a": {"b": 1}})],
    }
}
