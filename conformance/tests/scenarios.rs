//! The built-in scenarios are valid and meaningful.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use slymock_conformance::library::{self, promises};
use slymock_conformance::lint::lint;
use slymock_conformance::operations::{OPERATIONS, Operation};
use slymock_conformance::scenario::{Case, Check, Requests, Step, Words};
use slymock_server::engine::methods;

#[test]
fn the_kit_brings_those_of_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    assert_eq!(library::own(), library::in_folder(&folder).unwrap());
}

#[test]
fn none_has_anything_that_makes_no_sense() {
    let (cases, promises) = (library::cases(&library::own()).unwrap(), promises());
    let findings = cases
        .iter()
        .flat_map(|case| lint(case, &promises).into_iter().map(|finding| format!("{}: {finding}", case.id)));
    let findings: Vec<_> = findings.collect();
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn there_are_enough_of_them() {
    let (files, cases) = (library::own(), library::cases(&library::own()).unwrap());
    assert!(cases.len() >= 150 && files.len() >= 60, "{} cases of {} files", cases.len(), files.len());
    let mut areas: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &files {
        *areas.entry(file.id.split('/').next().unwrap()).or_default() += 1;
    }
    for area in ["wait", "pagination", "errors", "retry", "tasks", "hygiene"] {
        assert!(areas.get(area).is_some_and(|files| *files >= 8), "{area}: {areas:?}");
    }
    let ids: BTreeSet<_> = cases.iter().map(|case| &case.id).collect();
    assert_eq!(ids.len(), cases.len(), "an id is used twice");
}

/// The steps of a case that call an operation, with their indices.
fn calls<'a>(case: &'a Case, operation: &Operation) -> impl Iterator<Item = (usize, &'a Step)> {
    let steps = case.scenario.steps.iter().enumerate();
    steps.filter(|(_, step)| step.call.as_deref() == Some(operation.name))
}

/// The words of all checks that cover a step, including alternatives.
fn words_of<'a>(case: &'a Case, step: &'a Step) -> impl Iterator<Item = Words> + 'a {
    let about = |check: &&Check| check.of.is_none() || check.of == step.label;
    let checks = case.scenario.expect.iter().filter(about);
    checks.flat_map(|check| check.one_of.iter().flatten().cloned().chain([check.words()]).collect::<Vec<_>>())
}

/// True if the expectation covers what is sent: bodies, or the header that alone names the task.
fn says_what_is_sent(wanted: &Requests) -> bool {
    wanted.body.is_some() || wanted.bodies.is_some() || wanted.headers.is_some()
}

#[test]
fn each_operation_is_called_and_what_it_sends_is_looked_at() {
    let cases = library::cases(&library::own()).unwrap();
    let is_looked_at = |operation: &Operation, case: &Case, step: &Step| {
        words_of(case, step).any(|words| {
            let sent = words.requests.iter().flatten();
            let mut own =
                sent.filter(|(method, _)| operation.sends.iter().any(|own| own == method || *own == "*"));
            own.any(|(_, wanted)| says_what_is_sent(wanted)) || operation.sends.is_empty()
        })
    };
    let missing: Vec<_> = OPERATIONS
        .iter()
        .filter(|operation| {
            !cases
                .iter()
                .any(|case| calls(case, operation).any(|(_, step)| is_looked_at(operation, case, step)))
        })
        .map(|operation| operation.name)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_an_operation_changes_is_read_back_by_another() {
    let cases = library::cases(&library::own()).unwrap();
    // A request to an app changes at most the app's next response, which only another request can read.
    let asks_an_app = |method: &str| method == "tasks.request.direct";
    let changes = |operation: &&Operation| {
        let mut sends = operation.sends.iter().filter(|method| !asks_an_app(method));
        sends.any(|method| methods::find(method).is_some_and(methods::Row::writes))
    };
    let is_read_back = |operation: &Operation, case: &Case| {
        calls(case, operation).any(|(index, _)| {
            let later = case.scenario.steps[index + 1..].iter().filter(|step| step.label.is_some());
            let mut others = later.filter(|step| step.call.as_deref() != Some(operation.name));
            others.any(|other| words_of(case, other).any(|words| words.returns.is_some()))
        })
    };
    let changing: Vec<_> = OPERATIONS.iter().filter(changes).collect();
    assert!(changing.len() >= 20, "{changing:?}");
    let missing = changing.iter().filter(|operation| !cases.iter().any(|case| is_read_back(operation, case)));
    let missing: Vec<_> = missing.map(|operation| operation.name).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn each_says_why_and_in_one_sentence_what() {
    for case in library::cases(&library::own()).unwrap() {
        let (about, why) = (&case.scenario.about, &case.scenario.why);
        assert!(about.ends_with('.') && about.len() <= 120, "{}: {about}", case.id);
        assert!(why.len() >= 10, "{}: {why}", case.id);
    }
}
