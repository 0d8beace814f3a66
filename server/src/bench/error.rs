//! Why there are no figures, and how many rounds and requests there may be.

use std::io;

use crate::http::rejection::Rejection;
use crate::server::StartError;

/// The most pairs of rounds a case may have.
pub const ROUNDS_MAX: usize = 100;
/// The most requests a round may have. Each fresh connection holds a port for a while, and there are some
/// twenty-eight thousand.
pub const REQUESTS_MAX: usize = 20_000;
/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// There is no clock to measure with.
    #[error("this system has no CPU clock of a thread")]
    NoClock,
    /// The clock is too coarse for so few requests.
    #[error("the CPU clock stood still for {requests} requests; take more")]
    ClockStood {
        /// How many there were.
        requests: usize,
    },
    /// No round, no request, or more than it takes.
    #[error(
        "{rounds} rounds of {requests} requests are not within 1 to {ROUNDS_MAX} and 1 to {REQUESTS_MAX}"
    )]
    BadPlan {
        /// How many rounds were asked for.
        rounds: usize,
        /// How many requests each.
        requests: usize,
    },
    /// The world does not hold together.
    #[error("cannot make the world: {0}")]
    World(#[source] Rejection),
    /// Nor can its fixture be read.
    #[error("cannot read the world: {0}")]
    Unread(String),
    /// A part that is measured in a process of its own.
    #[error("a part of the bench: {0}")]
    Part(String),
    /// The fake did not start.
    #[error("cannot start the fake: {0}")]
    Fake(#[source] StartError),
    /// A server's runtime or port cannot be had.
    #[error("cannot start a server: {0}")]
    Start(#[source] io::Error),
    /// A server ended by itself.
    #[error("a server ended before it was told to")]
    Ended,
    /// The fake does not answer as it should, or nothing that can be repeated.
    #[error("{case}: the fake answered status {status}")]
    BadAnswer {
        /// In which case.
        case: &'static str,
        /// The status.
        status: u16,
    },
    /// The servers do not do the same.
    #[error("{case}: the answers of the fake and of the bare server differ in their {part}")]
    Differ {
        /// In which case.
        case: &'static str,
        /// What is different.
        part: &'static str,
    },
    /// A request got no answer.
    #[error("{case}: {source}")]
    Load {
        /// In which case.
        case: String,
        /// The system's reason.
        source: io::Error,
    },
}
