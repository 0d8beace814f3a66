//! Generated cases: each is drawn, run on a client and judged by the oracle. A failure is shrunk and written as an
//! ordinary scenario, and the file is run on a sane client and on this one before it is shown.

mod campaign;
mod confirm;
mod outcome;
mod plan;
mod report;
mod shrink;
mod source;
mod write;

use std::time::Instant;

use crate::draw::Scope;
use crate::protocol::{ClockMode, Hello};
use crate::run::{MakeAdapter, Rig};
use campaign::Tally;
pub use outcome::{Failure, FuzzOutcome, Means};
pub use plan::{Campaign, FuzzError, Shrinking};
pub use report::{json, text};

/// Runs a campaign on a client. `done` is called after each case, with true if it failed in a new way.
///
/// # Errors
///
/// [`FuzzError`] if nothing could be run. A failure of the client later on is in the outcome, with everything that was
/// found before.
pub fn fuzz(
    campaign: &Campaign<'_>,
    make: &MakeAdapter<'_>,
    done: &(dyn Fn(bool) + Sync),
) -> Result<FuzzOutcome, FuzzError> {
    let began = Instant::now();
    let first = Rig::start(make)?;
    let client = first.client().clone();
    if client.runs_by() != Some(ClockMode::Virtual) {
        return Err(FuzzError::Clock(clock_of(&client)));
    }
    let scope = Scope::of(&client).slow(campaign.slow).only(&campaign.operations)?;
    let tally = campaign::run(campaign, &scope, first, make, done)?;
    let Tally { counted, found, known, trouble } = tally;
    let mut outcome = FuzzOutcome {
        client,
        seed: campaign.seed,
        operations: campaign.operations.clone(),
        slow: campaign.slow,
        partition: campaign.partition,
        means: counted,
        known: known.into_iter().map(|(rule, times)| (rule.to_owned(), times)).collect(),
        failures: Vec::new(),
        trouble,
        wall_ms: 0,
    };
    confirm::all(campaign, &scope, make, found, &mut outcome);
    outcome.wall_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(outcome)
}

fn clock_of(client: &Hello) -> String {
    client.runs_by().map_or_else(|| "none".to_owned(), crate::naming::name_of)
}
