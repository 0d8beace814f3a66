//! A run of the kit, from the scenarios that were asked for to what they come to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::adapter::Adapter;
use crate::adapter::in_process::InProcess;
use crate::event::Record;
use crate::judge::judge;
use crate::library::{self, LibraryError};
use crate::outcome::{Outcome, ScenarioOutcome, ScenarioVerdict};
use crate::plan::{self, NothingMatches, Plan};
use crate::run::{self, RunError};
use crate::scenario::{Case, ScenarioError};
use crate::world;

/// What is to be run.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Patterns of ids, and files.
    pub names: Vec<String>,
    /// A folder of scenarios in the place of those that the kit brings with it.
    pub folder: Option<PathBuf>,
}

/// Why nothing could be run.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Scenarios cannot be had.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A file is unsound.
    #[error("{}: {error}", path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: ScenarioError,
    },
    /// Two files have one id, or are one.
    #[error("{file}: given twice, or has the id of another file: {id}")]
    Twice {
        /// The file.
        file: String,
        /// The id: a file's folder and its name.
        id: String,
    },
    /// A pattern matches nothing.
    #[error(transparent)]
    NothingMatches(#[from] NothingMatches),
    /// The kit cannot begin.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// A case, and how it is named on the command line.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The case.
    pub case: Case,
    /// Its id, or the file that it comes from.
    pub name: String,
}

/// The cases that were asked for, by id.
///
/// # Errors
///
/// [`CheckError`] when a scenario is unsound, a pattern matches nothing or a file is given twice.
pub fn choose(wanted: &Wanted) -> Result<Vec<Chosen>, CheckError> {
    let (files, patterns): (Vec<_>, Vec<_>) =
        wanted.names.iter().cloned().partition(|name| library::is_json(Path::new(name)));
    let mut chosen = Vec::new();
    let mut ids = BTreeSet::new();
    for name in files {
        let path = Path::new(&name);
        let file = library::file(path)?;
        let unsound = |error| CheckError::Unsound { path: path.to_owned(), error };
        for case in library::cases(std::slice::from_ref(&file)).map_err(unsound)? {
            if !ids.insert(case.id.clone()) {
                return Err(CheckError::Twice { file: name, id: case.id });
            }
            chosen.push(Chosen { case, name: name.clone() });
        }
    }
    if chosen.is_empty() || !patterns.is_empty() {
        let cases = plan::select(all(wanted)?, &patterns)?;
        let cases = cases.into_iter().filter(|case| !ids.contains(&case.id));
        chosen.extend(cases.map(|case| Chosen { name: case.id.clone(), case }));
    }
    chosen.sort_by(|a, b| a.case.id.cmp(&b.case.id));
    chosen.iter().try_for_each(check_world)?;
    Ok(chosen)
}

/// A world that cannot be made is as unsound as anything else in the file.
fn check_world(Chosen { case, name }: &Chosen) -> Result<(), CheckError> {
    let Some(fault) = world::fault(&case.scenario) else { return Ok(()) };
    let error = ScenarioError { id: case.id.clone(), faults: vec![fault] };
    if *name == case.id {
        return Err(LibraryError::Unsound(error).into());
    }
    Err(CheckError::Unsound { path: PathBuf::from(name), error })
}

fn all(wanted: &Wanted) -> Result<Vec<Case>, LibraryError> {
    let files = wanted.folder.as_deref().map_or_else(|| Ok(library::own()), library::in_folder)?;
    Ok(library::cases(&files)?)
}

/// Runs cases on the Rust client. `done` is told of each as it ends: its id, and whether it is as expected.
///
/// # Errors
///
/// [`CheckError::Run`] when the kit cannot begin.
pub fn check(
    chosen: Vec<Chosen>,
    jobs: usize,
    command: &str,
    done: &(dyn Fn(&str, bool) + Sync),
) -> Result<Outcome, CheckError> {
    let began = Instant::now();
    let make = |say| -> Box<dyn Adapter> { Box::new(InProcess::new(say)) };
    let client = make(Arc::new(|_, _| {})).hello();
    let files = chosen.iter().filter(|chosen| chosen.name != chosen.case.id);
    let files = files.map(|chosen| (chosen.case.id.clone(), chosen.name.clone())).collect();
    let cases: Vec<_> = chosen.into_iter().map(|chosen| chosen.case).collect();
    let Plan { cases, not_applicable } = plan::plan(cases, &client);
    // So far: what comes of a scenario once it is over is known at the end.
    let so_far = |case: &Case, record: &Record| {
        done(&case.id, !judge(case, record, &client).verdict.fails_the_run());
    };
    let records = run::run(&cases, jobs, &make, &so_far)?;
    let judged = cases.iter().zip(&records).map(|(case, record)| judge(case, record, &client));
    let mut scenarios: Vec<_> = judged.collect();
    scenarios.extend(not_applicable.iter().map(|(case, why)| left_out(case, why)));
    scenarios.sort_by(|a, b| a.id.cmp(&b.id));
    let wall_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Outcome { client, scenarios, wall_ms, command: command.to_owned(), files })
}

fn left_out(case: &Case, why: &str) -> ScenarioOutcome {
    ScenarioOutcome {
        id: case.id.clone(),
        about: case.scenario.about.clone(),
        verdict: ScenarioVerdict::NotApplicable,
        why: Some(why.to_owned()),
        checks: Vec::new(),
        events: Vec::new(),
    }
}
