//! The signals that would end `slymock`. They are caught if there is work to do before the end; `exec` also
//! finds out which of them its child has already.
//!
//! A terminal sends Ctrl-C to the whole process group, including the child; the sender is then the kernel,
//! and the signal is not forwarded. A signal from a process usually goes to us alone, so it is forwarded. If
//! a process signals the whole group, the child gets the signal twice: a signal does not show its addressee,
//! and macOS does not report the kernel as the sender.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::{SignalOnly, WithOrigin};
use signal_hook::low_level::emulate_default_handler;
use signal_hook::low_level::siginfo::Cause;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
/// The time from the first signal after which Ctrl-C counts as a second one. Some launchers forward the
/// Ctrl-C that the terminal sends anyway, so one key press can arrive as two signals.
const SECOND: Duration = Duration::from_millis(500);

/// Catches SIGHUP, SIGINT and SIGTERM from now on; the future is ready at the first of them. A SIGINT at
/// least [`SECOND`] later ends the process at once. SIGQUIT keeps its default action.
///
/// A second SIGHUP or SIGTERM does not: when a terminal is closed, both the kernel and the shell send SIGHUP,
/// and `timeout` sends SIGTERM twice.
pub(crate) fn until_told() -> io::Result<impl Future<Output = ()>> {
    // SIGHUP stays ignored under `nohup`. If the system does not show ignored signals, SIGHUP keeps its
    // default.
    let hang_up = ignored().filter(|ignored| !is_in(*ignored, SIGHUP)).map(|_| SIGHUP);
    let mut signals = SignalsInfo::<SignalOnly>::new([SIGINT, SIGTERM].into_iter().chain(hang_up))?;
    let (tell, told) = oneshot::channel();
    thread::spawn(move || {
        let mut coming = signals.forever();
        coming.next();
        let first = Instant::now();
        let _ = tell.send(());
        let mut impatient = coming.filter(|signal| *signal == SIGINT && first.elapsed() >= SECOND);
        if impatient.next().is_some() {
            let _ = emulate_default_handler(SIGINT);
        }
    });
    Ok(async {
        let _ = told.await;
    })
}

/// Makes a write beyond the file size limit fail with an error instead of ending the process by SIGXFSZ.
pub(crate) fn outlive_full_files() {
    if !is_in(ignored().unwrap_or(0), SIGXFSZ) {
        // A handler, because an ignored signal would be inherited by child processes.
        let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    }
}

/// Caught signals, each with its sender.
pub(crate) struct Signals(SignalsInfo<WithOrigin>);

impl Signals {
    /// Catches the signals that end a process. A signal that was ignored at our start, as by `nohup`, stays
    /// ignored, so that the child inherits that.
    pub(crate) fn catch() -> io::Result<Self> {
        let ignored = ignored().unwrap_or(0);
        let ending = ENDING.into_iter().filter(|signal| !is_in(ignored, *signal));
        SignalsInfo::new(ending).map(Self)
    }

    /// At the first signal runs `last` and then ends this process as that signal would have.
    pub(crate) fn end_after(mut self, last: fn()) {
        thread::spawn(move || {
            if let Some(origin) = self.0.forever().next() {
                last();
                let _ = emulate_default_handler(origin.signal);
            }
        });
    }

    /// The signals that have arrived so far. A child that is started later has none of them.
    pub(crate) fn so_far(&mut self) -> Vec<i32> {
        self.0.pending().map(|origin| origin.signal).collect()
    }

    /// A channel of the signals from now on that the child has not received itself.
    pub(crate) fn for_child(mut self) -> UnboundedReceiver<i32> {
        let (sender, receiver) = unbounded_channel();
        thread::spawn(move || {
            let for_child = self.0.forever().filter(|origin| origin.cause != Cause::Kernel);
            // Ends when the receiver is dropped, or with the process.
            let _ = for_child.map(|origin| origin.signal).try_for_each(|signal| sender.send(signal));
        });
        receiver
    }
}

/// The signals that this process ignores, signal N as bit N - 1; `None` without Linux's /proc.
fn ignored() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(ignored.trim(), 16).ok()
}

fn is_in(signals: u64, signal: i32) -> bool {
    signals >> (signal - 1) & 1 == 1
}

#[cfg(test)]
mod tests {
    use signal_hook::low_level::raise;

    use super::*;

    #[test]
    fn what_came_before_the_child_is_not_lost() {
        let mut signals = Signals::catch().unwrap();
        // SIGTERM, because `nohup` or a background job may have made us ignore the others.
        raise(SIGTERM).unwrap();
        assert_eq!(signals.so_far(), [SIGTERM]);
        let mut later = signals.for_child();
        raise(SIGTERM).unwrap();
        assert_eq!(later.blocking_recv(), Some(SIGTERM));
    }
}
