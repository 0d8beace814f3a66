//! Runs scenarios: some workers, each with a fake, a client and a thread of its own. This file owns what runs
//! at once; `pump.rs` owns the clock.

mod bench;
mod connect;
mod lane;
mod pump;
mod recorder;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use tokio::runtime::Builder;

use bench::Bench;
pub use bench::MakeAdapter;
use pump::Pump;

use crate::event::{Record, Stop};
use crate::plan;
use crate::protocol::Hello;
use crate::scenario::Case;
use crate::world;

/// How many scenarios in a row an adapter may break down in before it is left alone.
const BREAKDOWNS_MAX: usize = 5;

/// Why nothing could be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The fake cannot be started.
    #[error("the fake cannot be started: {0}")]
    Fake(String),
    /// No client can be started.
    #[error("{0}")]
    Client(String),
}

/// Why a worker has no client.
#[derive(Clone, Debug)]
enum NoClient {
    /// It cannot be started.
    Unstarted(String),
    /// It is started, and of no use.
    Useless(String),
}

impl NoClient {
    fn why(self) -> String {
        match self {
            Self::Unstarted(why) | Self::Useless(why) => why,
        }
    }
}

impl From<String> for NoClient {
    fn from(why: String) -> Self {
        Self::Useless(why)
    }
}

/// What became of a run.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The client, where one said who it is.
    pub client: Option<Hello>,
    /// What became of each case, in their order.
    pub fates: Vec<Fate>,
    /// Why a client was of no use, if one was, though others may have been.
    pub given_up: Option<String>,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It was run, or should have been.
    Ran(Record),
    /// It is not for this client, which lacks something.
    NotApplicable(String),
}

/// Is told of each case as it ends, from any thread; the client is not known when none said who it is.
pub type Done<'a> = dyn Fn(&Case, &Fate, Option<&Hello>) + Sync + 'a;

/// What all workers have in common.
struct Shared<'a> {
    cases: &'a [Case],
    make: &'a MakeAdapter<'a>,
    done: &'a Done<'a>,
    next: AtomicUsize,
    /// What the first client said of itself.
    hello: OnceLock<Hello>,
    /// Why a worker has given up.
    given_up: Mutex<Option<NoClient>>,
}

/// Runs cases with so many workers, each with a client that `make` makes.
///
/// # Errors
///
/// [`RunError`] when a worker could not begin, or no client could be started. One that starts and is of no use is no
/// error: what it should have run is broken.
pub fn run(cases: &[Case], jobs: usize, make: &MakeAdapter<'_>, done: &Done<'_>) -> Result<Ran, RunError> {
    let (next, given_up) = (AtomicUsize::new(0), Mutex::new(None));
    let shared = Shared { cases, make, done, next, hello: OnceLock::new(), given_up };
    let ended = Mutex::new(Vec::new());
    let work = || -> Result<(), RunError> {
        let fake = |error: &dyn std::fmt::Display| RunError::Fake(error.to_string());
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| fake(&error))?;
        let fates = runtime.block_on(async {
            let mut bench = Bench::new(shared.make).await.map_err(|error| fake(&error))?;
            Ok(worker(&mut bench, &shared).await)
        })?;
        ended.lock().unwrap_or_else(PoisonError::into_inner).extend(fates);
        Ok(())
    };
    let workers = jobs.clamp(1, cases.len().max(1));
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut ends = workers.into_iter().map(|worker| worker.join());
        ends.try_for_each(|end| end.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    shared.ran(ended.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl Shared<'_> {
    /// Whether there are cases that no worker has taken.
    fn is_left(&self) -> bool {
        self.next.load(Ordering::Relaxed) < self.cases.len()
    }

    /// Puts what became of the cases in their order. A case that no worker came to is broken.
    fn ran(self, ended: Vec<(usize, Fate)>) -> Result<Ran, RunError> {
        let client = self.hello.into_inner();
        let given_up = self.given_up.into_inner().unwrap_or_else(PoisonError::into_inner);
        let given_up = match given_up {
            Some(NoClient::Unstarted(why)) if client.is_none() => return Err(RunError::Client(why)),
            given_up => given_up.map(NoClient::why),
        };
        let why = given_up.clone().unwrap_or_default();
        let mut fates: Vec<_> = self.cases.iter().map(|_| None).collect();
        for (index, fate) in ended {
            fates[index] = Some(fate);
        }
        let fates = self.cases.iter().zip(fates).map(|(case, fate)| {
            fate.unwrap_or_else(|| {
                let fate = Fate::Ran(broken(case, why.clone()));
                (self.done)(case, &fate, client.as_ref());
                fate
            })
        });
        Ok(Ran { fates: fates.collect(), client: client.clone(), given_up })
    }
}

/// Takes one case after the other until none is left, or its client is past help; what became of them, with their
/// places.
async fn worker(bench: &mut Bench<'_>, shared: &Shared<'_>) -> Vec<(usize, Fate)> {
    let mut fates: Vec<(usize, Fate)> = Vec::new();
    let mut breakdowns = 0;
    let mut connected = bench.connect(&shared.hello).await;
    loop {
        let hello = match connected.as_ref() {
            Ok(()) => shared.hello.get().expect("who is connected has said who it is"),
            Err(why) => {
                *shared.given_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.clone());
                break;
            }
        };
        let index = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(case) = shared.cases.get(index) else { break };
        let fate = match plan::lacks(case, hello) {
            Some(lacks) => Fate::NotApplicable(lacks),
            None => Fate::Ran(one(bench, case, fates.len()).await),
        };
        (shared.done)(case, &fate, Some(hello));
        if let Fate::Ran(Record { stop, .. }) = &fate {
            let is_broken = matches!(stop, Stop::Broken(_));
            breakdowns = if is_broken { breakdowns + 1 } else { 0 };
            connected = match stop {
                Stop::Done => Ok(()),
                Stop::Broken(why) if breakdowns == BREAKDOWNS_MAX => Err(NoClient::Useless(format!(
                    "it broke down in {BREAKDOWNS_MAX} scenarios in a row, in the last because: {why}"
                ))),
                // A call is still under way, or nobody knows what is.
                _ if shared.is_left() => bench.connect(&shared.hello).await,
                _ => {
                    bench.dismiss();
                    Ok(())
                }
            };
        }
        fates.push((index, fate));
    }
    bench.leave(&mut fates).await;
    fates
}

/// The record of a case that was not run.
fn broken(case: &Case, why: String) -> Record {
    Record { id: case.id.clone(), events: Vec::new(), fired: Vec::new(), stop: Stop::Broken(why), late: 0 }
}

async fn one(bench: &mut Bench<'_>, case: &Case, number: usize) -> Record {
    let fixture = match world::fixture(&case.scenario) {
        Ok(fixture) => fixture,
        Err(why) => return broken(case, why),
    };
    let world = match bench.open(&case.id, fixture, pump::lane_names(case).len()).await {
        Ok(world) => world,
        Err(why) => return broken(case, why),
    };
    let mut pump = Pump::new(bench, case, &world);
    let stop = pump.run().await;
    let events = std::mem::take(&mut pump.recorder).finish();
    let stop = bench.close(&world, number).await.map_or(stop, Stop::Broken);
    let mut fired = Vec::new();
    for id in 1..=case.scenario.faults.len() as u64 {
        fired.push(world.faults().fired(id).await);
    }
    Record { id: case.id.clone(), events, fired, stop, late: 0 }
}
