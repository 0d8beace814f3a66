//! The plan of a campaign, and the reasons why it cannot be run.

use std::time::Duration;

use crate::draw::NoOperation;
use crate::known::{Day, KnownFiles};
use crate::partition::Partition;
use crate::run::RunError;

/// A campaign of generated cases.
#[derive(Clone, Debug)]
pub struct Campaign<'a> {
    /// Seed of all cases: the same seed gives the same cases, in any number of jobs.
    pub seed: u64,
    /// Number of cases; until the time is over if absent.
    pub cases: Option<u64>,
    /// Time limit; none if absent. A case that has begun is finished.
    pub time: Option<Duration>,
    /// Patterns of operations; all operations if empty.
    pub operations: Vec<String>,
    /// True if cases may take real time.
    pub slow: bool,
    /// Number of workers.
    pub jobs: usize,
    /// The part of all cases to run.
    pub partition: Option<Partition>,
    /// Known failures of clients, some of which name a rule of the oracle.
    pub known: &'a KnownFiles,
    /// The day that decides which of them have expired.
    pub today: Day,
    /// Limits of the search for a smaller case.
    pub shrinking: Shrinking,
}

/// Limits of the search for a smaller case that fails in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shrinking {
    /// Maximum time.
    pub time: Duration,
    /// Maximum number of runs.
    pub runs: u32,
}

impl Shrinking {
    /// Limits for a client in this process.
    pub const IN_PROCESS: Self = Self { time: Duration::from_secs(5), runs: 5_000 };
    /// Limits for an adapter, which may be much slower.
    pub const ADAPTER: Self = Self { time: Duration::from_secs(120), runs: 300 };
}

/// Reason why a campaign cannot be run, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum FuzzError {
    /// The client or the fake cannot be started.
    #[error(transparent)]
    Run(#[from] RunError),
    /// No operation has the name that was asked for.
    #[error(transparent)]
    NoOperation(#[from] NoOperation),
    /// The client cannot be judged.
    #[error(
        "the client runs with the clock {0}, in which generated cases cannot be judged; it needs `virtual`"
    )]
    Clock(String),
    /// A strategy gives no case.
    #[error("no case can be drawn: {0}")]
    Draw(String),
}
