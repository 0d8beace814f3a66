//! Errors of a bench, and the limits on rounds and requests.

use std::io;

use crate::http::rejection::Rejection;
use crate::server::StartError;

/// Maximum number of pairs of rounds of a case.
pub const ROUNDS_MAX: usize = 100;
/// Maximum number of requests of a round. Each new connection occupies a port for a while, and
/// there are about 28,000.
pub const REQUESTS_MAX: usize = 20_000;
/// The reason why a bench has no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The system has no clock to measure with.
    #[error("this system has no CPU clock per thread")]
    NoClock,
    /// The clock is too coarse for so few requests.
    #[error("the CPU clock did not advance during {requests} requests; use more requests")]
    ClockStood {
        /// Number of requests in a round.
        requests: usize,
    },
    /// The number of rounds or requests is out of range.
    #[error(
        "{rounds} rounds of {requests} requests: rounds must be 1 to {ROUNDS_MAX}, requests 1 to {REQUESTS_MAX}"
    )]
    BadPlan {
        /// The rounds asked for.
        rounds: usize,
        /// The requests of each round asked for.
        requests: usize,
    },
    /// The world is invalid.
    #[error("cannot make the world: {0}")]
    World(#[source] Rejection),
    /// The world's fixture cannot be read.
    #[error("cannot read the world: {0}")]
    Unread(String),
    /// A part that is measured in its own process failed.
    #[error("a part of the bench failed: {0}")]
    Part(String),
    /// The fake did not start.
    #[error("cannot start the fake: {0}")]
    Fake(#[source] StartError),
    /// A server's runtime or port is not available.
    #[error("cannot start a server: {0}")]
    Start(#[source] io::Error),
    /// A server ended too early.
    #[error("a server ended before it was stopped")]
    Ended,
    /// The fake returned an unexpected status.
    #[error("{case}: the fake returned status {status}")]
    BadAnswer {
        /// The case.
        case: &'static str,
        /// The status that the fake returned.
        status: u16,
    },
    /// The two servers return different responses.
    #[error("{case}: the responses of the fake and of the bare server differ in their {part}")]
    Differ {
        /// The case.
        case: &'static str,
        /// The part that differs: status, headers or body.
        part: &'static str,
    },
    /// A request failed.
    #[error("{case}: {source}")]
    Load {
        /// The case.
        case: String,
        /// The error of the system.
        source: io::Error,
    },
}
