//! The report of a campaign: for people, and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::outcome::{FuzzOutcome, Means};
use crate::draw::{ACTIONS, SETTINGS};
use crate::protocol::Hello;
use crate::scenario::Feature;

/// Actions that only `--slow` draws.
const SLOW: [&str; 2] = ["dribble_bytes_per_s", "hang"];

/// Returns the report for people.
#[must_use]
pub fn text(outcome: &FuzzOutcome) -> String {
    let FuzzOutcome { client, seed, means, known, failures, wall_ms, .. } = outcome;
    let cases = means.drawn.cases;
    let mut text = String::new();
    for failure in failures {
        let _ = writeln!(text, "{} in {}: {}", failure.rule, failure.operation, failure.text);
        let _ =
            writeln!(text, "  found in {} of {cases} cases, first in case {}", failure.times, failure.case);
        let file = failure.file.as_deref().unwrap_or("not saved");
        match &failure.not_confirmed {
            None => {
                let _ = writeln!(text, "  {file}: slymock's own client passes it, this client fails it");
            }
            Some(why) => {
                let _ = writeln!(text, "  {file}: not confirmed: {why}");
            }
        }
    }
    let _ = writeln!(text, "{} {} ({}), seed {seed}", client.name, client.version, client.language);
    let _ = writeln!(text, "{}", numbers(means, *wall_ms));
    let _ = writeln!(text, "operations: {}", shares(&means.drawn.operations, means.drawn.calls));
    let _ = writeln!(text, "fault actions: {}", shares(&means.drawn.actions, cases));
    let _ = writeln!(text, "settings: {}", shares(&means.drawn.settings, cases));
    let missing = missing(means, &outcome.client, outcome.slow);
    if !missing.is_empty() {
        let _ = writeln!(text, "not drawn: {}", missing.join(", "));
    }
    if !known.is_empty() {
        let known: Vec<_> = known.iter().map(|(rule, times)| format!("{rule} {times}")).collect();
        let _ = writeln!(text, "known failures: {}", known.join(", "));
    }
    let _ = writeln!(text, "{}", found(failures.len()));
    text
}

fn found(failures: usize) -> String {
    match failures {
        0 => "nothing found".to_owned(),
        1 => "1 way to fail found".to_owned(),
        several => format!("{several} ways to fail found"),
    }
}

fn numbers(means: &Means, wall_ms: u64) -> String {
    let cases = means.drawn.cases;
    let each = |number: u64| ratio(number, cases);
    let rate = ratio(1_000 * cases, wall_ms);
    format!(
        "{cases} cases in {:.1} s, {rate:.0} a second; a case has {:.1} calls and {:.1} requests, a fault fires in {:.0} %, \
         {:.0} % have lanes",
        ratio(wall_ms, 1_000),
        each(means.drawn.calls),
        each(means.requests),
        100.0 * each(means.faulted),
        100.0 * each(means.drawn.lanes),
    )
}

fn ratio(of: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { of as f64 / all as f64 }
}

fn shares<K: AsRef<str> + Ord>(numbers: &BTreeMap<K, u64>, all: u64) -> String {
    let share =
        |(name, number): (&K, &u64)| format!("{} {:.1} %", name.as_ref(), 100.0 * ratio(*number, all));
    numbers.iter().map(share).collect::<Vec<_>>().join(", ")
}

/// Everything that could have been drawn and was not.
fn missing(means: &Means, client: &Hello, slow: bool) -> Vec<String> {
    let drawn = &means.drawn;
    let operations = client.ops.iter().filter(|op| !drawn.operations.contains_key(*op)).cloned();
    let actions = ACTIONS
        .iter()
        .filter(|action| !drawn.actions.contains_key(**action) && (slow || !SLOW.contains(action)));
    let has_timeout = client.features.contains(&Feature::ClientTimeout);
    let settings = SETTINGS.iter().filter(|setting| !drawn.settings.contains_key(**setting));
    let settings = settings.filter(|setting| has_timeout || **setting != "timeout_ms");
    operations.chain(actions.chain(settings).map(|name| (*name).to_owned())).collect()
}

/// Returns the report for programs.
#[must_use]
pub fn json(outcome: &FuzzOutcome) -> Value {
    json!({"fuzz": outcome})
}
