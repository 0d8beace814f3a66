//! The CPU clock of a thread: how long it has been computing, in user and kernel code, waiting left out.

use std::time::Duration;

/// What the calling thread's CPU clock shows; `None` where the system has no such clock.
#[cfg(unix)]
pub(super) fn of_this_thread() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).ok()
}

/// What the calling thread's CPU clock shows; `None` where the system has no such clock.
#[cfg(not(unix))]
pub(super) fn of_this_thread() -> Option<Duration> {
    None
}
