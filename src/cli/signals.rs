//! The signals that would end `slymock`: caught where there is something to do before, and for `exec` told apart by
//! whether the child has them already.
//!
//! A terminal sends Ctrl-C to the whole process group, the child included; the kernel is the sender then. A
//! process sends a signal to us alone, so it is handed on. Who sends one to the whole group from a process
//! reaches the child twice: nothing in a signal tells that apart, nor does macOS name the kernel.

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
/// How long after the first signal Ctrl-C is a second one. Some programs that start others hand one signal on to
/// them beside the terminal, and there are two of it at once then.
const SECOND: Duration = Duration::from_millis(500);

/// The end of `slymock serve`, caught from now on: done with the first of SIGHUP, SIGINT and SIGTERM. Another SIGINT
/// after that ends the process at once. SIGQUIT does so by itself, always.
///
/// Who closes a terminal has both the kernel and the shell send SIGHUP, and `timeout` sends SIGTERM twice: none of
/// that is impatience.
pub(crate) fn until_told() -> io::Result<impl Future<Output = ()>> {
    // As under `nohup`; where the system does not tell whether we are, SIGHUP ends us as ever.
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

/// Has a write past the size that files may have here fail as any other, instead of ending the process.
pub(crate) fn outlive_full_files() {
    if !is_in(ignored().unwrap_or(0), SIGXFSZ) {
        // A handler, and not that it is ignored: a command that is started would inherit that.
        let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    }
}

/// Signals that end us no more, each with its sender.
pub(crate) struct Signals(SignalsInfo<WithOrigin>);

impl Signals {
    /// Catches them from now on. One that we were started to ignore, as `nohup` does, stays ignored, or the
    /// child would not inherit that.
    pub(crate) fn catch() -> io::Result<Self> {
        let ignored = ignored().unwrap_or(0);
        let ending = ENDING.into_iter().filter(|signal| !is_in(ignored, *signal));
        SignalsInfo::new(ending).map(Self)
    }

    /// Ends this process by the first that comes, as that would have, but not before something is done.
    pub(crate) fn end_after(mut self, last: fn()) {
        thread::spawn(move || {
            if let Some(origin) = self.0.forever().next() {
                last();
                let _ = emulate_default_handler(origin.signal);
            }
        });
    }

    /// Those that came so far. No child has them that is started from now on, whoever sent them.
    pub(crate) fn so_far(&mut self) -> Vec<i32> {
        self.0.pending().map(|origin| origin.signal).collect()
    }

    /// Those that come from now on and that the child has not got, as they come.
    pub(crate) fn for_child(mut self) -> UnboundedReceiver<i32> {
        let (sender, receiver) = unbounded_channel();
        thread::spawn(move || {
            let for_child = self.0.forever().filter(|origin| origin.cause != Cause::Kernel);
            // Ends when nobody receives any more, or with the process.
            let _ = for_child.map(|origin| origin.signal).try_for_each(|signal| sender.send(signal));
        });
        receiver
    }
}

/// The signals that this process ignores, a bit each from 1 up, where the system tells.
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
        // The one that neither `nohup` nor a shell's background job has us ignore.
        raise(SIGTERM).unwrap();
        assert_eq!(signals.so_far(), [SIGTERM]);
        let mut later = signals.for_child();
        raise(SIGTERM).unwrap();
        assert_eq!(later.blocking_recv(), Some(SIGTERM));
    }
}
