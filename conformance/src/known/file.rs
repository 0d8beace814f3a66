//! The file of a client's known failures: its form, and what an entry has to say.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use regex_lite::Regex;
use semver::VersionReq;
use serde::{Deserialize, Serialize};

use super::day::Day;
use crate::outcome::CheckOutcome;

/// What a reason has to name: a file of the client's source and a line of it.
const CITATION: &str = r"`[^`\s]+ L[1-9][0-9]*\b[^`]*`";

/// A failure that is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// The id of the scenario.
    pub scenario: String,
    /// The id of its check.
    pub check: String,
    /// The releases of the client that it is of, such as `>=6.67.0, <6.74`.
    pub versions: String,
    /// What a user meets, and the line of the client's source that causes it.
    pub why: String,
    /// How what is seen begins: when it changes, something else is wrong.
    pub message_starts: String,
    /// The last day on which it is excused.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub until: Option<Day>,
    /// The same as `versions`.
    #[serde(skip)]
    pub(super) covered: VersionReq,
}

/// Why known failures cannot be had.
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
    /// The file is not as it should be.
    #[error("{}: {why}", path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
        /// Where in it, and what is wrong.
        why: String,
    },
    /// The name of a client is none of a file.
    #[error(
        "the client calls itself {0:?}: a file of its known failures needs a name of letters, digits, `-`, `_` and `.`"
    )]
    Name(String),
    /// The folder that the file belongs to is not there.
    #[error("{}: no such folder; known failures are written to the folder of scenarios, or to ./scenarios", .0.display())]
    NoFolder(PathBuf),
}

/// An entry as it is in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryRow {
    scenario: String,
    check: String,
    versions: String,
    why: String,
    message_starts: String,
    until: Option<String>,
}

impl Entry {
    /// Whether it is about that check.
    pub(super) fn is_about(&self, scenario: &str, check: &str) -> bool {
        self.scenario == scenario && self.check == check
    }

    /// Whether it tells what was seen.
    pub(super) fn tells(&self, check: &CheckOutcome) -> bool {
        check.actual.as_deref().is_some_and(|actual| actual.starts_with(&self.message_starts))
    }

    /// Whether it excuses nothing any more.
    pub(super) fn is_over(&self, today: Day) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// How it is named.
    pub(super) fn name(&self) -> String {
        format!("{}#{}", self.scenario, self.check)
    }

    /// The same, of other releases; nothing where that is no requirement.
    pub(super) fn of_versions(&self, versions: String) -> Option<Self> {
        let covered = VersionReq::parse(&versions).ok()?;
        Some(Self { versions, covered, ..self.clone() })
    }
}

/// The entries of a file, or the first thing that is wrong and where.
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
            return Err(format!("{place}: it is there twice"));
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn sound(row: EntryRow) -> Result<Entry, String> {
    let EntryRow { scenario, check, versions, why, message_starts, until } = row;
    let covered = VersionReq::parse(&versions).map_err(|error| format!("versions: {error}"))?;
    if message_starts.trim().is_empty() {
        return Err("message_starts is empty: anything would begin with it".to_owned());
    }
    is_reason(&why, &message_starts)?;
    let until =
        until.map(|day| parsed(&day).ok_or_else(|| format!("until: {day:?} is no day, such as 2026-01-31")));
    Ok(Entry { scenario, check, versions, why, message_starts, until: until.transpose()?, covered })
}

/// Whether somebody has looked into it: the kit's own words tell what happens, and not why.
fn is_reason(why: &str, message_starts: &str) -> Result<(), String> {
    const SAY: &str = "say what a user meets, and the line of the client's source that causes it, such as \
        \"wait ends too early: it takes stopped for the target (`api/task_api.py L598`)\"";
    if why.trim().is_empty() {
        return Err(format!("why is empty: {SAY}"));
    }
    if why.starts_with(message_starts) {
        return Err(format!("why repeats what the kit says: {SAY}"));
    }
    let citation = Regex::new(CITATION).map_err(|error| error.to_string())?;
    if !citation.is_match(why) {
        return Err(format!("why names no line of the client's source: {SAY}"));
    }
    Ok(())
}

/// A day as it is written in one way only.
fn parsed(day: &str) -> Option<Day> {
    day.parse::<Day>().ok().filter(|read| read.to_string() == day)
}

/// Entries as a file, by scenario, check and releases.
pub(super) fn written(entries: &[Entry]) -> String {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|entry| (&entry.scenario, &entry.check, &entry.versions));
    serde_json::to_string_pretty(&entries).expect("text has a form in JSON") + "\n"
}

fn as_text<S: serde::Serializer>(day: &Option<Day>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&day.map_or(String::new(), |day| day.to_string()))
}
