//! The CPU clock of a thread: how long it has been computing, in user and kernel code, waiting left out.
//! And on which CPU it does so.

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

/// Keeps the calling thread, and those it starts, on the CPU it is on; returns whether it will stay.
///
/// Client and server take turns, and waking a thread on another CPU may cost more than an answer does.
/// Left alone, the scheduler has them together for some rounds and apart for others.
#[cfg(target_os = "linux")]
pub(super) fn stay_on_this_one() -> bool {
    use rustix::thread::{CpuSet, sched_getcpu, sched_setaffinity};

    let (mut here, cpu) = (CpuSet::new(), sched_getcpu());
    if cpu >= CpuSet::MAX_CPU {
        return false;
    }
    here.set(cpu);
    sched_setaffinity(None, &here).is_ok()
}

/// Returns whether the calling thread stays on one CPU: here it goes where the system puts it.
#[cfg(not(target_os = "linux"))]
pub(super) fn stay_on_this_one() -> bool {
    false
}
