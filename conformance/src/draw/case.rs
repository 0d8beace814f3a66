//! Whole cases: a world, faults, settings of the client, and calls.

use std::collections::BTreeSet;

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::fault::{LISTED, faults, rules};
use super::world::arb_world;
use super::{Object, Scope, TASKS_MAX, arb_calls};
use crate::operations;
use crate::scenario::{AMBIENT, Budget, Case, Check, Needs, Scenario, Settings, Step};

/// Virtual time after the last result in which the client must not send a request, in milliseconds.
const QUIET_MS: u64 = 10_000;
/// Limits of a case, far above what any sane client needs for the longest one.
const BUDGET: Budget = Budget { virtual_ms: 7_200_000, requests: 400, real_ms: 10_000 };
/// Methods that no fault rule names: the first belongs to no operation.
const SPARED: [&str; 2] = ["instance.version", "*"];
/// A token of the length that old SDKs insist on, which no world has.
const WRONG_TOKEN: &str = "wrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwrongwro";

/// Course of the calls in time.
#[derive(Clone, Debug)]
struct Course {
    /// For each call, true if it runs in the second lane; none if there is a single one.
    lanes: Option<Vec<bool>>,
    /// Time that passes before each call in milliseconds, unless they run in lanes.
    before: Vec<Option<u64>>,
}

/// Draws a case: everything that a client meets and is asked to do. The case judges nothing by itself; an
/// [`Oracle`](crate::oracle::Oracle) judges its [`Record`](crate::event::Record).
pub fn arb_case(scope: &Scope) -> impl Strategy<Value = Case> + Clone + use<> {
    let (slow, lanes) = (scope.draws_slow(), scope.lanes);
    (arb_world(), faults(slow), settings(scope), arb_calls(scope), course(lanes)).prop_map(
        |(world, drawn, client, calls, course)| {
            let faults = rules(&drawn, &methods(&calls));
            case(world, faults, client, along(calls, &course))
        },
    )
}

fn settings(scope: &Scope) -> impl Strategy<Value = Settings> + Clone + use<> {
    let attempts = weighted(0.85, 1..=5_u32);
    let base = weighted(0.7, select(vec![1000_u64, 2000, 5000]));
    let task = weighted(0.25, 1..=TASKS_MAX);
    let token = weighted(0.02, Just(WRONG_TOKEN.to_owned()));
    // A time-out that only a response without an end reaches.
    let limit =
        if scope.draws_slow() { Just(Some(300)).boxed() } else { weighted(0.1, Just(30_000_u64)).boxed() };
    let timeouts = scope.timeouts;
    (attempts, base, task, token, limit).prop_map(move |(attempts, retry_base_ms, task, token, limit)| {
        Settings { attempts, retry_base_ms, timeout_ms: limit.filter(|_| timeouts), task, token }
    })
}

fn course(lanes: bool) -> impl Strategy<Value = Course> + Clone {
    let second = prop::collection::vec(any::<bool>(), 8);
    let lanes = if lanes { weighted(0.2, second).boxed() } else { Just(None).boxed() };
    let pause = weighted(0.1, (1..=50_u64).prop_map(|tenths| 100 * tenths));
    (lanes, prop::collection::vec(pause, 8)).prop_map(|(lanes, before)| Course { lanes, before })
}

/// Wire methods that the operations of these calls send.
fn methods(calls: &[Step]) -> Vec<&'static str> {
    let operations = calls.iter().filter_map(|step| Some((step, operations::find(step.call.as_deref()?)?)));
    let mut methods = BTreeSet::new();
    let mut listed = Vec::new();
    for (step, operation) in operations {
        listed.extend(operation.sends.iter().filter(|method| !SPARED.contains(method)).copied());
        // The method of a listing is an argument.
        let method = step.args.get("method").and_then(Value::as_str);
        listed.extend(LISTED.iter().filter(|name| method == Some(name)).copied());
    }
    listed.retain(|method| methods.insert(*method));
    listed
}

/// Puts calls into lanes, or time between them, and labels them.
fn along(calls: Vec<Step>, Course { lanes, before }: &Course) -> Vec<Step> {
    let mut steps = Vec::new();
    for (index, call) in calls.into_iter().enumerate() {
        let lane = lanes.as_ref().and_then(|lanes| lanes.get(index));
        if let (None, Some(Some(ms))) = (lane, before.get(index)) {
            steps.push(Step {
                call: None,
                args: Object::new(),
                label: None,
                lane: None,
                advance_ms: Some(*ms),
            });
        }
        let lane = lane.map(|second| if *second { "b" } else { "a" }.to_owned());
        steps.push(Step { label: Some(format!("c{}", index + 1)), lane, ..call });
    }
    steps
}

fn case(world: Object, faults: Vec<Object>, client: Settings, steps: Vec<Step>) -> Case {
    let scenario = Scenario {
        about: "A generated case.".to_owned(),
        why: "It is judged by the oracle.".to_owned(),
        cites: Vec::new(),
        tags: Vec::new(),
        needs: Needs::default(),
        world,
        faults,
        ambient: AMBIENT.map(str::to_owned).to_vec(),
        client,
        steps,
        expect: vec![Check::quiet("quiet", QUIET_MS)],
        anchor: "quiet".to_owned(),
        budget: BUDGET,
        vary: std::collections::BTreeMap::new(),
    };
    Case { id: "fuzz/case".to_owned(), scenario }
}
