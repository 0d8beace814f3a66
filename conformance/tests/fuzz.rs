//! Generated cases find each broken variant of the client by themselves, and no sane one.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use slymock_conformance::adapter::Adapter;
use slymock_conformance::adapter::in_process::InProcess;
use slymock_conformance::fuzz::{Campaign, Failure, FuzzOutcome, Shrinking, fuzz};
use slymock_conformance::judge::judge;
use slymock_conformance::known::{Day, KnownFiles, day_of};
use slymock_conformance::outcome::ScenarioVerdict;
use slymock_conformance::partition::Partition;
use slymock_conformance::run::Rig;
use slymock_conformance::scenario::{Case, read};

use crate::common::variants::{Variant, broken, sane};

/// Maximum number of cases in which each broken variant must be found.
const CASES: u64 = 2_000;

fn today() -> Day {
    day_of(std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000))
}

fn campaign(known: &KnownFiles, seed: u64, cases: u64) -> Campaign<'_> {
    Campaign {
        seed,
        cases: Some(cases),
        time: None,
        operations: Vec::new(),
        slow: false,
        jobs: 2,
        partition: None,
        known,
        today: today(),
        shrinking: Shrinking::IN_PROCESS,
    }
}

fn of(variant: Option<Variant>, campaign: &Campaign<'_>) -> FuzzOutcome {
    let make = move |say| {
        let adapter = match variant {
            Some(variant) => InProcess::tuned(say, Arc::new(move |builder| variant.tune(builder))),
            None => InProcess::new(say),
        };
        Ok(Box::new(adapter) as Box<dyn Adapter>)
    };
    fuzz(campaign, &make, &|_| {}).unwrap()
}

fn told(failure: &Failure) -> String {
    format!(
        "{} in {} (case {}): {}\n{}",
        failure.rule, failure.operation, failure.case, failure.text, failure.scenario
    )
}

#[test]
fn nothing_is_found_in_our_client() {
    let known = KnownFiles::default();
    let outcome = of(None, &campaign(&known, 1, 600));
    assert!(
        outcome.is_clean() && outcome.trouble.is_none(),
        "{}",
        outcome.failures.iter().map(told).collect::<String>()
    );
    let drawn = &outcome.means.drawn;
    assert_eq!((drawn.cases, outcome.means.broken), (600, 0));
    assert!(drawn.calls >= 3 * 600 && outcome.means.requests >= 6 * 600, "{:?}", outcome.means);
    assert!(outcome.means.faulted >= 300, "{:?}", outcome.means);
}

#[test]
fn nothing_is_found_in_any_sane_variant() {
    let known = KnownFiles::default();
    let variants = sane();
    assert!(variants.len() >= 12);
    let found: Vec<_> = variants
        .into_iter()
        .flat_map(|variant| {
            let outcome = of(Some(variant), &campaign(&known, 7, 120));
            assert_eq!(outcome.trouble, None, "{}", variant.name);
            outcome.failures.into_iter().map(move |failure| format!("{}: {}", variant.name, told(&failure)))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn each_broken_variant_is_found_by_generated_cases_alone() {
    let known = KnownFiles::default();
    let mut report = Vec::new();
    for variant in broken() {
        let quick = Campaign {
            shrinking: Shrinking { runs: 1, ..Shrinking::IN_PROCESS },
            ..campaign(&known, 1, CASES)
        };
        let found = first(variant, &quick);
        let (rule, operation, case) = found.unwrap_or_else(|| panic!("{} is not found", variant.name));
        report.push(format!("{} after {} cases: {rule} in {operation}", variant.name, case + 1));
    }
    // Writes past the test harness, which hides the output of passing tests.
    let _ = writeln!(io::stderr(), "fuzz finds {}", report.join("; "));
}

/// The first failure, from a campaign that grows until it has one.
fn first(variant: Variant, campaign: &Campaign<'_>) -> Option<(String, String, u64)> {
    let sizes = [50, 200, campaign.cases.unwrap_or(CASES)];
    sizes.into_iter().find_map(|cases| {
        let outcome = of(Some(variant), &Campaign { cases: Some(cases), ..campaign.clone() });
        let failure = outcome.failures.into_iter().min_by_key(|failure| failure.case)?;
        Some((failure.rule, failure.operation, failure.case))
    })
}

fn variant(name: &str) -> Variant {
    broken().into_iter().find(|variant| variant.name == name).unwrap()
}

/// A failure of `wait-past-the-end`, found by generated cases.
fn past_the_end() -> Failure {
    let known = KnownFiles::default();
    let only_waits = Campaign { operations: vec!["task.wait".to_owned()], ..campaign(&known, 1, 50) };
    let outcome = of(Some(variant("wait-past-the-end")), &only_waits);
    outcome.failures.into_iter().find(|failure| failure.rule == "wait-past-end").unwrap()
}

#[test]
fn a_failure_is_shrunk_to_a_small_scenario() {
    let failure = past_the_end();
    let scenario = &failure.scenario;
    let number = |key: &str| scenario[key].as_array().map_or(0, Vec::len);
    assert_eq!(number("steps"), 1, "{scenario:#}");
    assert!(number("faults") <= 1, "{scenario:#}");
    assert!(scenario["world"]["tasks"].as_array().is_none_or(|tasks| tasks.len() <= 3), "{scenario:#}");
    assert_eq!(failure.not_confirmed, None);
    assert_eq!(failure.file_stem(), "wait-past-end");
}

#[test]
fn a_failure_that_needs_a_fault_keeps_only_that_fault() {
    let known = KnownFiles::default();
    let outcome = of(Some(variant("503-not-repeated")), &campaign(&known, 3, 150));
    let failure = outcome.failures.iter().find(|failure| failure.not_confirmed.is_none()).unwrap();
    let (scenario, text) = (&failure.scenario, told(failure));
    assert_eq!(scenario["steps"].as_array().map(Vec::len), Some(1), "{text}");
    assert_eq!(scenario["faults"].as_array().map(Vec::len), Some(1), "{text}");
    assert!(scenario["world"]["tasks"].as_array().is_none_or(|tasks| tasks.len() <= 3), "{text}");
}

#[test]
fn a_saved_scenario_repeats_its_failure_each_time() {
    let failure = past_the_end();
    let cases = read("found/case", &failure.scenario.to_string()).unwrap();
    let broken = variant("wait-past-the-end");
    let make = move |say| {
        Ok(Box::new(InProcess::tuned(say, Arc::new(move |builder| broken.tune(builder)))) as Box<dyn Adapter>)
    };
    assert_eq!(verdicts(&mut Rig::start(&make).unwrap(), &cases[0]), [ScenarioVerdict::Fail; 100]);
    let ours = |say| Ok(Box::new(InProcess::new(say)) as Box<dyn Adapter>);
    assert_eq!(verdicts(&mut Rig::start(&ours).unwrap(), &cases[0]), [ScenarioVerdict::Pass; 100]);
}

fn verdicts(rig: &mut Rig<'_>, case: &Case) -> Vec<ScenarioVerdict> {
    (0..100)
        .map(|_| {
            let record = rig.run(case).unwrap();
            judge(case, record, rig.client()).verdict
        })
        .collect()
}

#[test]
fn the_same_seed_finds_the_same_in_any_number_of_jobs() {
    let known = KnownFiles::default();
    let found = |jobs| {
        let campaign = Campaign { jobs, ..campaign(&known, 5, 80) };
        let outcome = of(Some(variant("limit-off-by-one")), &campaign);
        let failures: Vec<_> = outcome.failures.iter().map(told).collect();
        assert!(!failures.is_empty());
        (failures, outcome.means)
    };
    assert_eq!(found(1), found(3));
}

#[test]
fn parts_have_all_cases_and_each_only_once() {
    let known = KnownFiles::default();
    let part = |part: Option<&str>| {
        let partition = part.map(|part| part.parse::<Partition>().unwrap());
        of(None, &Campaign { partition, ..campaign(&known, 2, 60) }).means
    };
    let (all, one, two) = (part(None), part(Some("1/2")), part(Some("2/2")));
    assert!(one.drawn.cases > 0 && two.drawn.cases > 0);
    assert_eq!(one.drawn.cases + two.drawn.cases, all.drawn.cases);
    assert_eq!(one.requests + two.requests, all.requests);
}

fn known_failure(rule: &str, until: Option<&str>) -> KnownFiles {
    let mut entry = json!({
        "scenario": "wait/ends-otherwise", "check": "polls", "versions": "*", "oracle": rule,
        "why": "a wait goes on after the end (`wait.rs:1`)", "message_starts": "at"});
    if let Some(until) = until {
        entry["until"] = Value::from(until);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known.json");
    std::fs::write(&file, json!([entry]).to_string()).unwrap();
    KnownFiles::file(&file).unwrap()
}

#[test]
fn a_known_failure_is_counted_and_not_saved() {
    let run = |known: &KnownFiles| {
        let waits = Campaign { operations: vec!["task.wait".to_owned()], ..campaign(known, 1, 50) };
        of(Some(variant("wait-past-the-end")), &waits)
    };
    let outcome = run(&known_failure("wait-past-end", None));
    assert!(outcome.known["wait-past-end"] > 0);
    assert!(!outcome.failures.iter().any(|failure| failure.rule == "wait-past-end"));
    let outcome = run(&known_failure("wait-past-end in task.wait", None));
    assert!(outcome.known["wait-past-end"] > 0);
    // An entry for another operation explains nothing, and neither does one that has expired.
    let outcome = run(&known_failure("wait-past-end in task.info", None));
    assert!(outcome.known.is_empty());
    let outcome = run(&known_failure("wait-past-end", Some("2020-01-01")));
    assert!(outcome.failures.iter().any(|failure| failure.rule == "wait-past-end"));
}

#[test]
fn a_known_failure_names_a_rule_that_exists() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known.json");
    for (oracle, expected) in [
        ("wait-past-ent", "the oracle has no rule wait-past-ent; did you mean wait-past-end?"),
        ("wait-past-end in task.wiat", "oracle: unknown operation task.wiat"),
    ] {
        let entry = json!([{
            "scenario": "a/b", "check": "c", "versions": "*", "oracle": oracle, "why": "w (`a.rs:1`)",
            "message_starts": "at"}]);
        std::fs::write(&file, entry.to_string()).unwrap();
        let error = KnownFiles::file(&file).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn an_operation_that_the_client_lacks_cannot_be_drawn() {
    let known = KnownFiles::default();
    let nothing = Campaign { operations: vec!["task.wiat".to_owned()], ..campaign(&known, 1, 10) };
    let make = |say| Ok(Box::new(InProcess::new(say)) as Box<dyn Adapter>);
    let error = fuzz(&nothing, &make, &|_| {}).unwrap_err().to_string();
    assert!(
        error.starts_with("task.wiat: the client has no such operation; it has task.checkpoints,"),
        "{error}"
    );
}
