//! A run of the kit, from the scenarios that were asked for to what they come to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::judge::{judge, judge_afterwards};
use crate::known::{Day, KnownFiles};
use crate::library::{self, LibraryError};
use crate::outcome::{Outcome, ScenarioOutcome, ScenarioVerdict};
use crate::plan::{self, NothingMatches};
use crate::protocol::Hello;
use crate::report::{Spool, trace};
use crate::run::{self, Bounds, CaseRun, MakeAdapter, RunError, RunResult};
use crate::scenario::{Case, ScenarioError};
use crate::world;

/// The finding of a run without a verdict. Else a client that claims nothing would pass.
const SILENT: &str = "no check gave a verdict, so the run shows nothing of the client";

/// What is to be run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
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
pub struct ChosenCase {
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
pub fn choose(wanted: &Selection) -> Result<Vec<ChosenCase>, CheckError> {
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
            chosen.push(ChosenCase { case, name: name.clone() });
        }
    }
    if chosen.is_empty() || !patterns.is_empty() {
        let cases = plan::select(all(wanted)?, &patterns)?;
        let cases = cases.into_iter().filter(|case| !ids.contains(&case.id));
        chosen.extend(cases.map(|case| ChosenCase { name: case.id.clone(), case }));
    }
    chosen.sort_by(|a, b| a.case.id.cmp(&b.case.id));
    chosen.iter().try_for_each(check_world)?;
    Ok(chosen)
}

/// A world that cannot be made is as unsound as anything else in the file.
fn check_world(ChosenCase { case, name }: &ChosenCase) -> Result<(), CheckError> {
    let Some(problem) = world::problem(&case.scenario) else { return Ok(()) };
    let error = ScenarioError { id: case.id.clone(), problems: vec![problem] };
    if *name == case.id {
        return Err(LibraryError::Unsound(error).into());
    }
    Err(CheckError::Unsound { path: PathBuf::from(name), error })
}

fn all(wanted: &Selection) -> Result<Vec<Case>, LibraryError> {
    let files = wanted.folder.as_deref().map_or_else(|| Ok(library::own()), library::in_folder)?;
    Ok(library::cases(&files)?)
}

/// A run that is to be done.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// The cases.
    pub chosen: Vec<ChosenCase>,
    /// Whether they are all that there are, so that what is known of others is not true.
    pub whole: bool,
    /// How many run at once.
    pub jobs: usize,
    /// What repeats the run, but for the names of scenarios.
    pub command: String,
    /// The patterns and files that were asked for.
    pub names: Vec<String>,
    /// What clients are known to fail.
    pub known: &'a KnownFiles,
    /// The day by which that expires.
    pub today: Day,
    /// What the run may take.
    pub bounds: Bounds,
    /// Where the events go, if somebody wants them.
    pub events: Option<&'a Spool>,
}

/// Runs cases on a client. `done` is told of each as it ends: its id, and whether it is as expected.
///
/// # Errors
///
/// [`CheckError::Run`] when the kit cannot begin.
pub fn check(
    job: Job<'_>,
    make: &MakeAdapter<'_>,
    done: &(dyn Fn(&str, bool) + Sync),
) -> Result<Outcome, CheckError> {
    let began = Instant::now();
    let Job { chosen, whole, jobs, command, names, known, today, bounds, events } = job;
    let files = chosen.iter().filter(|chosen| chosen.name != chosen.case.id);
    let files = files.map(|chosen| (chosen.case.id.clone(), chosen.name.clone())).collect();
    let cases: Vec<_> = chosen.into_iter().map(|chosen| chosen.case).collect();
    let nobody = Hello::nobody();
    // So far: what comes of a scenario once it is over is known at the end.
    let so_far = |case: &Case, fate: CaseRun, client: Option<&Hello>| {
        let client = client.unwrap_or(&nobody);
        let scenario = without_events(judged(case, fate, client), events);
        let mut marked = scenario.clone();
        known.of(&client.name).mark(&mut marked, client, today);
        done(&case.id, !marked.verdict.fails_the_run());
        scenario
    };
    let RunResult { client, ends, given_up } = run::run(&cases, jobs, bounds, make, &so_far)?;
    let client = client.unwrap_or_else(Hello::nobody);
    let ends = ends.into_iter().map(|mut end| {
        judge_afterwards(&mut end.kept, &end.afterwards);
        end.kept
    });
    let mut scenarios: Vec<_> = ends.collect();
    scenarios.sort_by(|a, b| a.id.cmp(&b.id));
    let wall_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    // Where a scenario is broken by it, that tells it already.
    let told =
        |why: &String| scenarios.iter().any(|scenario: &ScenarioOutcome| scenario.why.as_ref() == Some(why));
    let unused =
        given_up.filter(|why| !told(why)).map(|why| format!("of several clients one was of no use: {why}"));
    let (findings, warnings) = (unused.into_iter().collect(), Vec::new());
    let mut outcome = Outcome { client, scenarios, findings, warnings, wall_ms, command, names, files };
    known.of(&outcome.client.name.clone()).apply(&mut outcome, whole, today);
    if outcome.is_silent() {
        outcome.findings.push(SILENT.to_owned());
    }
    Ok(outcome)
}

/// A scenario that has ended without its events: they are written down if somebody wants them, and the trace, which has
/// a bound, stays. Whether it is read is known at the end only: a request that comes late fails what has passed.
fn without_events(mut scenario: ScenarioOutcome, spool: Option<&Spool>) -> ScenarioOutcome {
    let events = std::mem::take(&mut scenario.events);
    if let Some(spool) = spool {
        spool.keep(&scenario.id, &events);
    }
    scenario.trace = trace(&events);
    scenario
}

/// What became of a case, judged.
#[must_use]
pub fn judged(case: &Case, fate: CaseRun, client: &Hello) -> ScenarioOutcome {
    match fate {
        CaseRun::Ran(record) => judge(case, record, client),
        CaseRun::NotApplicable(why) => ScenarioOutcome {
            id: case.id.clone(),
            about: case.scenario.about.clone(),
            verdict: ScenarioVerdict::NotApplicable,
            why: Some(why),
            checks: Vec::new(),
            trace: Vec::new(),
            events: Vec::new(),
        },
    }
}
