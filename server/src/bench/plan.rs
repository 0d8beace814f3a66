//! How much is measured, and who is told of it.

use std::path::Path;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Pairs of rounds of each case, at most [`ROUNDS_MAX`](super::ROUNDS_MAX); one more pair warms up.
    pub rounds: usize,
    /// Requests of each round, at most [`REQUESTS_MAX`](super::REQUESTS_MAX).
    pub requests: usize,
    /// The program itself, which measures worlds of up to so many rows in processes of their own; nothing where these are
    /// not asked for.
    pub scale: Option<(&'a Path, u64)>,
}

/// Who is told the name of a case and the number of its pair of rounds that begins, 0 for the one that
/// warms up.
pub type Progress<'a> = dyn FnMut(&str, usize) + Send + 'a;
