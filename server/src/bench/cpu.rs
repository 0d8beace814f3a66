//! The CPU clock of a thread: its time of computing, in user and kernel code, without waiting. And
//! pinning a thread to its CPU.

use std::fs::File;
use std::time::Duration;

/// The CPU clock of a thread, readable by other threads without waking it.
pub(super) struct Clock(
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "other systems have no such file"))] File,
);

impl Clock {
    /// The clock of the calling thread; `None` if the system has none.
    #[cfg(target_os = "linux")]
    pub(super) fn of_this_thread() -> Option<Self> {
        let clock = Self(File::open("/proc/thread-self/schedstat").ok()?);
        clock.read().filter(|time| !time.is_zero()).map(|_| clock)
    }

    /// The clock of the calling thread; `None` if the system has none.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn of_this_thread() -> Option<Self> {
        None
    }

    /// CPU time of its thread. It is exact while the thread waits, and up to some milliseconds late
    /// while it computes.
    #[cfg(target_os = "linux")]
    pub(super) fn read(&self) -> Option<Duration> {
        use std::os::unix::fs::FileExt as _;

        let mut text = [0; 64];
        let length = self.0.read_at(&mut text, 0).ok()?;
        let nanos = std::str::from_utf8(&text[..length]).ok()?.split(' ').next()?.parse().ok()?;
        Some(Duration::from_nanos(nanos))
    }

    /// CPU time of its thread.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn read(&self) -> Option<Duration> {
        None
    }
}

/// CPU time of the calling thread; `None` if the system has no such clock.
#[cfg(unix)]
pub(super) fn of_this_thread() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).ok()
}

/// CPU time of the calling thread; `None` if the system has no such clock.
#[cfg(not(unix))]
pub(super) fn of_this_thread() -> Option<Duration> {
    None
}

/// Keeps the calling thread, and those it starts, on its present CPU. Returns true on success.
///
/// Client and server take turns, and waking a thread on another CPU may cost more than a response.
/// Otherwise the scheduler puts them together in some rounds and apart in others.
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

/// Returns false: here the system chooses the CPU.
#[cfg(not(target_os = "linux"))]
pub(super) fn stay_on_this_one() -> bool {
    false
}
