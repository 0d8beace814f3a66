//! From a failing case to a scenario file: it is shrunk, and run on a sane client and on this one.

use crate::adapter::Adapter;
use crate::adapter::in_process::InProcess;
use crate::draw::Scope;
use crate::event::Record;
use crate::judge::judge;
use crate::oracle::Oracle;
use crate::outcome::{ScenarioVerdict, Verdict};
use crate::run::{MakeAdapter, Rig};
use crate::scenario::{Case, read};

use super::outcome::{Failure, FuzzOutcome};
use super::plan::{Campaign, FuzzError};
use super::shrink::{Smallest, shrink};
use super::source::{FailureMode, FailureModes, Source};
use super::write::scenario;

/// Maximum number of ways to fail that are shrunk and saved.
const WAYS_MAX: usize = 40;
/// Id of a case that is being saved; the name of its file takes its place.
const ID: &str = "found/case";

/// Shrinks and confirms everything that was found. A client that fails on the way ends that.
pub(super) fn all(
    campaign: &Campaign<'_>,
    scope: &Scope,
    make: &MakeAdapter<'_>,
    found: FailureModes,
    outcome: &mut FuzzOutcome,
) {
    if found.is_empty() {
        return;
    }
    let ended = with_rigs(campaign, scope, make, found, outcome);
    if let Err(error) = ended {
        outcome.trouble.get_or_insert(error.to_string());
    }
}

fn with_rigs(
    campaign: &Campaign<'_>,
    scope: &Scope,
    make: &MakeAdapter<'_>,
    found: FailureModes,
    outcome: &mut FuzzOutcome,
) -> Result<(), FuzzError> {
    let source = Source::new(campaign.seed, scope);
    let mut clients = Clients { ours: Rig::start(make)?, sane: Rig::start(&sane)? };
    for (way, (number, times)) in found.into_iter().take(WAYS_MAX) {
        let failure = one(campaign, &source, &mut clients, (&way, number, times), outcome)?;
        outcome.failures.push(failure);
        if outcome.trouble.is_some() {
            break;
        }
    }
    Ok(())
}

fn sane(say: crate::adapter::Say) -> Result<Box<dyn Adapter>, String> {
    Ok(Box::new(InProcess::new(say)))
}

/// The client of the campaign, and one that keeps the promise.
struct Clients<'a> {
    ours: Rig<'a>,
    sane: Rig<'static>,
}

fn one(
    campaign: &Campaign<'_>,
    source: &Source,
    clients: &mut Clients<'_>,
    (way, number, times): (&FailureMode, u64, u64),
    outcome: &mut FuzzOutcome,
) -> Result<Failure, FuzzError> {
    let mut tree = source.tree(number)?;
    let oracle = Oracle::of(&outcome.client);
    let failure = |text: String, runs, scenario, not_confirmed| Failure {
        rule: way.0.to_owned(),
        operation: way.1.clone(),
        case: number,
        times,
        text,
        runs,
        file: None,
        not_confirmed,
        scenario,
    };
    let Some(smallest) = shrink(&mut *tree, way, campaign.shrinking, &mut clients.ours, oracle)? else {
        let why = format!("case {number} does not fail again: the client does not always do the same");
        return Ok(failure(why.clone(), 1, serde_json::Value::Null, Some(why)));
    };
    let runs = smallest.runs;
    if let Some(error) = &smallest.trouble {
        outcome.trouble.get_or_insert(error.to_string());
        let scenario = scenario(&smallest.case, &smallest.objection, &smallest.objection.checks[0], &[]);
        let why = format!("the client failed while the case was shrunk: {error}");
        return Ok(failure(smallest.objection.text, runs, scenario, Some(why)));
    }
    let (scenario, not_confirmed) = confirmed(&smallest, clients)?;
    Ok(failure(smallest.objection.text, runs, scenario, not_confirmed))
}

/// Finds the words that a sane client keeps and this one does not. Also returns the reason if there are none.
fn confirmed(
    smallest: &Smallest,
    clients: &mut Clients<'_>,
) -> Result<(serde_json::Value, Option<String>), FuzzError> {
    let mut first = None;
    let fired = clients.sane.run(&smallest.case)?.fired;
    for words in &smallest.objection.checks {
        let file = scenario(&smallest.case, &smallest.objection, words, &fired);
        let Some(why) = replayed(&file, clients)? else { return Ok((file, None)) };
        first.get_or_insert((file, Some(why)));
    }
    Ok(first.unwrap_or_else(|| (serde_json::Value::Null, Some("no word of a check says it".to_owned()))))
}

/// Returns the reason if a scenario does not show the failure.
fn replayed(file: &serde_json::Value, clients: &mut Clients<'_>) -> Result<Option<String>, FuzzError> {
    let cases = match read(ID, &file.to_string()) {
        Ok(cases) => cases,
        Err(error) => return Ok(Some(error.to_string())),
    };
    let case = &cases[0];
    let sane = verdict(case, clients.sane.run(case)?, &clients.sane);
    if sane != ScenarioVerdict::Pass {
        return Ok(Some(format!("slymock's own client does not pass it: {}", sane.name())));
    }
    let ours = verdict(case, clients.ours.run(case)?, &clients.ours);
    let shows = matches!(ours, ScenarioVerdict::Fail | ScenarioVerdict::Runaway);
    Ok((!shows).then(|| format!("this client does not fail it: {}", ours.name())))
}

fn verdict(case: &Case, record: Record, rig: &Rig<'_>) -> ScenarioVerdict {
    let outcome = judge(case, record, rig.client());
    let is_hollow = outcome.checks.iter().any(|check| check.verdict == Verdict::Vacuous);
    // A vacuous check fails a run, but it shows nothing about a client.
    if is_hollow && outcome.verdict == ScenarioVerdict::Fail {
        ScenarioVerdict::NotApplicable
    } else {
        outcome.verdict
    }
}
