//! The progress of a run, live on stderr.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::terminal::Live;

/// A progress bar on stderr, shared by the threads of all workers.
#[derive(Debug)]
pub struct Progress {
    bar: Live,
    failed: AtomicUsize,
}

impl Progress {
    /// A bar for `total` scenarios; nothing is drawn unless it is `visible`.
    #[must_use]
    pub fn new(total: usize, visible: bool) -> Self {
        let bar = Live::bar(total as u64, visible);
        Self { bar, failed: AtomicUsize::new(0) }
    }

    /// Counts a scenario that has ended.
    pub fn done(&self, scenario_id: &str, failed: bool) {
        let failed = self.failed.fetch_add(usize::from(failed), Ordering::Relaxed) + usize::from(failed);
        let failed = if failed == 0 { String::new() } else { format!(", {failed} failed") };
        self.bar.says(&format!("{failed}, last {scenario_id}"));
        self.bar.inc(1);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_report_from_their_threads() {
        let progress = Progress::new(40, false);
        std::thread::scope(|scope| {
            for worker in 0..4 {
                let progress = &progress;
                scope.spawn(move || (0..10).for_each(|case| progress.done("wait/polls", case < worker)));
            }
        });
        assert_eq!(progress.bar.position(), 40);
        assert_eq!(progress.failed.load(Ordering::Relaxed), 6);
        progress.finish();
        assert!(progress.bar.is_finished());
    }
}
