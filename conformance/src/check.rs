//! A run of the kit, from the selection of scenarios to the outcome.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::judge::{judge, judge_afterwards};
use crate::known::{Day, KnownFiles, Reach};
use crate::library::{self, LibraryError};
use crate::outcome::{Outcome, RunPart, ScenarioOutcome, ScenarioVerdict};
use crate::partition::Partition;
use crate::plan::{self, NothingMatches};
use crate::protocol::Hello;
use crate::report::{Spool, trace};
use crate::run::{self, Bounds, CaseRun, MakeAdapter, RunError, RunResult};
use crate::scenario::{Case, ScenarioError};
use crate::world;

/// Scenarios to run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Patterns of ids, and paths of files.
    pub names: Vec<String>,
    /// Folder of scenarios to use instead of the built-in ones.
    pub folder: Option<PathBuf>,
}

/// Reason why nothing could be run.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The scenarios cannot be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A scenario file has errors.
    #[error("{}: {error}", path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
        /// The errors.
        error: ScenarioError,
    },
    /// Two files have the same id, or are the same file.
    #[error("{file}: given twice, or has the id of another file: {id}")]
    Twice {
        /// The file.
        file: String,
        /// The common id: folder and name of the file.
        id: String,
    },
    /// A pattern matches no scenario.
    #[error(transparent)]
    NothingMatches(#[from] NothingMatches),
    /// The run cannot start.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// A case with its name on the command line.
#[derive(Clone, Debug)]
pub struct ChosenCase {
    /// The case.
    pub case: Case,
    /// Id of the case, or path of the file that it comes from.
    pub name: String,
}

/// Returns the selected cases, sorted by id.
///
/// # Errors
///
/// [`CheckError`] if a scenario has errors, a pattern matches nothing, or a file is given twice.
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

/// Checks that the world can be made; otherwise the file has an error.
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

/// A run to do.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// The selected cases.
    pub chosen: Vec<ChosenCase>,
    /// The part of them to run; all of them without one.
    pub partition: Option<Partition>,
    /// True if these are all scenarios, so that known failures of any other scenario are stale.
    pub whole: bool,
    /// Number of workers.
    pub jobs: usize,
    /// Command that repeats the run, without the names of scenarios.
    pub command: String,
    /// The patterns and files of the selection.
    pub names: Vec<String>,
    /// Known failures of clients.
    pub known: &'a KnownFiles,
    /// The day that decides which known failures have expired.
    pub today: Day,
    /// Limits of the run.
    pub bounds: Bounds,
    /// Destination of the events, if they are to be written.
    pub events: Option<&'a Spool>,
}

/// Runs cases on a client. `done` is called at the end of each case with its id, and with true if it is as
/// expected.
///
/// # Errors
///
/// [`CheckError::Run`] if the run cannot start.
pub fn check(
    job: Job<'_>,
    make: &MakeAdapter<'_>,
    done: &(dyn Fn(&str, bool) + Sync),
) -> Result<Outcome, CheckError> {
    let began = Instant::now();
    let Job { chosen, partition, whole, jobs, command, names, known, today, bounds, events } = job;
    let part = partition.map(|partition| RunPart { partition, selected: chosen.len() });
    let is_here = |chosen: &ChosenCase| partition.is_none_or(|partition| partition.has(&chosen.case.id));
    let (chosen, elsewhere): (Vec<_>, Vec<_>) = chosen.into_iter().partition(is_here);
    let files = chosen.iter().filter(|chosen| chosen.name != chosen.case.id);
    let files = files.map(|chosen| (chosen.case.id.clone(), chosen.name.clone())).collect();
    let cases: Vec<_> = chosen.into_iter().map(|chosen| chosen.case).collect();
    let nobody = Hello::nobody();
    // This verdict is provisional: late requests and errors are known only at the end of the run.
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
    // The reason is not repeated if a broken scenario already has it.
    let told =
        |why: &String| scenarios.iter().any(|scenario: &ScenarioOutcome| scenario.why.as_ref() == Some(why));
    let unused = given_up
        .filter(|why| !told(why))
        .map(|why| format!("one of several clients could not be used: {why}"));
    let (findings, warnings) = (unused.into_iter().collect(), Vec::new());
    let mut outcome = Outcome { client, part, scenarios, findings, warnings, wall_ms, command, names, files };
    let ids: Vec<_> = elsewhere.iter().map(|chosen| chosen.case.id.as_str()).collect();
    let reach = Reach { whole, partition, elsewhere: &ids };
    known.of(&outcome.client.name.clone()).apply(&mut outcome, reach, today);
    judge_silence(&mut outcome, &elsewhere);
    Ok(outcome)
}

/// Fails a run that shows nothing about the client. A part is only warned about if the client can run a case of
/// another part: small parts are often silent, and must not fail a matrix.
fn judge_silence(outcome: &mut Outcome, elsewhere: &[ChosenCase]) {
    let partition = outcome.part.map(|part| part.partition);
    let is_empty = outcome.scenarios.is_empty();
    outcome.add_warnings(partition.filter(|_| is_empty).map(Partition::without_scenario));
    if !elsewhere.iter().any(|chosen| plan::lacks(&chosen.case, &outcome.client).is_none()) {
        outcome.judge_silence();
    } else if outcome.is_silent() && !is_empty {
        outcome.add_warnings(partition.map(Partition::without_verdict));
    }
}

/// Takes the events out of a scenario and writes them to the spool, if there is one. Only the trace stays in
/// memory, because its size is limited. It is kept for passed scenarios, too, because a late request can
/// still fail them.
fn without_events(mut scenario: ScenarioOutcome, spool: Option<&Spool>) -> ScenarioOutcome {
    let events = std::mem::take(&mut scenario.events);
    if let Some(spool) = spool {
        spool.keep(&scenario.id, &events);
    }
    scenario.trace = trace(&events);
    scenario
}

/// Judges the outcome of a case.
#[must_use]
pub fn judged(case: &Case, fate: CaseRun, client: &Hello) -> ScenarioOutcome {
    match fate {
        CaseRun::Ran(record) => judge(case, record, client),
        CaseRun::NotApplicable(why) => ScenarioOutcome {
            id: case.id.clone(),
            about: case.scenario.about.clone(),
            because: case.scenario.why.clone(),
            cites: case.scenario.cites.clone(),
            verdict: ScenarioVerdict::NotApplicable,
            why: Some(why),
            checks: Vec::new(),
            trace: Vec::new(),
            events: Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::ClockMode;
    use crate::scenario::read;

    const SILENT: &str = "no check has a verdict, so the run shows nothing about the client";

    /// A case of another part, which calls `task.info`.
    fn elsewhere() -> Vec<ChosenCase> {
        let scenario = json!({
            "about": "A.", "why": "B", "anchor": "ends",
            "steps": [{"call": "task.info", "args": {"id": 7}, "as": "i"}],
            "expect": [{"id": "ends", "level": "must", "of": "i", "returns": {"any": true}}]});
        let cases = read("odd/one", &scenario.to_string()).unwrap();
        cases.into_iter().map(|case| ChosenCase { name: case.id.clone(), case }).collect()
    }

    /// The findings and warnings of a part without a verdict, whose client claims these operations.
    fn of_part(ops: &[&str], is_empty: bool) -> (Vec<String>, Vec<String>) {
        let (ops, clock) = (ops.iter().map(|op| (*op).to_owned()).collect(), vec![ClockMode::Virtual]);
        let client = Hello { ops, clock, ..Hello::nobody() };
        let mut outcome = Outcome::of(client.clone());
        if !is_empty {
            let chosen = elsewhere().remove(0);
            outcome.scenarios = vec![judged(&chosen.case, CaseRun::NotApplicable("odd".to_owned()), &client)];
        }
        outcome.part = Some(RunPart { partition: "2/4".parse().unwrap(), selected: 2 });
        judge_silence(&mut outcome, &elsewhere());
        (outcome.findings, outcome.warnings)
    }

    #[test]
    fn a_silent_part_fails_only_if_the_client_can_run_no_other_part() {
        let partition: Partition = "2/4".parse().unwrap();
        let (empty, silent) = (partition.without_scenario(), partition.without_verdict());
        assert_eq!(of_part(&["task.info"], false), (vec![], vec![silent]));
        assert_eq!(of_part(&["task.info"], true), (vec![], vec![empty.clone()]));
        assert_eq!(of_part(&[], false), (vec![SILENT.to_owned()], vec![]));
        assert_eq!(of_part(&[], true), (vec![SILENT.to_owned()], vec![empty]));
    }

    #[test]
    fn a_silent_run_that_is_not_divided_fails() {
        let mut outcome = Outcome::of(Hello::nobody());
        judge_silence(&mut outcome, &[]);
        assert_eq!((outcome.findings, outcome.warnings), (vec![SILENT.to_owned()], vec![]));
    }
}
