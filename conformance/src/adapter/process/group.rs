//! A process and its descendants, in a process group of their own, so that none of them is left running.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};

/// Interval and maximum number of checks after a kill. A process that cannot be killed is left alone.
const LOOK: Duration = Duration::from_millis(2);
const LOOKS: usize = 500;

/// The running groups, for [`kill_all`].
static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// A process that leads its own group. It is reaped only after the kill, so that its process id cannot belong
/// to another process while it may still be killed.
pub(super) struct Group {
    leader: Mutex<Leader>,
    pid: Pid,
}

enum Leader {
    /// Running, or ended and not yet reaped.
    Unreaped(Child),
    /// Reaped. The ending is kept, because a process that ended by itself must not be reported as killed
    /// later.
    Reaped(Ending),
}

/// Description of how a process ended, and true if it ended well.
type Ending = (String, bool);

/// The parent's ends of the pipes.
pub(super) struct Pipes {
    pub(super) stdin: ChildStdin,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

impl Group {
    pub(super) fn start(mut command: Command) -> io::Result<(Self, Pipes)> {
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut groups = groups();
        let mut leader = command.spawn()?;
        let (stdin, stdout, stderr) = (leader.stdin.take(), leader.stdout.take(), leader.stderr.take());
        let pid = Pid::from_child(&leader);
        groups.insert(pid.as_raw_nonzero().get());
        drop(groups);
        let group = Self { leader: Mutex::new(Leader::Unreaped(leader)), pid };
        let none = || io::Error::other("it has no pipes");
        let pipes = Pipes {
            stdin: ChildStdin::from_std(stdin.ok_or_else(none)?)?,
            stdout: ChildStdout::from_std(stdout.ok_or_else(none)?)?,
            stderr: ChildStderr::from_std(stderr.ok_or_else(none)?)?,
        };
        Ok((group, pipes))
    }

    /// How the leader ended, if it has.
    pub(super) fn ended(&self) -> Option<Ending> {
        match &*self.leader() {
            Leader::Unreaped(_) => self.ended_by_itself(),
            Leader::Reaped(ending) => Some(ending.clone()),
        }
    }

    /// How an unreaped leader ended, if it has. This does not reap it.
    fn ended_by_itself(&self) -> Option<Ending> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let status = waitid(WaitId::Pid(self.pid), options).ok()??;
        Some(ending(status.exit_status(), status.terminating_signal()))
    }

    /// True if one of its threads is running, ready to run, or waiting for a disk.
    pub(super) fn is_busy(&self) -> bool {
        let group = self.pid.as_raw_nonzero().get().to_string();
        let Ok(processes) = fs::read_dir("/proc") else { return false };
        let of_group = |stat: &str| fields(stat).is_some_and(|(_, of)| of == group);
        let works = |stat: &str| fields(stat).is_some_and(|(state, _)| matches!(state, "R" | "D"));
        processes.filter_map(Result::ok).any(|process| {
            let path = process.path();
            fs::read_to_string(path.join("stat")).is_ok_and(|stat| of_group(&stat))
                && fs::read_dir(path.join("task")).is_ok_and(|mut threads| {
                    threads.any(|thread| {
                        thread
                            .and_then(|thread| fs::read_to_string(thread.path().join("stat")))
                            .is_ok_and(|stat| works(&stat))
                    })
                })
        })
    }

    /// Kills and reaps everything that is left of the group.
    pub(super) fn kill(&self) {
        let mut leader = self.leader();
        let Leader::Unreaped(child) = &mut *leader else { return };
        let before = self.ended_by_itself();
        let _ = kill_process_group(self.pid, Signal::KILL);
        // The leader may have left its group.
        let _ = child.kill();
        let mut looks = 0..LOOKS;
        let mut look = || child.try_wait().ok().flatten();
        let mut status = look();
        while status.is_none() && looks.next().is_some() {
            thread::sleep(LOOK);
            status = look();
        }
        groups().remove(&self.pid.as_raw_nonzero().get());
        // The leader may have ended by itself before the signal arrived.
        let code = status.and_then(|status| status.code()).map(|code| ending(Some(code), None));
        *leader = Leader::Reaped(before.or(code).unwrap_or_else(|| ("was killed".to_owned(), false)));
    }

    fn leader(&self) -> MutexGuard<'_, Leader> {
        self.leader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Describes an ending by its exit code or signal.
fn ending(code: Option<i32>, signal: Option<i32>) -> Ending {
    let how = match (code, signal) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (_, Some(signal)) => format!("was ended by signal {signal}"),
        _ => "ended".to_owned(),
    };
    (how, code == Some(0))
}

/// Kills all adapters of this process, which is about to end itself. No adapter can be started afterwards.
pub fn kill_all() {
    // The lock is never released: every later start waits for it forever.
    let groups = groups();
    for group in groups.iter().copied().filter_map(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
        let _ = kill_process(group, Signal::KILL);
    }
    std::mem::forget(groups);
}

fn groups() -> MutexGuard<'static, BTreeSet<i32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// State and group in the text of `/proc/PID/stat`. The process name before them may contain any character.
fn fields(stat: &str) -> Option<(&str, &str)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?, fields.nth(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_that_ended_by_itself_was_not_killed() {
        let (group, pipes) = Group::start(shell("exit 3")).unwrap();
        drop(pipes);
        while group.ended().is_none() {
            thread::yield_now();
        }
        group.kill();
        assert_eq!(group.ended(), Some(("ended with exit code 3".to_owned(), false)));

        let (group, _pipes) = Group::start(shell("sleep 100")).unwrap();
        assert_eq!(group.ended(), None);
        group.kill();
        assert_eq!(group.ended(), Some(("was killed".to_owned(), false)));
    }

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn state_and_group_are_read_whatever_the_process_is_called() {
        assert_eq!(fields("12 (a) R 9 (b) S 1 77 77 0"), Some(("S", "77")));
        assert_eq!(fields("nothing"), None);
    }
}
