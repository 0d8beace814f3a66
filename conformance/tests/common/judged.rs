//! Cases run and judged in one go.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use slymock_conformance::check;
use slymock_conformance::outcome::ScenarioOutcome;
use slymock_conformance::protocol::Hello;
use slymock_conformance::run::{MakeAdapter, Ran, run};
use slymock_conformance::scenario::Case;

/// Runs and judges cases on a client, with so many workers.
pub(crate) fn judged(cases: &[Case], jobs: usize, make: &MakeAdapter<'_>) -> Vec<ScenarioOutcome> {
    let Ran { client, fates, .. } = run(cases, jobs, make, &|_, _, _| {}).unwrap();
    let client = client.unwrap_or_else(Hello::nobody);
    cases.iter().zip(&fates).map(|(case, fate)| check::judged(case, fate, &client)).collect()
}
