//! The signals that would end `slymock exec` or `slymock check`: caught, and for `exec` told apart by whether the
//! child has them already.
//!
//! A terminal sends Ctrl-C to the whole process group, the child included; the kernel is the sender then. A
//! process sends a signal to us alone, so it is handed on. Who sends one to the whole group from a process
//! reaches the child twice: nothing in a signal tells that apart, nor does macOS name the kernel.

use std::{fs, io, thread};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::emulate_default_handler;
use signal_hook::low_level::siginfo::Cause;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// Signals that end us no more, each with its sender.
pub(crate) struct Signals(SignalsInfo<WithOrigin>);

impl Signals {
    /// Catches them from now on. One that we were started to ignore, as `nohup` does, stays ignored, or the
    /// child would not inherit that.
    pub(crate) fn catch() -> io::Result<Self> {
        let ignored = ignored();
        let ending = ENDING.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
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

/// The signals that this process ignores, a bit each from 1 up; none where the system does not tell.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0)
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
