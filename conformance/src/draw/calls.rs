//! Calls of operations, with arguments.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use serde_json::{Value, json};

use super::args::{TEAM, WORKSPACE, arg, filters};
use super::world::task_id;
use super::{Object, Scope, object};
use crate::operations::Operation;
use crate::scenario::Step;

/// Maximum number of calls in a case.
const CALLS_MAX: usize = 7;
/// Operations that are drawn more often than others, because most mistakes are made in them.
const WEIGHTS: [(&str, u32); 5] =
    [("task.list", 6), ("task.list_all", 16), ("task.list_pages", 16), ("task.wait", 38), ("task.start", 3)];
/// Maximum number of polls of a wait.
const POLLS_MAX: u64 = 14;

/// Draws 1 to 7 calls of the operations of a scope.
pub fn arb_calls(scope: &Scope) -> impl Strategy<Value = Vec<Step>> + Clone + use<> {
    let calls: Vec<_> =
        scope.operations.iter().map(|operation| (weight(operation), call(operation))).collect();
    prop::collection::vec(Union::new_weighted(calls), 1..=CALLS_MAX)
}

fn weight(operation: &Operation) -> u32 {
    WEIGHTS.iter().find(|(name, _)| *name == operation.name).map_or(1, |(_, weight)| *weight)
}

fn call(operation: &'static Operation) -> BoxedStrategy<Step> {
    let args = match operation.name {
        "task.wait" => wait(),
        "task.list_all" => listing(false),
        "task.list_pages" => listing(true),
        "task.start" => start(operation),
        _ => of_table(operation),
    };
    let step = move |args| Step {
        call: Some(operation.name.to_owned()),
        args,
        label: None,
        lane: None,
        advance_ms: None,
    };
    args.prop_map(step).boxed()
}

/// Arguments drawn by their types.
fn of_table(operation: &'static Operation) -> BoxedStrategy<Object> {
    let values: Vec<_> = operation.args.iter().map(arg).collect();
    let named = move |values: Vec<Option<Value>>| {
        let args = operation.args.iter().zip(values);
        args.filter_map(|(arg, value)| Some((arg.name.to_owned(), value?))).collect()
    };
    values.prop_map(named).boxed()
}

fn wait() -> BoxedStrategy<Object> {
    let targets = prop_oneof![
        6 => Just("finished"),
        4 => select(vec!["started", "stopped", "error", "deployed", "terminating", "consumed"]),
    ];
    let pauses = select(vec![1000_u64, 1500, 2000, 5000]);
    (task_id(), targets, 1..=POLLS_MAX, pauses)
        .prop_map(|(id, target, attempts, ms)| {
            object(json!({"id": id, "target": target, "attempts": attempts, "every_ms": ms}))
        })
        .boxed()
}

/// A start names an app or a module; a client rejects both and neither, which is drawn seldom.
fn start(operation: &'static Operation) -> BoxedStrategy<Object> {
    let which = prop_oneof![10 => Just("module"), 10 => Just("app"), 1 => Just("none"), 1 => Just("both")];
    (of_table(operation), which)
        .prop_map(|(mut args, which)| {
            for (name, id) in [("app", 10_370), ("module", 81)] {
                args.shift_remove(name);
                if which == name || which == "both" {
                    args.insert(name.to_owned(), id.into());
                }
            }
            args
        })
        .boxed()
}

/// A listing method with the body of its requests.
fn lists() -> BoxedStrategy<(&'static str, Value)> {
    let other = |method, data: Value| Just((method, data));
    let tasks = (select(filters()), select(sorts())).prop_map(|(filter, sort)| {
        let mut data = object(json!({"workspaceId": WORKSPACE}));
        if filter.as_array().is_some_and(|filter| !filter.is_empty()) {
            data.insert("filter".to_owned(), filter);
        }
        data.extend(sort);
        ("tasks.list", Value::Object(data))
    });
    prop_oneof![
        12 => tasks,
        1 => other("projects.list", json!({"workspaceId": WORKSPACE})),
        1 => other("ecosystem.list", json!({})),
        1 => other("agents.list", json!({"teamId": TEAM})),
        1 => other("workspaces.list", json!({"teamId": TEAM})),
    ]
    .boxed()
}

fn sorts() -> Vec<Object> {
    vec![
        Object::new(),
        Object::new(),
        object(json!({"sort": "id", "sort_order": "desc"})),
        object(json!({"sort": "status", "sort_order": "asc"})),
    ]
}

fn listing(by_cursor: bool) -> BoxedStrategy<Object> {
    let limits = prop_oneof![3 => Just(None), 2 => (0..=13_u64).prop_map(Some)];
    (lists(), limits, any::<bool>(), prop_oneof![3 => Just(false), 1 => Just(true)])
        .prop_map(move |((method, mut data), limit, progress, first_response)| {
            if by_cursor {
                data["pagination_mode"] = "token".into();
            }
            let mut args = object(json!({"method": method, "data": data}));
            if let Some(limit) = limit {
                args.insert("limit".to_owned(), limit.into());
            }
            for (name, wanted) in [("progress", progress), ("first_response", first_response)] {
                if wanted {
                    args.insert(name.to_owned(), true.into());
                }
            }
            args
        })
        .boxed()
}
