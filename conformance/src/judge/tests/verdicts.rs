//! Tests of the verdicts of checks and scenarios.

use serde_json::{Value, json};

use super::{Story, case, check, client, judged, scenario};
use crate::event::{Afterwards, Record, Stop, What};
use crate::judge::{judge, judge_afterwards};
use crate::outcome::{ScenarioOutcome, ScenarioVerdict, Verdict};
use crate::scenario::ErrorKind;

fn returns(level: &str) -> Value {
    check(level, &json!({"of": "w", "returns": {"any": true}}))
}

fn raised() -> Record {
    Story::new().ask("tasks.info").raises(ErrorKind::Auth).record()
}

fn returned() -> Record {
    Story::new().ask("tasks.info").returns(json!(1)).record()
}

fn verdicts(outcome: &ScenarioOutcome) -> Vec<Verdict> {
    outcome.checks.iter().map(|check| check.verdict).collect()
}

#[test]
fn what_must_hold_fails_and_what_need_not_warns() {
    for (level, verdict, of_scenario) in [
        ("must", Verdict::Fail, ScenarioVerdict::Fail),
        ("should", Verdict::Warn, ScenarioVerdict::Pass),
        ("info", Verdict::Warn, ScenarioVerdict::Pass),
    ] {
        let outcome = judged(&scenario(&[returns(level)]), &raised());
        assert_eq!((verdicts(&outcome), outcome.verdict), (vec![Verdict::Pass, verdict], of_scenario));
        assert_eq!(outcome.checks[1].native.as_ref().unwrap().native, "Native");
        let outcome = judged(&scenario(&[returns(level)]), &returned());
        assert_eq!((verdicts(&outcome), outcome.verdict), (vec![Verdict::Pass; 2], ScenarioVerdict::Pass));
        assert_eq!(outcome.checks[1].native, None);
    }
}

#[test]
fn what_is_said_of_the_log_is_not_seen_of_a_client_that_has_none() {
    let logs = json!({"logs": [{"level": "warn"}]});
    let either = json!({"one_of": [logs, {"requests": {"tasks.info": {"count": 1}}}]});
    let case = case(&scenario(&[check("must", &logs)]));
    let mut client = client("any", "1.0.0");
    assert_eq!(judge(&case, returned(), &client).checks[1].verdict, Verdict::Fail);
    client.features.clear();
    let outcome = judge(&case, returned(), &client);
    assert_eq!((outcome.checks[1].verdict, outcome.verdict), (Verdict::Unobserved, ScenarioVerdict::Pass));
    let case = super::case(&scenario(&[check("must", &either)]));
    assert_eq!(judge(&case, returned(), &client).checks[1].verdict, Verdict::Unobserved);
}

#[test]
fn what_has_no_subject_fails_the_run_at_any_level() {
    for level in ["must", "should", "info"] {
        let outcome = judged(&scenario(&[check(level, &json!({"same_on_retry": ["body"]}))]), &returned());
        assert_eq!((outcome.checks[1].verdict, outcome.verdict), (Verdict::Vacuous, ScenarioVerdict::Fail));
    }
}

#[test]
fn parity_checks_are_for_releases_of_the_official_client_alone() {
    let mut parity = returns("info");
    parity["layer"] = json!("parity");
    parity["versions"] = json!(">=6.67.0, <6.74");
    let case = case(&scenario(&[parity]));
    let count = |name, version| judge(&case, returned(), &client(name, version)).checks.len();
    for version in ["6.67.0", "6.73.200", "6.67", "6.73.200rc1", "6.73.200.dev2", "6.67.0+local"] {
        assert_eq!(count("supervisely", version), 2, "{version}");
    }
    for version in ["6.66.9", "6.74.0", "6.66", "unknown", ""] {
        assert_eq!(count("supervisely", version), 1, "{version}");
    }
    assert_eq!(count("slymock-client", "6.70.0"), 1);
}

#[test]
fn while_the_anchor_does_not_pass_no_other_check_passes() {
    let mut scenario = scenario(&[
        returns("must"),
        check("must", &json!({"id": "other", "of": "w", "raises": {"any": true}})),
    ]);
    scenario["expect"][0]["requests"] = json!({"tasks.info": {"count": 9}});
    let outcome = judged(&scenario, &returned());
    assert_eq!(verdicts(&outcome), [Verdict::Fail, Verdict::Vacuous, Verdict::Fail]);
    assert_eq!(outcome.checks[1].actual.as_deref(), Some("the anchor anchor does not pass"));
    assert_eq!(outcome.verdict, ScenarioVerdict::Fail);
}

#[test]
fn while_a_fault_did_not_fire_no_check_passes() {
    let mut scenario = scenario(&[returns("must")]);
    let rule = json!({"do": {"status": 503}});
    scenario["faults"] = json!([rule, {"optional": true, "do": {"status": 502}}, rule]);
    let with = |fired: &[u64]| judged(&scenario, &Record { fired: fired.to_vec(), ..returned() });
    assert_eq!(verdicts(&with(&[1, 0, 2])), [Verdict::Pass; 2]);
    let idle = with(&[0, 1, 0]);
    assert_eq!((verdicts(&idle), idle.verdict), (vec![Verdict::Vacuous; 2], ScenarioVerdict::Fail));
    assert_eq!(idle.checks[0].actual.as_deref(), Some("fault rule 1, 3 never fired"));
    // A rule without a count did not fire.
    assert_eq!(verdicts(&with(&[1])), [Verdict::Vacuous; 2]);
}

#[test]
fn a_broken_scenario_is_not_observed() {
    let stop = Stop::Broken("the pipe broke".to_owned());
    let outcome = judged(&scenario(&[returns("must")]), &Record { stop, ..returned() });
    assert_eq!(
        (verdicts(&outcome), outcome.verdict),
        (vec![Verdict::Unobserved; 2], ScenarioVerdict::Broken)
    );
    assert_eq!(outcome.why.as_deref(), Some("the pipe broke"));
    assert_eq!(outcome.checks[1].actual.as_deref(), Some("the pipe broke"));
}

#[test]
fn a_runaway_is_one_whatever_its_checks_come_to() {
    for record in [returned(), raised()] {
        let stop = Stop::Runaway("it goes on".to_owned());
        let outcome = judged(&scenario(&[returns("must")]), &Record { stop, ..record });
        assert_eq!((outcome.verdict, outcome.why.as_deref()), (ScenarioVerdict::Runaway, Some("it goes on")));
        assert!(outcome.verdict.fails_the_run());
    }
}

#[test]
fn late_requests_fail_a_scenario_whose_checks_pass() {
    let mut outcome = judged(&scenario(&[returns("must")]), &returned());
    judge_afterwards(&mut outcome, &Afterwards { late: 2, broken: None });
    assert_eq!((verdicts(&outcome), outcome.verdict), (vec![Verdict::Pass; 2], ScenarioVerdict::Fail));
    assert_eq!(outcome.why.as_deref(), Some("the client sent 2 requests after the end of the scenario"));
    let runaway = Record { stop: Stop::Runaway("it goes on".to_owned()), ..returned() };
    let mut outcome = judged(&scenario(&[returns("must")]), &runaway);
    judge_afterwards(&mut outcome, &Afterwards { late: 2, broken: None });
    assert_eq!(outcome.why.as_deref(), Some("it goes on"), "it is one all the same");
}

#[test]
fn what_breaks_a_scenario_after_its_end_leaves_nothing_observed() {
    for record in [returned(), raised()] {
        let mut outcome = judged(&scenario(&[returns("must")]), &record);
        judge_afterwards(&mut outcome, &Afterwards { late: 2, broken: Some("it stays".to_owned()) });
        let stop = Stop::Broken("it stays".to_owned());
        assert_eq!(outcome, judged(&scenario(&[returns("must")]), &Record { stop, ..record }));
        assert_eq!(outcome.verdict, ScenarioVerdict::Broken);
    }
}

#[test]
fn what_is_said_of_what_was_seen_is_kept_short() {
    let long = "x".repeat(1 << 20);
    let stop = Stop::Broken(long.clone());
    let broken = judged(&scenario(&[returns("must")]), &Record { stop, ..returned() });
    let mut after = judged(&scenario(&[returns("must")]), &returned());
    judge_afterwards(&mut after, &Afterwards { late: 0, broken: Some(long.clone()) });
    let mut record = raised();
    for event in &mut record.events {
        if let What::Raise(raised) = &mut event.what {
            (raised.native, raised.message) = (long.clone(), long.clone());
        }
    }
    let raised = judged(&scenario(&[returns("must")]), &record);
    for outcome in [broken, after, raised] {
        let text = serde_json::to_string(&outcome).unwrap();
        assert!(text.len() < 100_000 && text.contains("x… 1038576 more bytes"), "{}", text.len());
    }
}

#[test]
fn all_words_of_a_check_hold_and_what_fails_is_told_before_what_has_no_subject() {
    let words = json!({"of": "w", "returns": {"any": true}, "same_on_retry": ["body"]});
    let outcome = |record| judged(&scenario(&[check("must", &words)]), &record).checks.remove(1);
    assert_eq!(outcome(returned()).verdict, Verdict::Vacuous);
    let fails = outcome(raised());
    assert_eq!((fails.verdict, fails.expected.as_deref()), (Verdict::Fail, Some("returns anything")));
}
