//! The extent of a bench, and its progress callback.

use std::path::Path;

/// The extent of a bench.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Pairs of rounds per case, 1 to [`ROUNDS_MAX`](super::ROUNDS_MAX). One more pair warms up and
    /// is not counted.
    pub rounds: usize,
    /// Requests per round, 1 to [`REQUESTS_MAX`](super::REQUESTS_MAX).
    pub requests: usize,
    /// Path of the program itself, which measures worlds of up to this many rows in separate
    /// processes; absent if they are not measured.
    pub scale: Option<(&'a Path, u64)>,
}

/// Called when a pair of rounds begins, with the name of the case and the number of the pair; 0 is
/// the warm-up.
pub type Progress<'a> = dyn FnMut(&str, usize) + Send + 'a;
