//! Each promise in `promises.json` has a check that fails for a client that breaks it.
//! `scenarios/COVERAGE.md` is printed from clients that break one promise each.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::common::broken::{Break, judged_with};
use crate::common::own_cases;
use crate::common::printed::is_kept;
use crate::common::promise::promises;
use serde_json::{Value, json};
use slymock_conformance::outcome::{ScenarioOutcome, Verdict};
use slymock_conformance::protocol::{Call, CallEnd, Exception};
use slymock_conformance::scenario::{Case, ErrorKind, Level};

/// A client that breaks a promise: the id of the promise, a description, and the break.
struct Breach(&'static str, &'static str, Break);

const fn call(change: fn(&mut Call)) -> Break {
    Break { call: change, ..Break::NONE }
}

const fn end(change: fn(&str, CallEnd) -> CallEnd) -> Break {
    Break { end: change, ..Break::NONE }
}

/// Sets an argument of calls of `op`.
fn set(call: &mut Call, op: &str, name: &str, change: impl Fn(Option<&Value>) -> Value) {
    if call.op == op {
        let value = change(call.args.get(name));
        call.args.insert(name.to_owned(), value);
    }
}

/// Sets an argument that the call leaves out.
fn set_absent(call: &mut Call, op: &str, name: &str, value: u64) {
    set(call, op, name, |given| given.cloned().unwrap_or(json!(value)));
}

/// Changes a number that the call passes.
fn count(call: &mut Call, op: &str, name: &str, change: fn(u64) -> u64) {
    if call.args.contains_key(name) {
        set(call, op, name, |given| given.and_then(Value::as_u64).map_or(Value::Null, |n| json!(change(n))));
    }
}

fn returned(of: &str, op: &str, ended: CallEnd, change: impl Fn(Value) -> Value) -> CallEnd {
    match ended {
        CallEnd::Return(value) if of == op => CallEnd::Return(change(value)),
        other => other,
    }
}

fn without(mut value: Value, key: &str) -> Value {
    value.as_object_mut().map(|object| object.remove(key));
    value
}

fn without_last_row(mut value: Value) -> Value {
    value["rows"].as_array_mut().map(Vec::pop);
    value
}

fn in_one_batch(mut value: Value) -> Value {
    let pages = value["pages"].as_array().cloned().unwrap_or_default();
    let rows: Vec<Value> = pages.iter().filter_map(Value::as_array).flatten().cloned().collect();
    value["pages"] = json!([rows]);
    value
}

fn failed(kind: ErrorKind) -> CallEnd {
    CallEnd::Raise(Exception { kind, native: "Broken".to_owned(), message: "broken on purpose".to_owned() })
}

const ALL: &str = "task.list_all";
const PAGES: &str = "task.list_pages";

/// The clients, in the order of the promises.
fn breaches() -> Vec<Breach> {
    let mut breaches = waiting();
    breaches.extend(statuses());
    breaches.extend(tasks());
    breaches.extend(listing());
    breaches.sort_by_key(|breach| breach.0);
    breaches
}

fn waiting() -> Vec<Breach> {
    vec![
        Breach(
            "max-wait-attempts",
            "makes 500 attempts by default",
            call(|call| set_absent(call, "task.wait", "attempts", 500)),
        ),
        Breach(
            "wait-attempt-timeout-sec",
            "pauses for 2 s by default",
            call(|call| set_absent(call, "task.wait", "every_ms", 2000)),
        ),
        Breach(
            "wait-attempts",
            "makes one attempt too many",
            call(|call| count(call, "task.wait", "attempts", |n| n + 1)),
        ),
        Breach(
            "wait-interval",
            "pauses twice as long as requested",
            call(|call| count(call, "task.wait", "every_ms", |n| n * 2)),
        ),
        Breach(
            "wait-awaits",
            "polls once and does not wait",
            call(|call| {
                if call.op == "task.wait" {
                    call.op = "task.status".to_owned();
                    call.args.retain(|name, _| name == "id");
                }
            }),
        ),
        Breach(
            "wait-target",
            "waits for `finished` whatever the target",
            call(|call| set(call, "task.wait", "target", |_| json!("finished"))),
        ),
        Breach(
            "wait-returns-true",
            "returns `false` when the status is reached",
            end(|op, ended| {
                returned(
                    "task.wait",
                    op,
                    ended,
                    |value| if value == json!(true) { json!(false) } else { value },
                )
            }),
        ),
        Breach(
            "wait-returns-false",
            "returns `true` when the task ended with another status",
            end(|op, ended| returned("task.wait", op, ended, |_| json!(true))),
        ),
        Breach(
            "wait-raises-when-exceeded",
            "returns `false` when the attempts are used up",
            end(|op, ended| match ended {
                CallEnd::Raise(raised) if op == "task.wait" && raised.kind == ErrorKind::WaitTimeout => {
                    CallEnd::Return(json!(false))
                }
                other => other,
            }),
        ),
    ]
}

fn statuses() -> Vec<Breach> {
    vec![
        Breach(
            "raise-for-status-raises",
            "accepts the status `error`",
            end(|op, ended| match ended {
                CallEnd::Raise(_) if op == "task.raise_for_status" => CallEnd::Return(Value::Null),
                other => other,
            }),
        ),
        Breach(
            "raise-for-status-returns-none",
            "fails for other statuses, too",
            end(|op, ended| match ended {
                CallEnd::Return(_) if op == "task.raise_for_status" => failed(ErrorKind::TaskFailed),
                other => other,
            }),
        ),
    ]
}

fn tasks() -> Vec<Breach> {
    vec![
        Breach(
            "get-status-checks",
            "requests another task",
            call(|call| count(call, "task.status", "id", |id| id + 1)),
        ),
        Breach(
            "get-status-returns",
            "returns the status in capitals",
            end(|op, ended| {
                returned("task.status", op, ended, |value| {
                    json!(value.as_str().unwrap_or_default().to_uppercase())
                })
            }),
        ),
        Breach(
            "get-info-by-id",
            "requests another task",
            call(|call| count(call, "task.info", "id", |id| id + 1)),
        ),
        Breach(
            "get-info-by-id-returns",
            "returns only the id",
            end(|op, ended| returned("task.info", op, ended, |value| json!({"id": value["id"]}))),
        ),
        Breach(
            "get-context",
            "requests another task",
            call(|call| count(call, "task.context", "id", |id| id + 1)),
        ),
        Breach(
            "get-context-returns",
            "returns a list",
            end(|op, ended| returned("task.context", op, ended, |value| json!([value]))),
        ),
        Breach(
            "update-meta",
            "changes another task",
            call(|call| count(call, "task.update_meta", "id", |id| id + 1)),
        ),
        Breach(
            "update-meta-data",
            "sends no data",
            call(|call| set(call, "task.update_meta", "data", |_| json!({}))),
        ),
        Breach(
            "get-list",
            "requests another workspace",
            call(|call| count(call, "task.list", "workspace", |id| id + 1)),
        ),
        Breach(
            "get-list-filters",
            "drops the filters",
            call(|call| set(call, "task.list", "filters", |_| json!([]))),
        ),
        Breach(
            "get-list-returns",
            "returns only the ids",
            end(|op, ended| {
                returned("task.list", op, ended, |value| {
                    value.as_array().into_iter().flatten().map(|row| json!({"id": row["id"]})).collect()
                })
            }),
        ),
    ]
}

/// Breaks that apply to both ways of listing, because a scenario uses only one of them.
const UNFILTERED: Break = call(|call| set_listing(call, "data", unfiltered));
const OTHER_METHOD: Break = call(|call| set_listing(call, "method", |_| json!("teams.list")));
const NO_FIRST_RESPONSE: Break = end(|op, ended| listed(op, ended, |value| without(value, "first_response")));
const NO_PROGRESS: Break = end(|op, ended| listed(op, ended, |value| without(value, "progress")));

fn set_listing(call: &mut Call, name: &str, change: fn(Option<&Value>) -> Value) {
    for op in [ALL, PAGES] {
        set(call, op, name, change);
    }
}

fn listed(op: &str, ended: CallEnd, change: fn(Value) -> Value) -> CallEnd {
    let way = if op == PAGES { PAGES } else { ALL };
    returned(way, op, ended, change)
}

fn unfiltered(data: Option<&Value>) -> Value {
    without(without(data.cloned().unwrap_or_default(), "filter"), "sort")
}

fn listing() -> Vec<Breach> {
    let last_row = end(|op, ended| returned(ALL, op, ended, without_last_row));
    let one_batch = end(|op, ended| returned(PAGES, op, ended, in_one_batch));
    let one_more = call(|call| count(call, ALL, "limit", |n| n + 1));
    let no_limit = call(|call| {
        if call.op == PAGES {
            call.args.remove("limit");
        }
    });
    vec![
        Breach("list-all-pages", "loses the last row", last_row),
        Breach("list-all-pages-data", "drops filter and order", UNFILTERED),
        Breach("list-all-pages-first-response", "does not return the first response", NO_FIRST_RESPONSE),
        Breach("list-all-pages-limit", "returns one row more than the limit", one_more),
        Breach("list-all-pages-method", "requests another method", OTHER_METHOD),
        Breach("list-all-pages-progress-cb", "reports no progress", NO_PROGRESS),
        Breach("generator", "gives all rows in one batch", one_batch),
        Breach("generator-data", "drops filter and order", UNFILTERED),
        Breach("generator-first-response", "does not return the first response", NO_FIRST_RESPONSE),
        Breach("generator-limit", "has no limit", no_limit),
        Breach("generator-method", "requests another method", OTHER_METHOD),
        Breach("generator-progress-cb", "reports no progress", NO_PROGRESS),
    ]
}

/// The failed checks that name a promise, by file and check, each with its level.
fn caught(promise: &str, cases: &[Case], outcomes: &[ScenarioOutcome]) -> BTreeSet<(String, &'static str)> {
    let mut caught = BTreeSet::new();
    for (case, outcome) in cases.iter().zip(outcomes) {
        for check in case.scenario.expect.iter().filter(|check| check.promises.iter().any(|id| id == promise))
        {
            let judged = outcome.checks.iter().find(|judged| judged.id == check.id);
            if judged.is_some_and(|judged| matches!(judged.verdict, Verdict::Fail | Verdict::Warn)) {
                let file = case.id.split('[').next().unwrap_or_default();
                let level = if check.level == Level::Must { "must" } else { "should" };
                caught.insert((format!("{file}#{}", check.id), level));
            }
        }
    }
    caught
}

fn naming<'a>(cases: &'a [Case], promise: &'a str) -> impl Iterator<Item = Case> + 'a {
    let names = move |case: &&Case| {
        case.scenario.expect.iter().any(|check| check.promises.iter().any(|id| id == promise))
    };
    cases.iter().filter(names).cloned()
}

#[test]
fn every_promise_has_a_client_that_breaks_it_and_every_named_promise_is_there() {
    let promises: BTreeSet<_> = promises().into_iter().map(|promise| promise.id).collect();
    let broken: BTreeSet<_> = breaches().iter().map(|breach| breach.0.to_owned()).collect();
    assert_eq!(promises, broken);
    let cases = own_cases();
    let named = cases.iter().flat_map(|case| &case.scenario.expect).flat_map(|check| &check.promises);
    assert_eq!(named.cloned().collect::<BTreeSet<_>>(), promises);
}

#[test]
fn a_broken_promise_is_caught_and_coverage_md_tells_by_what() {
    let (cases, promises) = (own_cases(), promises());
    let mut page = String::from(
        "# Coverage of the documentation\n\n\
         Each sentence of the documentation is tested with a client that breaks it: the listed checks fail for that\n\
         client. `conformance/tests/coverage.rs` prints this page with `SLYMOCK_BLESS=1 cargo test`, and fails if it is\n\
         stale.\n\n\
         | sentence | broken by a client that | failing checks |\n|---|---|---|\n",
    );
    for Breach(id, how, change) in breaches() {
        let promise = promises.iter().find(|promise| promise.id == id).unwrap();
        let own: Vec<_> = naming(&cases, id).collect();
        let before = caught(id, &own, &judged_with(&own, Break::NONE));
        let caught: BTreeSet<_> =
            caught(id, &own, &judged_with(&own, change)).difference(&before).cloned().collect();
        assert!(!caught.is_empty(), "{id}: no check fails for a client that {how}");
        let checks: Vec<_> = caught.iter().map(|(check, level)| format!("`{check}` ({level})")).collect();
        let says = promise.says.replace('|', "\\|");
        let place = format!("../docs/wire/promises.md#promise-{id}");
        writeln!(page, "| [`{}`]({place}): {says} | {how} | {} |", promise.of, checks.join(", ")).unwrap();
    }
    is_kept("scenarios/COVERAGE.md", &page);
}
