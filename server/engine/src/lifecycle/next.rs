//! The lifecycle of tasks that clients have not started yet.

use std::sync::Arc;

use super::stages::Lifecycle;

/// Maximum number of entries that wait in a world.
pub(crate) const NEXT_MAX: usize = 1_000;
/// Maximum number of tasks of one entry.
pub(crate) const TIMES_MAX: u64 = 1_000_000;

/// The lifecycle of the next tasks.
#[derive(Clone, Debug)]
pub struct NextTasks {
    /// Lifecycle that they follow.
    pub lifecycle: Arc<Lifecycle>,
    /// Number of tasks; 1 or more.
    pub times: u64,
}

/// The reason why a number of tasks is refused; `None` if it is not.
pub(crate) fn wrong_times(times: u64) -> Option<String> {
    (!(1..=TIMES_MAX).contains(&times)).then(|| format!("must be between 1 and {TIMES_MAX}"))
}
