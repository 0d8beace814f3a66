//! Cases run and judged in one go.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use slymock_conformance::judge::judge;
use slymock_conformance::outcome::ScenarioOutcome;
use slymock_conformance::run::{MakeAdapter, run};
use slymock_conformance::scenario::Case;

/// Runs and judges cases on a client, with so many workers.
pub(crate) fn judged(cases: &[Case], jobs: usize, make: &MakeAdapter<'_>) -> Vec<ScenarioOutcome> {
    let hello = make(Arc::new(|_, _| {})).hello();
    let records = run(cases, jobs, make, &|_, _| {}).unwrap();
    cases.iter().zip(&records).map(|(case, record)| judge(case, record, &hello)).collect()
}
