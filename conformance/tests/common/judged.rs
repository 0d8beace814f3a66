//! Runs and judges cases in one step.

use slymock_conformance::check;
use slymock_conformance::judge::judge_afterwards;
use slymock_conformance::outcome::ScenarioOutcome;
use slymock_conformance::protocol::Hello;
use slymock_conformance::run::{Bounds, MakeAdapter, run};
use slymock_conformance::scenario::Case;

/// Runs and judges cases on a client with `jobs` workers.
pub(crate) fn judged(cases: &[Case], jobs: usize, make: &MakeAdapter<'_>) -> Vec<ScenarioOutcome> {
    let nobody = Hello::nobody();
    let done =
        |case: &Case, fate, client: Option<&Hello>| check::judged(case, fate, client.unwrap_or(&nobody));
    let ends = run(cases, jobs, Bounds::default(), make, &done).unwrap().ends;
    let ends = ends.into_iter().map(|mut end| {
        judge_afterwards(&mut end.kept, &end.afterwards);
        end.kept
    });
    ends.collect()
}
