//! Compares entries with a run, and reports the ones that are not true.

use std::collections::BTreeSet;

use super::day::Day;
use super::file::Entry;
use crate::near::{hint, nearest};
use crate::outcome::{Outcome, ScenarioVerdict, Verdict};
use crate::partition::Partition;

/// The scenarios that a run covers, which decide about the entries that it can judge.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reach<'a> {
    /// True if no pattern has narrowed the run. Only then is an entry without a scenario a finding.
    pub whole: bool,
    /// The part that was run. Another part judges the entries of its own scenarios, including those that do not
    /// exist.
    pub partition: Option<Partition>,
    /// Ids of the cases in other parts, which a misspelt entry may mean.
    pub elsewhere: &'a [&'a str],
}

impl Reach<'_> {
    fn has(self, entry: &Entry) -> bool {
        self.partition.is_none_or(|partition| partition.has(&entry.scenario))
    }
}

/// State of an entry after a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The check fails as described.
    Fails,
    /// The check fails with another message, which this is.
    Changed(String),
    /// The check passes.
    Passes,
    /// The check fails, but is only a warning.
    Warns,
    /// The check was not observed; the reason.
    Skipped(String),
    /// The scenario broke off, so the state is unknown.
    Untold,
    /// The check does not exist; the most similar one.
    NoCheck(Option<String>),
    /// The scenario does not exist or was not run; the most similar one.
    NoScenario(Option<String>),
}

impl State {
    pub(super) fn of(entry: &Entry, outcome: &Outcome, elsewhere: &[&str]) -> Self {
        let Some(scenario) = outcome.scenarios.iter().find(|scenario| scenario.id == entry.scenario) else {
            let ids = outcome.scenarios.iter().map(|scenario| scenario.id.as_str());
            // Sorted, so that each part suggests the same id as a run of all.
            let ids: BTreeSet<_> = ids.chain(elsewhere.iter().copied()).collect();
            return Self::NoScenario(nearest(&entry.scenario, ids.into_iter()).map(str::to_owned));
        };
        match scenario.verdict {
            ScenarioVerdict::NotApplicable => {
                return Self::Skipped(scenario.why.clone().unwrap_or_default());
            }
            ScenarioVerdict::Broken | ScenarioVerdict::Runaway => return Self::Untold,
            ScenarioVerdict::Pass | ScenarioVerdict::Fail | ScenarioVerdict::Known => {}
        }
        let Some(check) = scenario.checks.iter().find(|check| check.id == entry.check) else {
            let ids = scenario.checks.iter().map(|check| check.id.as_str());
            return Self::NoCheck(nearest(&entry.check, ids).map(str::to_owned));
        };
        let actual = || check.actual.clone().unwrap_or_default();
        match check.verdict {
            Verdict::Pass => Self::Passes,
            Verdict::Warn => Self::Warns,
            Verdict::Unobserved => Self::Skipped(actual()),
            Verdict::Fail | Verdict::Vacuous | Verdict::Known if entry.tells(check) => Self::Fails,
            Verdict::Fail | Verdict::Vacuous | Verdict::Known => Self::Changed(actual()),
        }
    }

    /// Returns the finding about an entry, if there is one. `whole` means that all scenarios were run.
    fn finding(self, entry: &Entry, whole: bool) -> Option<String> {
        let starts = &entry.message_starts;
        let why = match self {
            Self::Fails | Self::Untold => return None,
            Self::Skipped(_) | Self::NoScenario(_) if !whole => return None,
            Self::Passes => {
                "the check passes now; exclude this release from the entry's versions, or remove the entry"
                    .to_owned()
            }
            Self::Warns => "the check is only a warning and needs no entry".to_owned(),
            Self::Changed(actual) => format!("the check fails, but not with {starts:?}: {actual}"),
            Self::Skipped(why) => format!("the check was skipped: {why}"),
            Self::NoCheck(near) => {
                format!("the scenario has no such check for this release{}", hint(near.as_deref()))
            }
            Self::NoScenario(near) => format!("there is no such scenario{}", hint(near.as_deref())),
        };
        Some(format!("known failure {}: {why}", entry.name()))
    }
}

/// Returns the findings and warnings about the entries of a release.
pub(super) fn told(
    entries: &[&Entry],
    outcome: &Outcome,
    reach: Reach<'_>,
    today: Day,
) -> (Vec<String>, Vec<String>) {
    let (mut findings, mut warnings) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for entry in entries.iter().filter(|entry| reach.has(entry)) {
        let state = State::of(entry, outcome, reach.elsewhere);
        if let Some(until) = entry.until.filter(|_| entry.is_over(today) && state == State::Fails) {
            warnings.push(format!(
                "known failure {}: it was excused until {until} and still fails",
                entry.name()
            ));
        }
        findings.extend(state.finding(entry, reach.whole));
        if !seen.insert(entry.name()) {
            findings.push(format!("known failure {}: two entries cover this release", entry.name()));
        }
    }
    (findings, warnings)
}
