//! Makes one outcome of the JSON reports of several runs, such as the parts of a CI matrix.

mod campaigns;
mod error;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read, Seek as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use slymock_server::load;

pub use campaigns::merge_campaigns;
pub use error::MergeError;

use crate::outcome::{Outcome, ScenarioOutcome};
use crate::partition::Partition;
use crate::protocol::Hello;
use crate::report::text::{head, one_line};
use crate::report::{Spool, Summary, trace};
use read::Form;

/// Maximum number of missing parts that are listed.
const MISSING_MAX: usize = 20;
/// Maximum characters of a value in an error.
const VALUE_MAX: usize = 100;

/// The command that wrote a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// `slymock check`.
    Check,
    /// `slymock fuzz`.
    Fuzz,
}

/// A report to read.
pub struct ReportFile {
    /// Name of the file in errors.
    pub path: PathBuf,
    content: Box<dyn Read>,
}

impl ReportFile {
    /// A report that is not a file of its own; `path` is its name in errors.
    #[must_use]
    pub fn of(path: PathBuf, content: impl Read + 'static) -> Self {
        Self { path, content: Box::new(content) }
    }

    /// Opens a report, and looks at its first key.
    fn open(path: &Path) -> io::Result<(ReportKind, Self)> {
        /// More than an opening brace, a line break and a key.
        const START: u64 = 64;
        let mut file = load::to_read_again(path)?;
        let mut start = Vec::new();
        (&file).take(START).read_to_end(&mut start)?;
        file.rewind()?;
        let start = start.trim_ascii_start().strip_prefix(b"{").unwrap_or_default();
        let is_fuzz = start.trim_ascii_start().starts_with(b"\"fuzz\"");
        let kind = if is_fuzz { ReportKind::Fuzz } else { ReportKind::Check };
        Ok((kind, Self::of(path.to_owned(), file)))
    }
}

/// Opens reports, which must all be of one command.
///
/// # Errors
///
/// [`MergeError`] if a file cannot be read, or the reports are of two commands.
pub fn open(paths: &[PathBuf]) -> Result<(ReportKind, Vec<ReportFile>), MergeError> {
    let opened = paths
        .iter()
        .map(|path| ReportFile::open(path).map_err(|error| MergeError::Unread { path: path.clone(), error }));
    let opened = opened.collect::<Result<Vec<_>, _>>()?;
    let of = |wanted| opened.iter().find(|(kind, _)| *kind == wanted).map(|(_, file)| file.path.clone());
    if let (Some(fuzz), Some(check)) = (of(ReportKind::Fuzz), of(ReportKind::Check)) {
        return Err(MergeError::Kinds { fuzz, check });
    }
    let kind = opened.first().map_or(ReportKind::Check, |(kind, _)| *kind);
    Ok((kind, opened.into_iter().map(|(_, file)| file).collect()))
}

/// A report that has been read.
struct PartReport {
    path: PathBuf,
    form: Form,
    /// The client, the scenarios and the wall time.
    outcome: Outcome,
}

impl PartReport {
    /// Reads a report. Its events go to the spool, and as lines into the scenarios that need them.
    fn read(ReportFile { path, content }: ReportFile, events: Option<&Spool>) -> Result<Self, MergeError> {
        let mut scenarios = Vec::new();
        let mut take = |mut scenario: ScenarioOutcome| {
            let own = std::mem::take(&mut scenario.events);
            if let Some(events) = events {
                events.keep(&scenario.id, &own);
            }
            if scenario.verdict.fails_the_run() {
                scenario.trace = trace(&own);
            }
            scenarios.push(scenario);
        };
        match read::read(BufReader::new(content), &mut take) {
            Ok(form) => {
                let (client, wall_ms) = (form.client.clone(), form.summary.wall_ms);
                let outcome = Outcome { scenarios, wall_ms, ..Outcome::of(client) };
                Self { path, form, outcome }.sound()
            }
            Err(why) => Err(MergeError::Unsound { path, why }),
        }
    }

    /// Checks that the report has the scenarios that it should have.
    fn sound(self) -> Result<Self, MergeError> {
        let unsound = |why| MergeError::Unsound { path: self.path.clone(), why };
        if Summary::of(&self.outcome) != self.form.summary {
            return Err(unsound("summary: the totals are not those of the scenarios".to_owned()));
        }
        let misplaced = |partition: Partition| {
            let id =
                self.outcome.scenarios.iter().map(|scenario| &scenario.id).find(|id| !partition.has(id))?;
            Some(format!(
                "scenario {id} is not in part {partition}; another version of slymock divides otherwise"
            ))
        };
        match self.partition().and_then(misplaced) {
            Some(why) => Err(unsound(why)),
            None => Ok(self),
        }
    }

    fn partition(&self) -> Option<Partition> {
        self.form.part.as_ref().map(|part| part.partition)
    }

    /// The values that all reports of one run have in common.
    fn common(&self) -> Map<String, Value> {
        let mut common = Map::new();
        if let Ok(Value::Object(client)) = serde_json::to_value(&self.form.client) {
            common.extend(client);
        }
        if let Some(part) = &self.form.part {
            common.insert("number of parts".to_owned(), part.partition.parts().into());
            common.insert("number of selected scenarios".to_owned(), part.selected.into());
            common.insert("command".to_owned(), part.command.clone().into());
            common.insert("selection".to_owned(), part.names.clone().into());
        }
        common
    }

    /// The warnings that are not about the part alone.
    fn warnings(&self) -> impl Iterator<Item = String> {
        let own = self.partition().map(|part| [part.without_scenario(), part.without_verdict()]);
        let is_common = move |warning: &&String| !own.iter().flatten().any(|own| own == *warning);
        self.form.warnings.iter().filter(is_common).cloned()
    }
}

/// Merges reports of `slymock check` into the outcome of one run. The events are copied to the spool. With `partial`,
/// missing parts are a warning.
///
/// # Errors
///
/// [`MergeError`] if a report cannot be read, the reports are not of the same run, a scenario appears twice, or a
/// part is missing and `partial` is false.
pub fn merge(files: Vec<ReportFile>, partial: bool, events: Option<&Spool>) -> Result<Outcome, MergeError> {
    let reports = files.into_iter().map(|file| PartReport::read(file, events));
    let reports = reports.collect::<Result<Vec<_>, _>>()?;
    are_of_one_run(&reports)?;
    have_each_scenario_once(&reports)?;
    let missing = missing(&reports)?;
    if let Some(missing) = missing.clone().filter(|_| !partial) {
        return Err(MergeError::Incomplete { missing });
    }
    let mut outcome = together(reports);
    let note = |missing| format!("{missing} missing, so the report lacks their scenarios");
    outcome.add_warnings(missing.map(note));
    outcome.judge_silence();
    Ok(outcome)
}

fn are_of_one_run(reports: &[PartReport]) -> Result<(), MergeError> {
    let key = |report: &PartReport| (report.path.clone(), report.partition(), report.common());
    let [first, others @ ..] = reports else { return Ok(()) };
    let (path, partition, common) = key(first);
    let first = (path.as_path(), partition, common);
    others.iter().try_for_each(|report| {
        let (path, partition, common) = key(report);
        are_alike(&first, &(path.as_path(), partition, common))
    })
}

/// A report: its file, its part, and the values that it has in common with all reports of one run.
type RunKey<'a> = (&'a Path, Option<Partition>, Map<String, Value>);

/// Checks that two reports are of the same run.
fn are_alike(first: &RunKey<'_>, report: &RunKey<'_>) -> Result<(), MergeError> {
    let ((other, first_part, there), (path, part, here)) = (first, report);
    let (path, other) = (path.to_path_buf(), other.to_path_buf());
    match (*first_part, *part) {
        (None, Some(partition)) => return Err(MergeError::Undivided { path, partition, other }),
        (Some(partition), None) => {
            return Err(MergeError::Undivided { path: other, partition, other: path });
        }
        _ => {}
    }
    let Some((what, here)) = here.iter().find(|(what, here)| there.get(*what) != Some(here)) else {
        return Ok(());
    };
    let shown = |value: &Value| head(&one_line(&value.to_string()), VALUE_MAX).into_owned();
    let (here, there) = (shown(here), there.get(what).map_or_else(String::new, shown));
    Err(MergeError::Differing { path, other, what: what.clone(), here, there })
}

fn have_each_scenario_once(reports: &[PartReport]) -> Result<(), MergeError> {
    let (mut parts, mut ids) = (BTreeMap::new(), BTreeMap::new());
    for report in reports {
        let (path, other) = (report.path.clone(), Path::to_owned);
        if let Some(partition) = report.partition()
            && let Some(first) = parts.insert(partition, report.path.as_path())
        {
            return Err(MergeError::PartTwice { path, other: other(first), partition });
        }
        for ScenarioOutcome { id, .. } in &report.outcome.scenarios {
            if let Some(first) = ids.insert(id, report.path.as_path()) {
                return Err(MergeError::ScenarioTwice { path, other: other(first), id: one_line(id) });
            }
        }
    }
    Ok(())
}

/// Names the missing parts with their verb. If none is missing, the number of scenarios has to be right.
fn missing(reports: &[PartReport]) -> Result<Option<String>, MergeError> {
    let Some(part) = reports.first().and_then(|report| report.form.part.as_ref()) else { return Ok(None) };
    let (selected, parts) = (part.selected, part.partition.parts());
    let there: Vec<_> = reports.iter().filter_map(PartReport::partition).collect();
    let missing = missing_parts(&there);
    let found = reports.iter().map(|report| report.outcome.scenarios.len()).sum();
    match missing {
        None if found != selected => Err(MergeError::Uncounted { parts, found, selected }),
        missing => Ok(missing),
    }
}

/// Names the parts that are missing among these with their verb.
fn missing_parts(there: &[Partition]) -> Option<String> {
    let all = there.first()?.all();
    let there: BTreeSet<_> = there.iter().collect();
    let missing: Vec<_> = all.filter(|part| !there.contains(part)).map(|part| part.to_string()).collect();
    match missing.as_slice() {
        [] => None,
        [part] => Some(format!("part {part} is")),
        parts => {
            let listed = parts.iter().take(MISSING_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = parts.len().saturating_sub(MISSING_MAX);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Some(format!("parts {listed}{more} are"))
        }
    }
}

fn together(reports: Vec<PartReport>) -> Outcome {
    let client = reports.first().map_or_else(Hello::nobody, |report| report.form.client.clone());
    let mut outcome = Outcome::of(client);
    for report in reports {
        outcome.add_warnings(report.warnings());
        let Form { findings, part, .. } = report.form;
        outcome.add_findings(findings);
        outcome.wall_ms = outcome.wall_ms.saturating_add(report.outcome.wall_ms);
        outcome.scenarios.extend(report.outcome.scenarios);
        if let Some(part) = part {
            outcome.files.extend(part.files);
            (outcome.command, outcome.names) = (part.command, part.names);
        }
    }
    outcome.scenarios.sort_by(|a, b| a.id.cmp(&b.id));
    outcome
}
