//! Judges the record of a scenario by its checks. This is pure: the verdict depends on nothing but the
//! scenario, the record, and the client's `hello`.

mod judgement;
mod matcher;
mod requests;
mod view;
mod words;

use semver::VersionReq;

use crate::event::{Afterwards, Event, Record, Stop, What};
use crate::naming::name_of;
use crate::outcome::{CheckOutcome, ScenarioOutcome, ScenarioVerdict, Vacuity, Verdict, kept};
use crate::protocol::{ClockMode, Exception, Hello};
use crate::scenario::{Case, Check, Feature, Layer, Level, must_fire};
use crate::versions::covers;
use judgement::Judgement;
use view::{Times, View};

/// Name of the client that parity checks apply to.
const OFFICIAL: &str = "supervisely";

/// Judges one scenario.
#[must_use]
pub fn judge(case: &Case, record: Record, client: &Hello) -> ScenarioOutcome {
    let (judged, (verdict, why)) = judged(case, &record, client);
    ScenarioOutcome {
        id: record.id,
        about: case.scenario.about.clone(),
        because: case.scenario.why.clone(),
        cites: case.scenario.cites.clone(),
        verdict,
        why,
        checks: judged,
        trace: Vec::new(),
        events: record.events,
    }
}

/// Judges a scenario again, by what has become known of its run since.
pub fn judge_afterwards(scenario: &mut ScenarioOutcome, afterwards: &Afterwards) {
    let (late, can_fail) =
        (afterwards.late, matches!(scenario.verdict, ScenarioVerdict::Pass | ScenarioVerdict::Fail));
    if let Some(why) = afterwards.broken.clone().map(kept) {
        for check in &mut scenario.checks {
            (check.verdict, check.expected, check.actual) = (Verdict::Unobserved, None, Some(why.clone()));
        }
        (scenario.verdict, scenario.why) = (ScenarioVerdict::Broken, Some(why));
    } else if late > 0 && can_fail {
        scenario.verdict = ScenarioVerdict::Fail;
        scenario.why = Some(format!("the client sent {late} requests after the end of the scenario"));
    }
}

/// Judges the checks that apply to the client, and returns them with the verdict of the scenario.
fn judged(
    case: &Case,
    record: &Record,
    client: &Hello,
) -> (Vec<CheckOutcome>, (ScenarioVerdict, Option<String>)) {
    let checks = case.scenario.expect.iter().filter(|check| applies(check, client));
    let mut judged: Vec<_> = checks.map(|check| judge_check(case, check, record, client)).collect();
    let hollow = hollow(case, record, &judged);
    for outcome in judged.iter_mut().filter(|outcome| outcome.verdict == Verdict::Pass) {
        if let Some(why) = &hollow {
            outcome.verdict = Verdict::Vacuous;
            outcome.actual = Some(why.to_string());
            outcome.vacuity = Some(why.clone());
        }
    }
    let verdict = verdict(record, &judged);
    (judged, verdict)
}

/// True if a check applies to this client.
fn applies(check: &Check, client: &Hello) -> bool {
    match (check.layer, &check.versions) {
        (Layer::Core, _) => true,
        (Layer::Parity, None) => client.name == OFFICIAL,
        (Layer::Parity, Some(versions)) => {
            let versions = VersionReq::parse(versions).ok();
            client.name == OFFICIAL && versions.is_some_and(|versions| covers(&versions, &client.version))
        }
    }
}

fn judge_check(case: &Case, check: &Check, record: &Record, client: &Hello) -> CheckOutcome {
    let outcome = |verdict, expected: Option<String>, actual: Option<String>| CheckOutcome {
        id: check.id.clone(),
        level: check.level,
        layer: check.layer,
        verdict,
        vacuity: None,
        expected: expected.map(kept),
        actual: actual.map(kept),
        native: native(case, check, record),
        why: None,
    };
    if let Stop::Broken(why) = &record.stop {
        return outcome(Verdict::Unobserved, None, Some(why.clone()));
    }
    if check.is_of_logs() && !client.features.contains(&Feature::Logs) {
        return outcome(Verdict::Unobserved, None, Some("the client does not report its log".to_owned()));
    }
    let clock = client.runs_by().unwrap_or(ClockMode::Virtual);
    let unseen = match clock {
        ClockMode::Virtual => false,
        ClockMode::Count => check.tells_times(),
        ClockMode::Real => check.tells_pauses(),
    };
    if unseen {
        let why = format!("times cannot be observed with the clock {}", name_of(clock));
        return outcome(Verdict::Unobserved, None, Some(why));
    }
    let times = if clock == ClockMode::Real { Times::AtLeast } else { Times::Exact };
    let view = View::of(case, check.of.as_deref(), record, times);
    match words::check(check, &view) {
        Judgement::Holds => outcome(Verdict::Pass, None, None),
        Judgement::Fails { expected, actual } if check.level == Level::Must => {
            outcome(Verdict::Fail, Some(expected), Some(actual))
        }
        Judgement::Fails { expected, actual } => outcome(Verdict::Warn, Some(expected), Some(actual)),
        Judgement::NoSubject { expected, lacks } => outcome(Verdict::Vacuous, Some(expected), Some(lacks)),
    }
}

/// The error of the step that a check covers, or the first error of any step if it covers all.
fn native(case: &Case, check: &Check, record: &Record) -> Option<Exception> {
    let step = check.of.as_deref().and_then(|label| view::step_named(case, label));
    let raised = |event: &Event| match &event.what {
        What::Raise(raised) if step.is_none() || event.step == step => Some(raised.clone()),
        _ => None,
    };
    let raised = record.events.iter().find_map(raised)?;
    Some(Exception { native: kept(raised.native), message: kept(raised.message), ..raised })
}

/// Returns why the passes of the scenario are vacuous, if they are.
fn hollow(case: &Case, record: &Record, judged: &[CheckOutcome]) -> Option<Vacuity> {
    let rules = case.scenario.faults.iter().enumerate();
    let fired = |index: usize| record.fired.get(index).is_some_and(|fired| *fired > 0);
    let idle = rules.filter(|(index, rule)| must_fire(rule) && !fired(*index)).map(|(index, _)| index + 1);
    let idle: Vec<_> = idle.collect();
    if !idle.is_empty() {
        return Some(Vacuity::IdleRules(idle));
    }
    let anchor = case.scenario.anchor.as_str();
    let passes = judged.iter().any(|check| check.id == anchor && check.verdict == Verdict::Pass);
    (!passes).then(|| Vacuity::Anchor(anchor.to_owned()))
}

fn verdict(record: &Record, judged: &[CheckOutcome]) -> (ScenarioVerdict, Option<String>) {
    let fails = judged.iter().any(|check| check.verdict.fails_the_run());
    match &record.stop {
        Stop::Broken(why) => (ScenarioVerdict::Broken, Some(kept(why.clone()))),
        Stop::Runaway(why) => (ScenarioVerdict::Runaway, Some(kept(why.clone()))),
        Stop::Done if fails => (ScenarioVerdict::Fail, None),
        Stop::Done => (ScenarioVerdict::Pass, None),
    }
}

#[cfg(test)]
mod tests;
