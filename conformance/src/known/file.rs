//! The file of a client's known failures: its form, and the rules for an entry.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use regex_lite::Regex;
use semver::VersionReq;
use serde::{Deserialize, Serialize};

use super::day::Day;
use crate::near::{hint, nearest};
use crate::operations;
use crate::oracle::{RULES, Rule};
use crate::outcome::CheckOutcome;

/// Citation that a reason needs: a file of the client's source and a line in it, in backticks.
const CITATION: &str = r"`[^`\s]+( L|:)[1-9][0-9]*\b[^`]*`";

/// A known failure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Id of the scenario.
    pub scenario: String,
    /// Id of the failing check.
    pub check: String,
    /// Releases of the client that have the failure, such as `>=6.67.0, <6.74`.
    pub versions: String,
    /// Effect on a user, and the line of the client's source that causes it.
    pub why: String,
    /// Start of the check's `actual` text. Another text means another failure, which the entry does not
    /// excuse.
    pub message_starts: String,
    /// Rule of the oracle that objects to the same failure in generated cases, as `RULE`, or as `RULE in OPERATION`
    /// if the failure is one of that operation alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oracle: Option<String>,
    /// Last day on which the failure is excused; no end if absent.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub until: Option<Day>,
    /// `versions`, parsed.
    #[serde(skip)]
    pub(super) covered: VersionReq,
}

/// Reason why known failures cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// The file cannot be read.
    #[error("{}: {error}", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// The file has an error.
    #[error("{}: {why}", path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
        /// The error, with its place.
        why: String,
    },
    /// The client's name is not usable as a file name.
    #[error(
        "the client's name is {0:?}; a file of known failures needs a name of letters, digits, `-`, `_` and `.`"
    )]
    Name(String),
    /// The folder of the file does not exist.
    #[error("{}: no such folder; known failures are written to the folder of scenarios, or to ./scenarios", .0.display())]
    NoFolder(PathBuf),
}

/// An entry as in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryRow {
    scenario: String,
    check: String,
    versions: String,
    why: String,
    message_starts: String,
    oracle: Option<String>,
    until: Option<String>,
}

impl Entry {
    /// True if the entry is about this check.
    pub(super) fn is_about(&self, scenario: &str, check: &str) -> bool {
        self.scenario == scenario && self.check == check
    }

    /// True if the entry is about this rule of the oracle, broken by a call of this operation.
    pub(super) fn is_about_rule(&self, rule: &str, operation: &str) -> bool {
        let of = self.oracle.as_deref().and_then(|oracle| oracle.strip_prefix(rule));
        of.is_some_and(|of| of.is_empty() || of.strip_prefix(" in ") == Some(operation))
    }

    /// True if the check fails in the way that the entry describes.
    pub(super) fn tells(&self, check: &CheckOutcome) -> bool {
        check.actual.as_deref().is_some_and(|actual| actual.starts_with(&self.message_starts))
    }

    /// True if the entry has expired.
    pub(super) fn is_over(&self, today: Day) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Name of the entry in messages.
    pub(super) fn name(&self) -> String {
        format!("{}#{}", self.scenario, self.check)
    }

    /// Copies the entry for other releases. None if `versions` is not a valid requirement.
    pub(super) fn of_versions(&self, versions: String) -> Option<Self> {
        let covered = VersionReq::parse(&versions).ok()?;
        Some(Self { versions, covered, ..self.clone() })
    }
}

/// Parses the entries of a file; the error is the first one, with its place.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let rows: Vec<EntryRow> =
        serde_path_to_error::deserialize(&mut json).map_err(|error| error.to_string())?;
    json.end().map_err(|error| error.to_string())?;
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for (number, row) in rows.into_iter().enumerate() {
        let place = format!("[{number}], {}#{}", row.scenario, row.check);
        let entry = sound(row).map_err(|why| format!("{place}: {why}"))?;
        if !seen.insert((entry.scenario.clone(), entry.check.clone(), entry.versions.clone())) {
            return Err(format!("{place}: the entry appears twice"));
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn sound(row: EntryRow) -> Result<Entry, String> {
    let EntryRow { scenario, check, versions, why, message_starts, oracle, until } = row;
    let covered = VersionReq::parse(&versions).map_err(|error| format!("versions: {error}"))?;
    if message_starts.trim().is_empty() {
        return Err("message_starts is empty: it would match every message".to_owned());
    }
    is_reason(&why, &message_starts)?;
    oracle.as_deref().map_or(Ok(()), is_rule)?;
    let until = until
        .map(|day| parsed(&day).ok_or_else(|| format!("until: {day:?} is not a day, such as 2026-01-31")));
    Ok(Entry { scenario, check, versions, why, message_starts, oracle, until: until.transpose()?, covered })
}

/// Rejects names of rules and operations that do not exist.
fn is_rule(oracle: &str) -> Result<(), String> {
    let (rule, operation) = oracle.split_once(" in ").map_or((oracle, None), |(rule, of)| (rule, Some(of)));
    if Rule::named(rule).is_none() {
        let near = nearest(rule, RULES.iter().map(|row| row.name));
        return Err(format!("oracle: the oracle has no rule {rule}{}", hint(near)));
    }
    match operation.filter(|name| operations::find(name).is_none()) {
        Some(name) => Err(format!("oracle: unknown operation {name}")),
        None => Ok(()),
    }
}

/// Rejects reasons without an investigation: the kit's own message shows the effect, not the cause.
fn is_reason(why: &str, message_starts: &str) -> Result<(), String> {
    const SAY: &str = "describe the effect on a user, and cite the line of the client's source that causes \
        it as `FILE:LINE` or `FILE LLINE`, with the backticks, such as \"wait ends too early: it takes stopped \
        for the target (`api/task_api.py:329`)\"";
    if why.trim().is_empty() {
        return Err(format!("why is empty: {SAY}"));
    }
    if why.starts_with(message_starts) {
        return Err(format!("why repeats the kit's message: {SAY}"));
    }
    let citation = Regex::new(CITATION).map_err(|error| error.to_string())?;
    if !citation.is_match(why) {
        return Err(format!("why cites no line of the client's source: {SAY}"));
    }
    Ok(())
}

/// Parses a day in its only accepted form, YYYY-MM-DD.
fn parsed(day: &str) -> Option<Day> {
    day.parse::<Day>().ok().filter(|read| read.to_string() == day)
}

/// Formats entries as a file, sorted by scenario, check and releases.
pub(super) fn written(entries: &[Entry]) -> String {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|entry| (&entry.scenario, &entry.check, &entry.versions));
    serde_json::to_string_pretty(&entries).expect("text has a form in JSON") + "\n"
}

fn as_text<S: serde::Serializer>(day: &Option<Day>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&day.map_or(String::new(), |day| day.to_string()))
}
