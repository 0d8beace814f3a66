//! Worlds with many rows: made, read, moved, listed, forked and deleted.

use serde_json::{Map, Value, json};
use slymock_server::engine::snapshot::{Fixture, TABLES};

use crate::calls::{Call, Case, keys};

/// Columns with unique values in a table.
const UNIQUE: [&str; 7] = ["name", "slug", "login", "email", "token", "path", "title"];

/// The tables of a fixture.
fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(key, _)| *key).chain(["tasks"])
}

fn default_world() -> Map<String, Value> {
    let text = include_str!("../../engine/fixtures/default.json");
    serde_json::from_str(text).unwrap()
}

/// The rows of a table, and N copies of the first.
fn table(name: &str, count: usize) -> Value {
    let world = default_world();
    let mut rows = world[name].as_array().unwrap().clone();
    let first = rows[0].clone();
    let copy = |index: usize| {
        let mut row = first.clone();
        let object = row.as_object_mut().unwrap();
        object.insert("id".to_owned(), json!(1_000_000 + index));
        object.remove("meta");
        for (column, value) in object.iter_mut().filter(|(column, _)| UNIQUE.contains(&column.as_str())) {
            *value = json!(format!("{column}{index}"));
        }
        row
    };
    rows.extend((0..count).map(copy));
    Value::Array(rows)
}

fn fixture(name: &'static str, count: usize) -> Value {
    json!({name: table(name, count)})
}

/// A world whose task has N of something.
fn task_with(field: &'static str, count: usize) -> Value {
    let many = |one: &dyn Fn(usize) -> Value| (0..count).map(one).collect::<Value>();
    let value = match field {
        "logs" => many(&|i| json!({"message": format!("line {i}")})),
        "data" | "meta" | "settings" => keys(count),
        "seenBy" => many(&|i| json!(format!("call {i}"))),
        "app" => json!({"replies": keys(count)}),
        _ => json!({"answers": {"a": many(&|i| json!({"reply": i}))}}),
    };
    let field = if field == "answers" { "app" } else { field };
    json!({"tasks": [{"id": 121_230, "status": "started", field: value}]})
}

/// A world with many rules, stubs or replies.
fn whole_with(field: &'static str, count: usize) -> Value {
    let value = match field {
        "faults" => {
            (0..count).map(|i| json!({"id": i + 1, "on": {"task": 7}, "do": {"status": 503}})).collect()
        }
        "stubs" => (0..count).map(|i| (format!("no.such{i}"), json!(i))).collect(),
        "seenLists" => (0..count).map(|i| (format!("call {i}"), json!(1))).collect(),
        _ => json!({"replies": keys(count)}),
    };
    json!({field: value})
}

fn put(world: &Value) -> Call {
    Call::control("PUT", "world", world.to_string())
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in tables() {
        // A world with this many modules, each with its config and page, reaches the limit of a
        // body.
        let most = if name == "modules" { 20_000 } else { usize::MAX };
        let of_table = of_world(name, move |count| fixture(name, count));
        cases.extend(of_table.into_iter().map(|case| case.at_most(most)));
    }
    for field in ["logs", "data", "meta", "settings", "seenBy", "app", "answers"] {
        cases.extend(of_world(field, move |count| task_with(field, count)));
    }
    for field in ["stubs", "seenLists", "app"] {
        cases.extend(of_world(field, move |count| whole_with(field, count)));
    }
    // The limit of rules of a world.
    let rules = of_world("faults", |count| whole_with("faults", count));
    cases.extend(rules.into_iter().map(|case| case.at_most(1_000)));
    cases.extend(of_rows());
    cases
}

/// A world with many of something replaces a world, is the start of one, and is refused with an
/// error in each row.
fn of_world(what: &str, world: impl Fn(usize) -> Value + Clone + 'static) -> Vec<Case> {
    let (replaced, made) = (world.clone(), world);
    let begun = move |count| Call::control("POST", "worlds", json!({"fixture": made(count)}).to_string());
    vec![
        Case::new("PUT world", what, move |count| put(&replaced(count))).done(),
        Case::new("POST worlds", what, begun).done().in_sample(false),
    ]
}

/// Calls on a world with many tasks.
fn of_rows() -> Vec<Case> {
    let tasks = |count: usize| {
        let body = json!({"workspaceId": 23_821, "count": count, "lifecycle": "realistic"});
        vec![Call::control("POST", "tasks", body.to_string())]
    };
    let rows = move |name: &str, call: Call| {
        Case::new(name, "tasks of the world", move |_| call.clone()).after(tasks).done()
    };
    let wire = |method: &str, body: &str| rows(method, Call::wire(method, body));
    let control =
        |verb, path: &str, body: &str| rows(&format!("{verb} {path}"), Call::control(verb, path, body));
    let mut cases = vec![
        control("GET", "world", ""),
        control("POST", "reset", ""),
        control("POST", "worlds", r#"{"from": "{world}"}"#),
        control("POST", "clock", r#"{"advance_ms": 60000}"#),
        control("POST", "clock", r#"{"to": "next"}"#),
        control("DELETE", "worlds/{world}", ""),
        control("GET", "journal", ""),
        wire("tasks.list", r#"{"workspaceId": 23821, "sort": "status"}"#),
        wire("tasks.info", r#"{"id": 121230}"#),
        wire("tasks.meta.update", r#"{"id": 121230, "name": "x"}"#),
        wire("apps.tasks.list", r#"{"teamId": 16087, "appId": 10370}"#),
    ];
    cases.push(Case::new("POST tasks", "tasks", move |count| tasks(count).remove(0)).done());
    cases.push(wrong_rows());
    cases
}

/// Each row has an error.
fn wrong_rows() -> Case {
    Case::new("PUT world", "tasks that are all wrong", |count| {
        let row = |index: usize| json!({"id": index + 1, "workspaceId": 5, "lifecycle": "quik", "userId": 5});
        put(&json!({"tasks": (0..count).map(row).collect::<Value>()}))
    })
}

/// The default world, whose rows may be copied.
#[test]
fn tables_are_those_of_the_default_world() {
    let world = default_world();
    assert!(world.keys().map(String::as_str).eq(tables()), "{:?}", world.keys());
    Fixture::parse(fixture("tasks", 3).to_string().as_bytes()).unwrap();
}
