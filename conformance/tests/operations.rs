//! The page of operations is up to date, and scenarios and the Rust client agree with it.

use crate::common::judged::judged;
use crate::common::own_cases;
use crate::common::printed::is_kept;
use serde_json::{Map, Value, json};
use slymock_conformance::adapter::in_process::InProcess;
use slymock_conformance::event::What;
use slymock_conformance::operations::{OPERATIONS, Operation, example_args, find, page};
use slymock_conformance::outcome::ScenarioOutcome;
use slymock_conformance::scenario::{Case, ErrorKind, Raises, read};

/// A call of an operation in the default world.
fn call(operation: &Operation, args: &Map<String, Value>) -> Case {
    let scenario = json!({
        "about": "Make a call.", "why": "its arguments are those of the page", "anchor": "ends",
        "steps": [{"call": operation.name, "args": args, "as": "it"}],
        "expect": [{"id": "ends", "level": "must", "of": "it", "returns": {"any": true}}]});
    let id = format!("{}/{}", operation.name, args.len());
    read(&id, &scenario.to_string()).unwrap().remove(0)
}

fn run(cases: &[Case]) -> Vec<ScenarioOutcome> {
    judged(cases, 2, &|say| Ok(Box::new(InProcess::new(say))))
}

/// The operations that failed, with the kinds of their errors.
fn raised(outcome: &ScenarioOutcome) -> Vec<(String, ErrorKind)> {
    let mut calls = Vec::new();
    let mut raised = Vec::new();
    for event in &outcome.events {
        match &event.what {
            What::Call { op, .. } => calls.push((event.lane.clone(), op.clone())),
            What::Raise(how) => {
                let call = calls.iter().rev().find(|(lane, _)| *lane == event.lane).unwrap();
                raised.push((call.1.clone(), how.kind));
            }
            _ => {}
        }
    }
    raised
}

#[test]
fn the_page_is_what_the_table_says() {
    is_kept("conformance/OPERATIONS.md", &page());
}

#[test]
fn a_client_understands_the_examples_of_all_arguments() {
    let every = |operation: &Operation| {
        operation.args.iter().map(|arg| (arg.name.to_owned(), arg.kind.example())).collect()
    };
    let cases = OPERATIONS.iter().flat_map(|op| [call(op, &example_args(op)), call(op, &every(op))]);
    let mut cases: Vec<_> = cases.collect();
    cases.dedup_by_key(|case| case.id.clone());
    for outcome in run(&cases) {
        let ended =
            outcome.events.iter().any(|event| matches!(event.what, What::Return { .. } | What::Raise(_)));
        assert!(ended, "{}: {:?}", outcome.id, outcome.why);
    }
}

#[test]
fn a_client_fails_only_as_its_operation_may() {
    let mut failed = 0;
    for outcome in run(&own_cases()) {
        for (op, kind) in raised(&outcome) {
            assert!(find(&op).unwrap().may_raise.contains(&kind), "{}: {op} raises {kind:?}", outcome.id);
            failed += 1;
        }
    }
    assert!(failed >= 50, "{failed}");
}

#[test]
fn a_scenario_wants_no_failure_that_its_operation_cannot_have() {
    for case in own_cases() {
        for check in &case.scenario.expect {
            let words = check.one_of.iter().flatten().map(|words| &words.raises).chain([&check.raises]);
            let kinds: Vec<_> = words.flatten().flat_map(kinds).collect();
            let steps =
                case.scenario.steps.iter().filter(|step| check.of.is_none() || step.label == check.of);
            let may: Vec<_> = steps.filter_map(|step| find(step.call.as_ref()?)).collect();
            for kind in kinds {
                let raises = may.iter().any(|operation| operation.may_raise.contains(&kind));
                assert!(raises, "{} {}: {kind:?}", case.id, check.id);
            }
        }
    }
}

fn kinds(raises: &Raises) -> Vec<ErrorKind> {
    raises.kind.into_iter().chain(raises.any_of.iter().flatten().copied()).collect()
}
