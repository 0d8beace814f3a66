//! Updates the entries after a whole run of one release. Entries stay unless this run disproves them:
//!
//! - An entry whose scenario does not exist is removed for all releases.
//!
//! - An entry for other releases, one that fails as described, and one whose scenario broke off, are
//!   unchanged.
//!
//! - An entry that is no longer true of this release is split: it stays for the releases below and above, as
//!   far as its `versions` cover any.
//!
//! - An entry that fails in another way stays for this release, too, with the new message; its reason may
//!   need a change.
//!
//! - A failure without an entry gets one for this release alone, with an empty `why`. A file with an empty
//!   `why` is rejected, so that the cause must be found first.

use std::collections::BTreeSet;

use super::file::Entry;
use super::state::State;
use crate::outcome::{CheckOutcome, Outcome, ScenarioVerdict, Vacuity};
use crate::versions::{covers, covers_any, release};

/// Maximum characters of the message in a new entry, because the rest may be a long list of requests.
const MESSAGE_MAX: usize = 160;

pub(super) fn fixed(entries: &[Entry], outcome: &Outcome) -> Vec<Entry> {
    let version = outcome.client.version.as_str();
    let mut fixed = Vec::new();
    let mut told = BTreeSet::new();
    for entry in entries {
        if !covers(&entry.covered, version) {
            fixed.push(entry.clone());
            continue;
        }
        let twice = !told.insert(entry.name());
        match State::of(entry, outcome, &[]) {
            State::NoScenario(_) => {}
            State::Fails | State::Untold if !twice => fixed.push(entry.clone()),
            State::Changed(actual) if !twice => fixed.extend(changed(entry, &actual, version)),
            _ => fixed.extend(beside(entry, version)),
        }
    }
    fixed.extend(unknown(outcome, &told));
    fixed
}

/// Copies an entry for the releases below and above `version`.
fn beside(entry: &Entry, version: &str) -> Vec<Entry> {
    let Some(release) = release(version) else { return Vec::new() };
    let of = |side: &str| {
        // `*` cannot be combined with another comparator.
        let versions = match entry.versions.trim() {
            "*" => format!("{side}{release}"),
            versions => format!("{versions}, {side}{release}"),
        };
        entry.of_versions(versions).filter(|entry| covers_any(&entry.covered))
    };
    ["<", ">"].into_iter().filter_map(of).collect()
}

/// Splits an entry whose check now fails with another message.
fn changed(entry: &Entry, actual: &str, version: &str) -> Vec<Entry> {
    let mut all = beside(entry, version);
    let versions = if all.is_empty() { entry.versions.clone() } else { exactly(version) };
    all.extend(entry.of_versions(versions).map(|entry| Entry { message_starts: start(actual), ..entry }));
    all
}

/// Makes an entry for each failure that has none.
fn unknown(outcome: &Outcome, told: &BTreeSet<String>) -> Vec<Entry> {
    let failed = outcome.scenarios.iter().filter(|scenario| scenario.verdict == ScenarioVerdict::Fail);
    let mut entries = Vec::new();
    for scenario in failed {
        let failed: Vec<_> = scenario.checks.iter().filter(|check| check.verdict.fails_the_run()).collect();
        for check in failed.iter().filter(|check| !is_hollow(check, &failed)) {
            let entry = Entry {
                scenario: scenario.id.clone(),
                check: check.id.clone(),
                versions: String::new(),
                why: String::new(),
                message_starts: start(check.actual.as_deref().unwrap_or_default()),
                oracle: None,
                until: None,
                covered: semver::VersionReq::STAR,
            };
            entries.extend(entry.of_versions(exactly(&outcome.client.version)));
        }
    }
    entries.retain(|entry| !told.contains(&entry.name()));
    entries
}

/// True if a check is vacuous because another one fails; the entry of that one excuses both.
fn is_hollow(check: &CheckOutcome, failed: &[&CheckOutcome]) -> bool {
    failed.iter().any(|anchor| check.vacuity == Some(Vacuity::Anchor(anchor.id.clone())))
}

fn exactly(version: &str) -> String {
    release(version).map_or("*".to_owned(), |release| format!("={release}"))
}

fn start(actual: &str) -> String {
    actual.chars().take(MESSAGE_MAX).collect()
}
