mod fixing;
mod parts;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{env, fs};

use serde_json::{Value, json};

use super::*;
use crate::scenario::{Layer, Level};

const WHY: &str = "wait ends too early: it takes stopped for the target (`api/task_api.py L598`)";

fn entry(change: Value) -> Value {
    let mut entry = json!({
        "scenario": "wait/a", "check": "polls", "versions": ">=6.72, <7", "why": WHY, "message_starts": "1 request"});
    for (key, value) in change.as_object().unwrap() {
        entry[key] = value.clone();
    }
    entry
}

fn known(entries: &[Value]) -> KnownFailures {
    KnownFailures::read(Path::new("known.json"), &json!(entries).to_string()).unwrap()
}

/// Error of reading a file.
fn refused(text: &str) -> String {
    KnownFailures::read(Path::new("known.json"), text).unwrap_err().to_string()
}

fn check(id: &str, verdict: Verdict, actual: &str) -> CheckOutcome {
    CheckOutcome {
        id: id.to_owned(),
        level: Level::Must,
        layer: Layer::Core,
        verdict,
        expected: None,
        actual: (verdict != Verdict::Pass).then(|| actual.to_owned()),
        native: None,
        why: None,
        vacuity: None,
    }
}

/// A check that is vacuous because the anchor does not pass.
fn hollow(id: &str, anchor: &str) -> CheckOutcome {
    let vacuity = Vacuity::Anchor(anchor.to_owned());
    CheckOutcome { vacuity: Some(vacuity.clone()), ..check(id, Verdict::Vacuous, &vacuity.to_string()) }
}

fn scenario(id: &str, verdict: ScenarioVerdict, checks: Vec<CheckOutcome>) -> ScenarioOutcome {
    let (about, events) = ("A.".to_owned(), Vec::new());
    let (because, cites) = ("B.".to_owned(), Vec::new());
    let (id, why, trace) = (id.to_owned(), None, Vec::new());
    ScenarioOutcome { id, about, because, cites, verdict, why, checks, trace, events }
}

fn outcome(scenarios: Vec<ScenarioOutcome>) -> Outcome {
    let client = Hello { name: "supervisely".to_owned(), version: "6.74.51".to_owned(), ..Hello::nobody() };
    let (findings, warnings, files) = (Vec::new(), Vec::new(), BTreeMap::new());
    Outcome {
        client,
        part: None,
        scenarios,
        findings,
        warnings,
        wall_ms: 0,
        command: String::new(),
        names: Vec::new(),
        files,
    }
}

/// An outcome of `wait/a`, whose check `polls` has this verdict.
fn one(verdict: Verdict, actual: &str) -> Outcome {
    let whole = if verdict.fails_the_run() { ScenarioVerdict::Fail } else { ScenarioVerdict::Pass };
    outcome(vec![scenario("wait/a", whole, vec![check("polls", verdict, actual)])])
}

const FAILS: Verdict = Verdict::Fail;
const SEEN: &str = "1 request, at 0 ms";

fn today() -> Day {
    "2026-02-01".parse().unwrap()
}

fn applied(entries: &[Value], mut outcome: Outcome, whole: bool) -> Outcome {
    known(entries).apply(&mut outcome, Reach { whole, ..Reach::default() }, today());
    outcome
}

/// The only finding of a whole run.
fn finding(entries: &[Value], outcome: Outcome) -> String {
    let outcome = applied(entries, outcome, true);
    assert!(!outcome.is_as_expected());
    let [finding] = outcome.findings.as_slice() else { panic!("{:?}", outcome.findings) };
    finding.clone()
}

#[test]
fn what_fails_as_its_entry_says_is_as_expected() {
    let outcome = applied(&[entry(json!({}))], one(FAILS, SEEN), true);
    assert!(outcome.is_as_expected(), "{outcome:?}");
    assert_eq!(outcome.scenarios[0].verdict, ScenarioVerdict::Known);
    assert_eq!(outcome.scenarios[0].checks[0].verdict, Verdict::Known);
    assert_eq!(outcome.scenarios[0].checks[0].why.as_deref(), Some(WHY));
}

#[test]
fn an_outcome_that_was_marked_before_comes_to_the_same() {
    let entries = known(&[entry(json!({}))]);
    let mut marked = one(FAILS, SEEN);
    let client = marked.client.clone();
    entries.mark(&mut marked.scenarios[0], &client, today());
    assert_eq!(marked.scenarios[0].verdict, ScenarioVerdict::Known);
    assert_eq!(
        applied(&[entry(json!({}))], marked, true),
        applied(&[entry(json!({}))], one(FAILS, SEEN), true)
    );
}

#[test]
fn a_scenario_with_a_failure_that_is_not_known_fails() {
    let mut two = one(FAILS, SEEN);
    two.scenarios[0].checks.push(check("ends", FAILS, "it returned"));
    let outcome = applied(&[entry(json!({}))], two, true);
    let verdicts: Vec<_> = outcome.scenarios[0].checks.iter().map(|check| check.verdict).collect();
    assert_eq!(verdicts, [Verdict::Known, Verdict::Fail]);
    assert_eq!(outcome.scenarios[0].verdict, ScenarioVerdict::Fail);
    assert!(!outcome.is_as_expected() && outcome.findings.is_empty());
}

#[test]
fn an_entry_that_passes_fails_the_run() {
    let finding = finding(&[entry(json!({}))], one(Verdict::Pass, ""));
    assert_eq!(
        finding,
        "known failure wait/a#polls: the check passes now; exclude this release from the entry's versions, or remove the entry"
    );
}

#[test]
fn an_entry_of_a_check_that_need_not_hold_fails_the_run() {
    let finding = finding(&[entry(json!({}))], one(Verdict::Warn, SEEN));
    assert_eq!(finding, "known failure wait/a#polls: the check is only a warning and needs no entry");
}

#[test]
fn an_entry_whose_message_changed_fails_the_run_and_excuses_nothing() {
    let changed = one(FAILS, "2 requests");
    assert_eq!(
        finding(&[entry(json!({}))], changed.clone()),
        "known failure wait/a#polls: the check fails, but not with \"1 request\": 2 requests"
    );
    let changed = applied(&[entry(json!({}))], changed, true);
    assert_eq!(changed.scenarios[0].checks[0].verdict, Verdict::Fail);
}

#[test]
fn an_entry_that_was_skipped_fails_a_whole_run() {
    let mut lacks = outcome(vec![scenario("wait/a", ScenarioVerdict::NotApplicable, Vec::new())]);
    lacks.scenarios[0].why = Some("the client has no lanes".to_owned());
    let entries = [entry(json!({}))];
    assert_eq!(
        finding(&entries, lacks.clone()),
        "known failure wait/a#polls: the check was skipped: the client has no lanes"
    );
    assert!(applied(&entries, lacks, false).is_as_expected());
    let unobserved = one(Verdict::Unobserved, "the client has no logs");
    assert_eq!(
        finding(&entries, unobserved.clone()),
        "known failure wait/a#polls: the check was skipped: the client has no logs"
    );
    assert!(applied(&entries, unobserved, false).is_as_expected());
}

#[test]
fn an_entry_of_no_scenario_fails_a_whole_run() {
    let entries = [entry(json!({"scenario": "wait/b"}))];
    assert_eq!(
        finding(&entries, one(Verdict::Pass, "")),
        "known failure wait/b#polls: there is no such scenario; did you mean wait/a?"
    );
    assert!(applied(&entries, one(Verdict::Pass, ""), false).is_as_expected());
}

#[test]
fn an_entry_of_no_check_fails_any_run() {
    for whole in [true, false] {
        let outcome = applied(&[entry(json!({"check": "poll"}))], one(Verdict::Pass, ""), whole);
        let said =
            "known failure wait/a#poll: the scenario has no such check for this release; did you mean polls?";
        assert_eq!(outcome.findings, [said]);
    }
}

#[test]
fn a_run_that_a_pattern_narrows_holds_entries_to_what_did_run() {
    assert_eq!(applied(&[entry(json!({}))], one(Verdict::Pass, ""), false).findings.len(), 1);
    assert_eq!(applied(&[entry(json!({}))], one(FAILS, "2 requests"), false).findings.len(), 1);
}

#[test]
fn an_entry_that_is_over_warns_and_excuses_nothing() {
    let over = [entry(json!({"until": "2026-01-31"}))];
    let outcome = applied(&over, one(FAILS, SEEN), true);
    assert_eq!(
        outcome.warnings,
        ["known failure wait/a#polls: it was excused until 2026-01-31 and still fails"]
    );
    assert_eq!(outcome.scenarios[0].verdict, ScenarioVerdict::Fail);
    assert!(outcome.findings.is_empty() && !outcome.is_as_expected());
    let last_day = applied(&[entry(json!({"until": "2026-02-01"}))], one(FAILS, SEEN), true);
    assert!(last_day.is_as_expected() && last_day.warnings.is_empty());
    assert_eq!(
        finding(&over, one(Verdict::Pass, "")),
        "known failure wait/a#polls: the check passes now; exclude this release from the entry's versions, or remove the entry"
    );
}

#[test]
fn an_entry_of_other_releases_is_left_alone() {
    let other = [entry(json!({"versions": "<6.74"}))];
    assert!(applied(&other, one(Verdict::Pass, ""), true).is_as_expected());
    let outcome = applied(&other, one(FAILS, SEEN), true);
    assert_eq!(outcome.scenarios[0].verdict, ScenarioVerdict::Fail);
}

#[test]
fn two_entries_that_cover_one_release_fail_the_run() {
    let entries = [entry(json!({})), entry(json!({"versions": ">=6.74"}))];
    assert_eq!(
        finding(&entries, one(FAILS, SEEN)),
        "known failure wait/a#polls: two entries cover this release"
    );
    let entries = [entry(json!({"versions": "<6.74"})), entry(json!({"versions": ">=6.74"}))];
    assert!(applied(&entries, one(FAILS, SEEN), true).is_as_expected());
}

#[test]
fn what_breaks_off_is_never_known() {
    for verdict in [ScenarioVerdict::Broken, ScenarioVerdict::Runaway] {
        let broken = outcome(vec![scenario("wait/a", verdict, vec![check("polls", FAILS, SEEN)])]);
        let after = applied(&[entry(json!({}))], broken.clone(), true);
        assert_eq!(after, broken);
        assert!(!after.is_as_expected());
    }
}

#[test]
fn what_fails_by_more_than_its_checks_is_not_known() {
    let mut late = one(FAILS, SEEN);
    late.scenarios[0].why = Some("the client sent 2 requests after the end of the scenario".to_owned());
    let outcome = applied(&[entry(json!({}))], late, true);
    assert_eq!(outcome.scenarios[0].checks[0].verdict, Verdict::Known);
    assert_eq!(outcome.scenarios[0].verdict, ScenarioVerdict::Fail);
}

#[test]
fn what_is_vacuous_because_of_a_known_anchor_is_known_with_it() {
    let with_hollow = |anchor| {
        let mut outcome = one(FAILS, SEEN);
        outcome.scenarios[0].checks.push(hollow("ends", anchor));
        outcome
    };
    let outcome = applied(&[entry(json!({}))], with_hollow("polls"), true);
    assert_eq!(outcome.scenarios[0].verdict, ScenarioVerdict::Known);
    assert_eq!(outcome.scenarios[0].checks[1].why.as_deref(), Some(WHY));
    assert!(!applied(&[entry(json!({}))], with_hollow("other"), true).is_as_expected());
    assert!(!applied(&[], with_hollow("polls"), true).is_as_expected());
}

#[test]
fn what_is_vacuous_because_of_a_fault_needs_an_entry_of_its_own() {
    let idle = || one(Verdict::Vacuous, "fault rule 1 never fired");
    assert!(!applied(&[], idle(), true).is_as_expected());
    let entries = [entry(json!({"message_starts": "fault rule 1 "}))];
    assert_eq!(applied(&entries, idle(), true).scenarios[0].verdict, ScenarioVerdict::Known);
}

#[test]
fn a_file_that_is_not_as_it_should_be_is_refused_with_the_place() {
    let of = |change| refused(&json!([entry(json!({"check": "fine"})), entry(change)]).to_string());
    assert!(of(json!({"note": 1})).starts_with("known.json: [1].note: unknown field `note`"));
    assert!(of(json!({"until": 7})).starts_with("known.json: [1].until: invalid type"));
    assert!(of(json!({"versions": "new"})).starts_with("known.json: [1], wait/a#polls: versions: "));
    let until = "known.json: [1], wait/a#polls: until: \"2026-1-31\" is not a day, such as 2026-01-31";
    assert_eq!(of(json!({"until": "2026-1-31"})), until);
    assert!(of(json!({"until": "2026-02-30"})).contains("is not a day"));
    assert!(of(json!({"message_starts": " "})).contains("message_starts is empty"));
    assert!(of(json!({"check": "fine"})).ends_with("wait/a#fine: the entry appears twice"));
    assert!(refused("[] []").contains("trailing characters"));
    assert!(refused("{}").starts_with("known.json: "));
    let without = |key: &str| {
        let mut entry = entry(json!({}));
        entry.as_object_mut().unwrap().remove(key);
        refused(&json!([entry]).to_string())
    };
    for key in ["scenario", "check", "versions", "why", "message_starts"] {
        assert!(without(key).contains(&format!("missing field `{key}`")), "{key}");
    }
}

#[test]
fn a_reason_is_somebody_s_own_and_names_the_line() {
    let of = |why| refused(&json!([entry(json!({"why": why}))]).to_string());
    assert!(of("").contains("why is empty: describe the effect on a user, and cite the line"));
    assert!(of("1 request, at 0 ms (`a.py L1`)").contains("why repeats the kit's message"));
    for why in [
        "it is slow",
        "it is slow (a.py L12)",
        "it is slow (`a.py`)",
        "it is slow (`a.py L0`)",
        "slow (`a.go:0`)",
    ] {
        assert!(of(why).contains("why cites no line of the client's source"), "{why}");
    }
    for why in ["it is slow (`a.py L12`)", "it is slow (`a/b.go:40`, `c.go:7`)"] {
        assert_eq!(known(&[entry(json!({"why": why}))]).entries().len(), 1, "{why}");
    }
}

#[test]
fn a_day_is_one_of_utc() {
    let at = |seconds| day_of(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).to_string();
    assert_eq!(at(1_767_225_599), "2025-12-31");
    assert_eq!(at(1_767_225_600), "2026-01-01");
    assert_eq!(at(1 << 50), Day::MAX.to_string());
}

#[test]
fn a_file_lies_in_the_folder_of_scenarios_under_the_client_s_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(Some(folder.path()), "my-client_2.0").unwrap();
    assert_eq!(path, folder.path().join("known-failures/my-client_2.0.json"));
    assert_eq!(KnownFailures::in_folder(folder.path(), "my-client_2.0").unwrap(), KnownFailures::default());
    fs::create_dir(path.parent().unwrap()).unwrap();
    fs::write(&path, json!([entry(json!({}))]).to_string()).unwrap();
    assert_eq!(KnownFailures::in_folder(folder.path(), "my-client_2.0").unwrap(), known(&[entry(json!({}))]));
    fs::write(&path, "[{}]").unwrap();
    let error = KnownFailures::in_folder(folder.path(), "my-client_2.0").unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: [0]: missing field", path.display())), "{error}");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = KnownFailures::in_folder(folder.path(), "my-client_2.0").unwrap_err();
    assert!(matches!(error, KnownError::Unread { .. }), "{error}");
}

#[test]
fn no_name_of_a_client_leads_to_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(101);
    for name in ["", "..", ".x", "../x", "a/b", "a\\b", "a b", "ä", "a\0", &long] {
        let error = place(Some(folder.path()), name).unwrap_err().to_string();
        assert!(error.starts_with("the client's name is "), "{name}: {error}");
        assert_eq!(KnownFailures::own(name).unwrap(), KnownFailures::default(), "{name}");
    }
    fs::write(folder.path().join("x.json"), "[{}]").unwrap();
    assert_eq!(KnownFailures::in_folder(folder.path(), "../x").unwrap(), KnownFailures::default());
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let error = place(Some(&missing), "supervisely").unwrap_err().to_string();
    assert!(error.ends_with(
        "missing: no such folder; known failures are written to the folder of scenarios, or to ./scenarios"
    ));
    // Cargo runs the tests of a package in its folder.
    assert!(!env::current_dir().unwrap().join("scenarios").exists());
    assert!(place(None, "supervisely").unwrap_err().to_string().starts_with("scenarios: no such folder"));
}

#[test]
fn those_that_the_kit_brings_with_it_are_sound() {
    KnownFailures::own("supervisely").unwrap();
    assert_eq!(KnownFailures::own("nobody").unwrap(), KnownFailures::default());
}
