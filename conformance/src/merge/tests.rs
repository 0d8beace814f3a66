use std::fs;

use tempfile::TempDir;

use super::*;
use crate::outcome::{CheckOutcome, RunPart, ScenarioVerdict, Verdict};
use crate::report::{json, sample};
use crate::scenario::{Layer, Level};

/// The JSON report of an outcome, with its events.
fn written(outcome: &Outcome) -> Vec<u8> {
    let spool = Spool::new(tempfile::tempfile().unwrap());
    outcome.scenarios.iter().for_each(|scenario| spool.keep(&scenario.id, &scenario.events));
    let mut bytes = Vec::new();
    json(outcome, &spool, &mut bytes).unwrap();
    bytes
}

/// The report of each outcome in a file of its own: `0`, `1`, ...
fn files(outcomes: &[Outcome]) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let file = |(number, outcome): (usize, &Outcome)| {
        let path = folder.path().join(number.to_string());
        fs::write(&path, written(outcome)).unwrap();
        path
    };
    let files = outcomes.iter().enumerate().map(file).collect();
    (folder, files)
}

fn merged(outcomes: &[Outcome]) -> Result<Outcome, MergeError> {
    let (_folder, paths) = files(outcomes);
    let (kind, files) = open(&paths)?;
    assert_eq!(kind, ReportKind::Check);
    merge(files, false, None)
}

/// A scenario that passes one check.
fn passing(id: &str) -> ScenarioOutcome {
    let passed = CheckOutcome {
        id: "polls".to_owned(),
        level: Level::Must,
        layer: Layer::Core,
        verdict: Verdict::Pass,
        vacuity: None,
        expected: None,
        actual: None,
        native: None,
        why: None,
    };
    let (id, about, because) = (id.to_owned(), "A.".to_owned(), "B.".to_owned());
    let (cites, trace, events) = (Vec::new(), Vec::new(), Vec::new());
    let (verdict, why, checks) = (ScenarioVerdict::Pass, None, vec![passed]);
    ScenarioOutcome { id, about, because, cites, verdict, why, checks, trace, events }
}

/// The outcomes of the parts 1/2 and 2/2, each with some of these scenarios.
fn halves(ids: &[&str]) -> [Outcome; 2] {
    ["1/2", "2/2"].map(|part| {
        let partition: Partition = part.parse().unwrap();
        let scenarios = ids.iter().filter(|id| partition.has(id)).map(|id| passing(id)).collect();
        let part = Some(RunPart { partition, selected: ids.len() });
        Outcome { part, scenarios, ..sample::empty() }
    })
}

#[test]
fn a_report_is_written_again_as_it_was_read() {
    for outcome in [sample::every_verdict(), sample::hostile()] {
        let (_folder, paths) = files(std::slice::from_ref(&outcome));
        let spool = Spool::new(tempfile::tempfile().unwrap());
        let again = merge(open(&paths).unwrap().1, false, Some(&spool)).unwrap();
        let mut bytes = Vec::new();
        json(&again, &spool, &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), fs::read_to_string(&paths[0]).unwrap());
        for (again, scenario) in again.scenarios.iter().zip(&outcome.scenarios) {
            assert!(again.events.is_empty());
            if scenario.verdict.fails_the_run() {
                assert_eq!(again.trace, scenario.trace, "{}", scenario.id);
            }
        }
    }
}

#[test]
fn notes_of_parts_are_not_notes_of_the_run_and_others_appear_once() {
    let mut halves = halves(&["wait/a", "wait/b", "wait/c"]);
    for (half, other) in halves.iter_mut().zip(["y", "x"]) {
        let partition = half.part.unwrap().partition;
        let notes = [partition.without_scenario(), partition.without_verdict(), "both".to_owned()];
        half.add_warnings(notes.into_iter().chain([other.to_owned()]));
        half.add_findings(["requirements x: none".to_owned(), other.to_owned()]);
    }
    let whole = merged(&halves).unwrap();
    assert_eq!(whole.warnings, ["both", "x", "y"]);
    assert_eq!(whole.findings, ["requirements x: none", "x", "y"]);
    assert_eq!((whole.part, whole.command.as_str()), (None, "slymock check"));
    let ids: Vec<_> = whole.scenarios.iter().map(|scenario| scenario.id.as_str()).collect();
    assert_eq!((ids, whole.wall_ms), (vec!["wait/a", "wait/b", "wait/c"], 2 * 2034));
}

#[test]
fn silence_is_judged_for_all_parts_together() {
    let silent = |mut half: Outcome| {
        half.scenarios.iter_mut().for_each(|scenario| scenario.checks.clear());
        half
    };
    let [first, second] = halves(&["wait/a", "wait/b", "wait/c", "wait/d"]);
    assert!(!first.scenarios.is_empty() && !second.scenarios.is_empty());
    let one = merged(&[silent(first.clone()), second.clone()]).unwrap();
    assert!(one.is_as_expected(), "{:?}", one.findings);
    let both = merged(&[silent(first), silent(second)]).unwrap();
    assert_eq!(both.findings, ["no check has a verdict, so the run shows nothing about the client"]);
}

#[test]
fn runs_that_were_not_divided_are_merged_by_their_scenarios() {
    let run = |id| Outcome { scenarios: vec![passing(id)], ..sample::empty() };
    let whole = merged(&[run("wait/b"), run("wait/a")]).unwrap();
    assert!(whole.is_as_expected() && whole.scenarios[0].id == "wait/a");
    assert_eq!(whole.command, "", "the reports do not have it");
    let twice = merged(&[run("wait/b"), run("wait/b")]).unwrap_err();
    assert!(matches!(twice, MergeError::ScenarioTwice { ref id, .. } if id == "wait/b"), "{twice}");
}

#[test]
fn a_scenario_that_was_lost_is_noticed() {
    let mut halves = halves(&["wait/a", "wait/b", "wait/c", "wait/d"]);
    halves[0].scenarios.pop().unwrap();
    let lost = merged(&halves).unwrap_err().to_string();
    assert_eq!(lost, "the 2 parts have 3 scenarios together, but 4 were selected");
}

#[test]
fn many_missing_parts_are_listed_in_part() {
    let [mut first, _] = halves(&["wait/a"]);
    let partition = "100/100".parse().unwrap();
    (first.scenarios, first.part) = (Vec::new(), Some(RunPart { partition, selected: 1 }));
    let missing = merged(&[first]).unwrap_err().to_string();
    assert!(missing.starts_with("parts 1/100, 2/100, "), "{missing}");
    assert!(missing.contains(", 20/100 and 79 more are missing; "), "{missing}");
}
