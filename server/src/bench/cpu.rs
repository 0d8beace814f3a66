//! The CPU clock of a thread: how long it has been computing, in user and kernel code, waiting left out.
//! And on which CPU it does so.

use std::fs::File;
use std::time::Duration;

/// The CPU clock of a thread, which other threads may look at without waking it.
pub(super) struct Clock(
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is none"))] File,
);

impl Clock {
    /// That of the calling thread; `None` where the system shows none.
    #[cfg(target_os = "linux")]
    pub(super) fn of_this_thread() -> Option<Self> {
        let clock = Self(File::open("/proc/thread-self/schedstat").ok()?);
        clock.read().filter(|time| !time.is_zero()).map(|_| clock)
    }

    /// That of the calling thread; `None` where the system shows none.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn of_this_thread() -> Option<Self> {
        None
    }

    /// What it shows while its thread waits; of a thread that computes it may be some milliseconds behind.
    #[cfg(target_os = "linux")]
    pub(super) fn read(&self) -> Option<Duration> {
        use std::os::unix::fs::FileExt as _;

        let mut text = [0; 64];
        let length = self.0.read_at(&mut text, 0).ok()?;
        let nanos = std::str::from_utf8(&text[..length]).ok()?.split(' ').next()?.parse().ok()?;
        Some(Duration::from_nanos(nanos))
    }

    /// What it shows.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn read(&self) -> Option<Duration> {
        None
    }
}

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
