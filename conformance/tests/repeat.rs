//! The same client causes the same events: in any order, with any number of workers, on a busy machine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::atomic::{AtomicBool, Ordering};

use slymock_conformance::adapter::Adapter;
use slymock_conformance::adapter::in_process::InProcess;
use slymock_conformance::event::Record;
use slymock_conformance::library;
use slymock_conformance::run::{Bounds, CaseRun, run};
use slymock_conformance::scenario::Case;

/// Number of runs, which an environment variable can increase.
fn runs() -> usize {
    std::env::var("SLYMOCK_REPEAT").map_or(2, |runs| runs.parse().unwrap())
}

/// Keeps the machine busy while `work` runs.
fn under_load<T>(work: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop()
                }
            });
        }
        let done = work();
        over.store(true, Ordering::Relaxed);
        done
    })
}

fn records(cases: &[Case], jobs: usize) -> Vec<Record> {
    let make = |say| -> Result<Box<dyn Adapter>, String> { Ok(Box::new(InProcess::new(say))) };
    let ran = run(cases, jobs, Bounds::default(), &make, &|_, fate, _| fate).unwrap();
    let record = |fate| if let CaseRun::Ran(record) = fate { Some(record) } else { None };
    let mut records: Vec<_> = ran.ends.into_iter().filter_map(|end| record(end.kept)).collect();
    records.sort_by(|a, b| a.id.cmp(&b.id));
    records
}

#[test]
fn runs_are_equal_to_the_last_byte() {
    let mut cases = library::cases(&library::own()).unwrap();
    let bytes = |records: &[Record]| {
        records.iter().map(|record| serde_json::to_string(&record.events).unwrap()).collect::<Vec<_>>()
    };
    let first = records(&cases, 1);
    under_load(|| {
        for run in 0..runs() {
            // Each run has another order and another number of workers.
            let middle = cases.len() / 3 + run % 7;
            cases.rotate_left(middle);
            let again = records(&cases, 1 + run % 3);
            for (one, other) in first.iter().zip(&again) {
                assert_eq!(one, other, "run {run}: {}", one.id);
            }
            assert_eq!(bytes(&first), bytes(&again));
        }
    });
}
