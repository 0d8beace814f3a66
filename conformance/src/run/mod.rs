//! Runs scenarios on workers, each with a thread, a fake and a client of its own. This file owns concurrency;
//! `pump.rs` owns the clock.

mod bench;
mod connect;
mod lane;
mod pump;
mod recorder;
mod rig;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;

use bench::Bench;
pub use bench::MakeAdapter;
use pump::Pump;
pub use rig::Rig;

use crate::event::{Afterwards, Record, Stop};
use crate::plan;
use crate::protocol::Hello;
use crate::scenario::Case;
use crate::world;

/// Maximum number of bytes kept of a response's body: a report shows no more.
const REPLY_MAX: usize = 1024;
/// Consecutive broken scenarios after which an adapter is given up.
const BREAKDOWNS_MAX: usize = 5;

/// Reason why nothing could be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The fake cannot be started.
    #[error("the fake cannot be started: {0}")]
    Fake(String),
    /// The client cannot be started.
    #[error("{0}")]
    Client(String),
}

/// Reason why a worker has no client.
#[derive(Clone, Debug)]
enum NoClient {
    /// The client cannot be started.
    Unstarted(String),
    /// The client was started, but cannot be used.
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

/// Limits of a run. Beyond them, the remaining cases are broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Maximum duration; 1 hour by default.
    pub time: Duration,
    /// Maximum size of the events of all cases in bytes; 8 GiB by default.
    pub bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { time: Duration::from_secs(60 * 60), bytes: 8 << 30 }
    }
}

/// Outcome of a run.
#[derive(Clone, Debug)]
pub struct RunResult<T> {
    /// The client, if one sent its `hello`.
    pub client: Option<Hello>,
    /// Outcome of each case, in the order of the cases.
    pub ends: Vec<End<T>>,
    /// Reason why a worker gave up its client, if one did. Other workers may have finished.
    pub given_up: Option<String>,
}

/// Outcome of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum CaseRun {
    /// The case was run, or should have been.
    Ran(Record),
    /// The case does not apply to this client; the reason.
    NotApplicable(String),
}

/// A case that has ended.
#[derive(Clone, Debug)]
pub struct End<T> {
    /// Value that the [`Keeper`] returned.
    pub kept: T,
    /// Findings since the end of the case.
    pub afterwards: Afterwards,
}

/// Called with the outcome of each case as soon as it ends, on any thread; its return value is kept. The
/// client is absent if none sent its `hello`.
pub type Keeper<'a, T> = dyn Fn(&Case, CaseRun, Option<&Hello>) -> T + Sync + 'a;

/// A case that a worker has ended.
struct PastCase {
    /// Index of the case.
    index: usize,
    /// True if the case ended well. None if it was not run.
    is_done: Option<bool>,
    afterwards: Afterwards,
}

/// State shared by all workers.
struct RunContext<'a, T> {
    cases: &'a [Case],
    bounds: Bounds,
    began: Instant,
    /// Size of the events so far.
    bytes: AtomicU64,
    make: &'a MakeAdapter<'a>,
    done: &'a Keeper<'a, T>,
    next: AtomicUsize,
    /// The first client's `hello`.
    hello: OnceLock<Hello>,
    /// Reason why a worker gave up.
    given_up: Mutex<Option<NoClient>>,
    /// The limit that stopped the run.
    over: OnceLock<String>,
}

/// Runs cases on `jobs` workers, each with a client that `make` starts.
///
/// # Errors
///
/// [`RunError`] if a worker or all clients could not be started. A client that starts but cannot be used is
/// not an error: the cases that it should have run are broken.
pub fn run<T: Send>(
    cases: &[Case],
    jobs: usize,
    bounds: Bounds,
    make: &MakeAdapter<'_>,
    done: &Keeper<'_, T>,
) -> Result<RunResult<T>, RunError> {
    let (began, bytes, next) = (Instant::now(), AtomicU64::new(0), AtomicUsize::new(0));
    let (hello, given_up) = (OnceLock::new(), Mutex::new(None));
    let shared =
        RunContext { cases, bounds, began, bytes, make, done, next, hello, given_up, over: OnceLock::new() };
    let ended = Mutex::new(Vec::new());
    let work = || -> Result<(), RunError> {
        let fake = |error: &dyn std::fmt::Display| RunError::Fake(error.to_string());
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| fake(&error))?;
        let past = runtime.block_on(async {
            let mut bench = Bench::new(shared.make, REPLY_MAX).await.map_err(|error| fake(&error))?;
            Ok(worker(&mut bench, &shared).await)
        })?;
        ended.lock().unwrap_or_else(PoisonError::into_inner).extend(past);
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

impl<T> RunContext<'_, T> {
    /// True if there are cases that no worker has taken.
    fn is_left(&self) -> bool {
        self.next.load(Ordering::Relaxed) < self.cases.len()
    }

    /// Returns the limit that the run has reached, if any. No further case is begun then.
    fn is_over(&self) -> Option<String> {
        let Bounds { time, bytes } = self.bounds;
        if self.began.elapsed() > time {
            return Some(format!("the run takes more than {} s", time.as_secs_f64()));
        }
        let taken = self.bytes.load(Ordering::Relaxed) > bytes;
        taken.then(|| format!("the events of the run take more than {bytes} bytes"))
    }

    /// Sorts the outcomes by case. A case that no worker took is broken.
    fn ran(self, ended: Vec<(PastCase, T)>) -> Result<RunResult<T>, RunError> {
        let client = self.hello.into_inner();
        let given_up = self.given_up.into_inner().unwrap_or_else(PoisonError::into_inner);
        let given_up = match given_up {
            Some(NoClient::Unstarted(why)) if client.is_none() => return Err(RunError::Client(why)),
            given_up => given_up.map(NoClient::why),
        };
        let mut ends: Vec<_> = self.cases.iter().map(|_| None).collect();
        for (PastCase { index, afterwards, .. }, kept) in ended {
            ends[index] = Some(End { kept, afterwards });
        }
        // If the last client was given up, that is the reason; otherwise the run has reached a limit.
        let why = given_up.clone().or(self.over.into_inner()).unwrap_or_default();
        let ends = self.cases.iter().zip(ends).map(|(case, end)| {
            end.unwrap_or_else(|| {
                let kept = (self.done)(case, CaseRun::Ran(broken(case, why.clone())), client.as_ref());
                End { kept, afterwards: Afterwards::default() }
            })
        });
        let ends = ends.collect();
        Ok(RunResult { ends, client, given_up })
    }
}

/// Runs one case after another until none is left or the client is given up, and returns their outcomes.
async fn worker<T>(bench: &mut Bench<'_>, shared: &RunContext<'_, T>) -> Vec<(PastCase, T)> {
    let (mut past, mut kept): (Vec<PastCase>, _) = (Vec::new(), Vec::new());
    let mut breakdowns = 0;
    let mut connected = bench.connect(&shared.hello).await;
    loop {
        let hello = match connected.as_ref() {
            Ok(()) => shared.hello.get().expect("a connected client has sent its hello"),
            Err(why) => {
                *shared.given_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.clone());
                break;
            }
        };
        if let Some(why) = shared.is_over().filter(|_| shared.is_left()) {
            let _ = shared.over.set(why);
            break;
        }
        let index = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(case) = shared.cases.get(index) else { break };
        let fate = match plan::lacks(case, hello) {
            Some(lacks) => CaseRun::NotApplicable(lacks),
            None => {
                let (record, bytes) = one(bench, case, past.len()).await;
                shared.bytes.fetch_add(bytes, Ordering::Relaxed);
                CaseRun::Ran(record)
            }
        };
        let stop = match &fate {
            CaseRun::Ran(record) => Some(record.stop.clone()),
            CaseRun::NotApplicable(_) => None,
        };
        kept.push((shared.done)(case, fate, Some(hello)));
        let is_done = stop.as_ref().map(|stop| *stop == Stop::Done);
        past.push(PastCase { index, is_done, afterwards: Afterwards::default() });
        if let Some(stop) = stop {
            let is_broken = matches!(stop, Stop::Broken(_));
            breakdowns = if is_broken { breakdowns + 1 } else { 0 };
            connected = match stop {
                Stop::Done => Ok(()),
                Stop::Broken(why) if breakdowns == BREAKDOWNS_MAX => Err(NoClient::Useless(format!(
                    "it broke down in {BREAKDOWNS_MAX} scenarios in a row; the last reason: {why}"
                ))),
                // A call may still be running, so the next case needs a new client.
                _ if shared.is_left() => bench.connect(&shared.hello).await,
                _ => {
                    bench.dismiss();
                    Ok(())
                }
            };
        }
    }
    bench.leave(&mut past).await;
    past.into_iter().zip(kept).collect()
}

/// Record of a case that was not run.
fn broken(case: &Case, why: String) -> Record {
    Record { id: case.id.clone(), events: Vec::new(), fired: Vec::new(), stop: Stop::Broken(why) }
}

/// Runs a case, which is number `number` of this worker. Also returns the size of its events in bytes.
async fn one(bench: &mut Bench<'_>, case: &Case, number: usize) -> (Record, u64) {
    let fixture = match world::fixture(&case.scenario) {
        Ok(fixture) => fixture,
        Err(why) => return (broken(case, why), 0),
    };
    let world = match bench.open(&case.id, fixture, pump::lane_names(case).len()).await {
        Ok(world) => world,
        Err(why) => return (broken(case, why), 0),
    };
    let mut pump = Pump::new(bench, case, &world);
    let stop = pump.run().await;
    let bytes = pump.recorder.bytes();
    let events = std::mem::take(&mut pump.recorder).finish();
    let stop = bench.close(&world, number).await.map_or(stop, Stop::Broken);
    let mut fired = Vec::new();
    for id in 1..=case.scenario.faults.len() as u64 {
        fired.push(world.faults().fired(id).await);
    }
    bench.forget(&world);
    (Record { id: case.id.clone(), events, fired, stop }, bytes)
}
