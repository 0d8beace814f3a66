//! Known failures of a client. An entry has a check, releases, a reason that cites the client's source, and
//! the start of the message. Known failures still run; an entry that is no longer true fails the run. This
//! file decides which failures are excused, `state.rs` checks the entries, and `fix.rs` updates the file.

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
pub use state::Reach;

use crate::library;
use crate::outcome::{CheckOutcome, Outcome, ScenarioOutcome, ScenarioVerdict, Vacuity, Verdict};
use crate::protocol::Hello;
use crate::versions::covers;

/// The known failures of all releases of a client.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownFailures {
    entries: Vec<Entry>,
}

impl KnownFailures {
    /// Returns the built-in known failures by the client's name; none for an unknown client.
    ///
    /// # Errors
    ///
    /// [`KnownError`] if the file has an error.
    pub fn own(client: &str) -> Result<Self, KnownError> {
        let text = is_plain(client).then(|| library::known_failures(client)).flatten();
        text.map_or_else(|| Ok(Self::default()), |text| Self::read(&relative(client), text))
    }

    /// Returns the known failures in a folder of scenarios; none if it has no file for the client.
    ///
    /// # Errors
    ///
    /// [`KnownError`] if the file cannot be read or has an error.
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

    /// Parses known failures; `path` is the name of the file in errors.
    ///
    /// # Errors
    ///
    /// [`KnownError::Unsound`] with the first error and its place.
    pub fn read(path: &Path, text: &str) -> Result<Self, KnownError> {
        let unsound = |why| KnownError::Unsound { path: path.to_owned(), why };
        Ok(Self { entries: file::read(text).map_err(unsound)? })
    }

    /// The entries for all releases, in the order of the file.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Excuses the failed checks of a scenario that have an entry. Broken scenarios and runaways are not
    /// changed. `today` decides which entries have expired.
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
        // A scenario with a reason of its own also fails independently of its checks.
        if scenario.why.is_none() && !scenario.checks.iter().any(|check| check.verdict.fails_the_run()) {
            scenario.verdict = ScenarioVerdict::Known;
        }
    }

    /// True if an entry for this release names the rule of the oracle, for this operation or for all, and has not
    /// expired.
    #[must_use]
    pub fn explains(&self, (rule, operation): (&str, &str), client: &Hello, today: Day) -> bool {
        self.of(client).any(|entry| entry.is_about_rule(rule, operation) && !entry.is_over(today))
    }

    /// Excuses known failures in a whole outcome, and adds a finding for each entry that is no longer true.
    pub fn apply(&self, outcome: &mut Outcome, reach: Reach<'_>, today: Day) {
        for scenario in &mut outcome.scenarios {
            self.mark(scenario, &outcome.client, today);
        }
        let (findings, warnings) =
            state::told(&self.of(&outcome.client).collect::<Vec<_>>(), outcome, reach, today);
        outcome.add_findings(findings);
        outcome.add_warnings(warnings);
    }

    /// Returns the text of the updated file after a whole run of one release; see `fix.rs`.
    #[must_use]
    pub fn fixed(&self, outcome: &Outcome) -> String {
        file::written(&fix::fixed(&self.entries, outcome))
    }

    /// The entries that cover the release of a client.
    fn of<'a>(&'a self, client: &'a Hello) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| covers(&entry.covered, &client.version))
    }
}

/// Also excuses checks that are vacuous because an anchor with a known failure fails; they need no entry.
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

/// Path of the file to which known failures of a client are written: in `folder`, a folder of scenarios, or
/// in `./scenarios` without one.
///
/// # Errors
///
/// [`KnownError`] if the folder does not exist, or the client's name is not usable as a file name.
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

/// Path of a client's file, relative to the folder of scenarios.
fn relative(client: &str) -> PathBuf {
    Path::new(library::KNOWN_FAILURES).join(format!("{client}.json"))
}

/// True if a client's name is a valid file name on every system and cannot lead to another folder.
fn is_plain(client: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    !client.is_empty() && !client.starts_with('.') && client.len() <= 100 && client.chars().all(is_plain)
}
