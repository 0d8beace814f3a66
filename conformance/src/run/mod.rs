//! Runs scenarios: some workers, each with a fake, a client and a thread of its own. This file owns what runs
//! at once; `pump.rs` owns the clock.

mod bench;
mod lane;
mod pump;
mod recorder;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tokio::runtime::Builder;

use bench::Bench;
pub use bench::MakeAdapter;
use pump::Pump;

use crate::event::{Record, Stop};
use crate::scenario::Case;
use crate::world;

/// Why nothing could be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The fake cannot be started.
    #[error("the fake cannot be started: {0}")]
    Fake(String),
}

/// Runs cases with so many workers. `done` is told of each as it ends, from any thread. The records are in the
/// order of the cases, whatever the order in which they ended.
///
/// # Errors
///
/// [`RunError`] when a worker could not begin.
pub fn run(
    cases: &[Case],
    jobs: usize,
    make: &MakeAdapter<'_>,
    done: &(dyn Fn(&Case, &Record) + Sync),
) -> Result<Vec<Record>, RunError> {
    let (next, records) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<(), RunError> {
        let fake = |error: &dyn std::fmt::Display| RunError::Fake(error.to_string());
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| fake(&error))?;
        runtime.block_on(async {
            let mut bench = Bench::new(make).await.map_err(|error| fake(&error))?;
            let ended = worker(&mut bench, cases, &next, done).await;
            records.lock().unwrap_or_else(PoisonError::into_inner).extend(ended);
            Ok(())
        })
    };
    let workers = jobs.clamp(1, cases.len().max(1));
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut ends = workers.into_iter().map(|worker| worker.join());
        ends.try_for_each(|end| end.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let mut records = records.into_inner().unwrap_or_else(PoisonError::into_inner);
    records.sort_by_key(|(index, _)| *index);
    Ok(records.into_iter().map(|(_, record)| record).collect())
}

/// Takes one case after the other until none is left; the records with their places.
async fn worker(
    bench: &mut Bench,
    cases: &[Case],
    next: &AtomicUsize,
    done: &(dyn Fn(&Case, &Record) + Sync),
) -> Vec<(usize, Record)> {
    let mut records = Vec::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(case) = cases.get(index) else { break };
        let record = one(bench, case, records.len()).await;
        done(case, &record);
        records.push((index, record));
    }
    bench.settle().await;
    bench.drain();
    for (number, late) in bench.late() {
        records[number].1.late = late;
    }
    records
}

async fn one(bench: &mut Bench, case: &Case, number: usize) -> Record {
    let broken = |why| Record {
        id: case.id.clone(),
        events: Vec::new(),
        fired: Vec::new(),
        stop: Stop::Broken(why),
        late: 0,
    };
    let fixture = match world::fixture(&case.scenario) {
        Ok(fixture) => fixture,
        Err(why) => return broken(why),
    };
    let world = match bench.open(fixture, pump::lane_names(case).len()).await {
        Ok(world) => world,
        Err(why) => return broken(why),
    };
    let mut pump = Pump::new(bench, case, &world);
    let stop = pump.run().await;
    let events = std::mem::take(&mut pump.recorder).finish();
    bench.close(&world, number).await;
    let mut fired = Vec::new();
    for id in 1..=case.scenario.faults.len() as u64 {
        fired.push(world.faults().fired(id).await);
    }
    Record { id: case.id.clone(), events, fired, stop, late: 0 }
}
