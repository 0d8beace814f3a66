//! Failures of a client that are known: for each a check, the releases, the line of the client's source that causes
//! it, and how what is seen begins. They are run like all others; an entry that is not true any more fails the run.
//! This file owns which failures are excused, `state.rs` what has become of an entry, `fix.rs` the file written anew.

mod day;
mod file;
mod files;
mod fix;
mod state;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use slymock_server::load;

pub use day::{Day, day_of};
pub use file::{Entry, KnownError};
pub use files::KnownFiles;

use crate::library;
use crate::outcome::{CheckOutcome, Outcome, ScenarioOutcome, ScenarioVerdict, Vacuity, Verdict};
use crate::protocol::Hello;
use crate::versions::covers;

/// The known failures of a client, of all its releases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownFailures {
    entries: Vec<Entry>,
}

impl KnownFailures {
    /// Those that the kit brings with it, by the client's name; none for a client that it does not know.
    ///
    /// # Errors
    ///
    /// [`KnownError`] when the file is unsound.
    pub fn own(client: &str) -> Result<Self, KnownError> {
        let text = is_plain(client).then(|| library::known_failures(client)).flatten();
        text.map_or_else(|| Ok(Self::default()), |text| Self::read(&relative(client), text))
    }

    /// Those in a folder of scenarios; none where it has no file for the client.
    ///
    /// # Errors
    ///
    /// [`KnownError`] when the file cannot be read or is unsound.
    pub fn in_folder(root: &Path, client: &str) -> Result<Self, KnownError> {
        if !is_plain(client) {
            return Ok(Self::default());
        }
        let path = root.join(relative(client));
        match load::text(&path) {
            Ok(text) => Self::read(&path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(KnownError::Unread { path, error }),
        }
    }

    /// Those in a text; `path` is how errors name it.
    ///
    /// # Errors
    ///
    /// [`KnownError::Unsound`] for the first thing that is wrong, with its place.
    pub fn read(path: &Path, text: &str) -> Result<Self, KnownError> {
        let unsound = |why| KnownError::Unsound { path: path.to_owned(), why };
        Ok(Self { entries: file::read(text).map_err(unsound)? })
    }

    /// The entries, of all releases, in the order of the file.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Excuses what fails in a scenario as an entry says that it does. A scenario that is broken or a runaway is
    /// left as it is. `today` is the day by which entries expire.
    pub fn mark(&self, scenario: &mut ScenarioOutcome, client: &Hello, today: Day) {
        if scenario.verdict != ScenarioVerdict::Fail {
            return;
        }
        for check in scenario.checks.iter_mut().filter(|check| check.verdict.fails_the_run()) {
            let mut entries = self.of(client).filter(|entry| entry.is_about(&scenario.id, &check.id));
            if let Some(entry) = entries.find(|entry| !entry.is_over(today) && entry.tells(check)) {
                check.verdict = Verdict::Known;
                check.why = Some(entry.why.clone());
            }
        }
        mark_hollow(&mut scenario.checks);
        // With a reason of its own it fails by more than its checks.
        if scenario.why.is_none() && !scenario.checks.iter().any(|check| check.verdict.fails_the_run()) {
            scenario.verdict = ScenarioVerdict::Known;
        }
    }

    /// Excuses what is known in a whole outcome, and adds a finding for each entry that is not true any more. Only
    /// on a `whole` run, one that no pattern has narrowed, an entry has to have met its scenario.
    pub fn apply(&self, outcome: &mut Outcome, whole: bool, today: Day) {
        for scenario in &mut outcome.scenarios {
            self.mark(scenario, &outcome.client, today);
        }
        let (findings, warnings) =
            state::told(&self.of(&outcome.client).collect::<Vec<_>>(), outcome, whole, today);
        outcome.findings.extend(findings);
        outcome.warnings.extend(warnings);
    }

    /// The file as it should be after a whole run of one release: see `fix.rs`.
    #[must_use]
    pub fn fixed(&self, outcome: &Outcome) -> String {
        file::written(&fix::fixed(&self.entries, outcome))
    }

    /// The entries for a client's release.
    fn of<'a>(&'a self, client: &'a Hello) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| covers(&entry.covered, &client.version))
    }
}

/// What is vacuous because the anchor fails, whose failure is known, is known with it: it needs no entry.
fn mark_hollow(checks: &mut [CheckOutcome]) {
    let anchors: Vec<_> = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Known)
        .filter_map(|check| Some((Some(Vacuity::Anchor(check.id.clone())), check.why.clone()?)))
        .collect();
    for check in checks.iter_mut().filter(|check| check.verdict == Verdict::Vacuous) {
        let known = anchors.iter().find(|(hollow, _)| check.vacuity == *hollow);
        if let Some((_, why)) = known {
            check.verdict = Verdict::Known;
            check.why = Some(why.clone());
        }
    }
}

/// The file of a client's known failures that is written when they are fixed: in the folder of scenarios that was
/// given, or in `./scenarios`.
///
/// # Errors
///
/// [`KnownError`] when there is no such folder, or the client's name makes no file name.
pub fn place(folder: Option<&Path>, client: &str) -> Result<PathBuf, KnownError> {
    if !is_plain(client) {
        return Err(KnownError::Name(client.to_owned()));
    }
    let folder = folder.unwrap_or_else(|| Path::new("scenarios"));
    if !folder.is_dir() {
        return Err(KnownError::NoFolder(folder.to_owned()));
    }
    Ok(folder.join(relative(client)))
}

/// Where a client's file lies, from the library's root.
fn relative(client: &str) -> PathBuf {
    Path::new(library::KNOWN_FAILURES).join(format!("{client}.json"))
}

/// Whether a client's name can be a file's, in any file system, and none of another folder.
fn is_plain(client: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    !client.is_empty() && !client.starts_with('.') && client.len() <= 100 && client.chars().all(is_plain)
}
