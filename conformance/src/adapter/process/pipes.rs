//! The pipes of an adapter: lines to its stdin, lines from its stdout, and the tail of its stderr.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::group::Group;
use crate::adapter::Say;
use crate::protocol::{FromAdapter, Statement, VERSION};

/// Maximum size of a line, and of stderr in one scenario, in MiB and in bytes.
const MIB_MAX: u64 = 16;
const BYTES_MAX: u64 = MIB_MAX << 20;
/// Maximum size of all lines in one scenario in MiB.
const SAID_MIB_MAX: u64 = 64;
/// Bytes of stderr that are kept.
const KEPT: usize = 16 << 10;
/// Lines of stderr that are shown.
const LINES: usize = 5;
/// Characters of an invalid line that are shown.
const SHOWN: usize = 200;
/// Time limit for a process to end, and for its stderr to be read, after it has closed its stdout.
const PARTING: Duration = Duration::from_millis(500);

/// The stderr of an adapter.
#[derive(Default)]
pub(super) struct Stderr {
    kept: Mutex<VecDeque<u8>>,
    /// Bytes received in this scenario.
    count: AtomicU64,
}

impl Stderr {
    /// Restarts the count for a new scenario.
    pub(super) fn begin_anew(&self) {
        self.count.store(0, Ordering::Relaxed);
    }

    /// Keeps the tail of what was received; true if the scenario has exceeded its limit.
    fn take(&self, bytes: &[u8]) -> bool {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(bytes);
        let over = kept.len().saturating_sub(KEPT);
        kept.drain(..over);
        self.count.fetch_add(bytes.len() as u64, Ordering::Relaxed) + bytes.len() as u64 > BYTES_MAX
    }

    /// The last non-empty lines, if there are any.
    pub(super) fn last_lines(&self) -> Option<String> {
        let bytes: Vec<u8> =
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(LINES)..];
        (!last.is_empty()).then(|| last.join(" / "))
    }
}

/// Writes lines until the channel closes or the reader is gone.
pub(super) async fn write(mut stdin: ChildStdin, mut lines: UnboundedReceiver<String>) {
    while let Some(line) = lines.recv().await {
        if stdin.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Reads stderr to its end, even beyond the limit, so that the process never blocks on a full pipe.
pub(super) async fn drain(mut pipe: ChildStderr, stderr: std::sync::Arc<Stderr>, say: Say) {
    let (mut buffer, mut told) = ([0; 8192], false);
    while let Ok(size @ 1..) = pipe.read(&mut buffer).await {
        if stderr.take(&buffer[..size]) && !told {
            told = true;
            say(
                "",
                Statement::Trouble(format!(
                    "the adapter floods stderr: more than {MIB_MAX} MiB in one scenario"
                )),
            );
        }
    }
}

/// Passes the lines of stdout on until its end or the first invalid line; returns the error of that line.
pub(super) async fn read(stdout: ChildStdout, said: &AtomicU64, say: &Say) -> Option<String> {
    let mut reader = BufReader::new(stdout);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut reader).take(BYTES_MAX).read_until(b'\n', &mut line).await;
        match read {
            Ok(0) | Err(_) => return None,
            Ok(_) if line.len() as u64 == BYTES_MAX => {
                return Some(format!("the adapter sent a line of more than {MIB_MAX} MiB"));
            }
            Ok(_) => {}
        }
        let size = line.len() as u64;
        if said.fetch_add(size, Ordering::Relaxed) + size > SAID_MIB_MAX << 20 {
            return Some(format!("the adapter floods stdout: more than {SAID_MIB_MAX} MiB in one scenario"));
        }
        match message(&line) {
            Ok(message) => {
                let (lane, said) = message.said();
                say(&lane, said);
            }
            Err(why) => return Some(why),
        }
    }
}

fn message(line: &[u8]) -> Result<FromAdapter, String> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\r', '\n']);
    let message =
        std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned()).and_then(FromAdapter::read);
    let message = message.map_err(|why| {
        let shown: String = text.chars().take(SHOWN).collect();
        format!("the adapter sent {shown:?}, which is not a line of the protocol: {why}")
    })?;
    match &message {
        FromAdapter::Hello { proto, .. } if !proto.contains(&VERSION) => {
            Err(format!("the adapter supports the protocol versions {proto:?}; the kit needs {VERSION}"))
        }
        _ => Ok(message),
    }
}

/// Describes how an adapter that closed its stdout ended.
pub(super) async fn parting(group: &Group, drained: JoinHandle<()>) -> String {
    let _ = timeout(PARTING, drained).await;
    let ended = async {
        loop {
            if let Some((how, _)) = group.ended() {
                return how;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    let how = timeout(PARTING, ended).await;
    how.map_or_else(|_| "the adapter closed its stdout".to_owned(), |how| format!("the adapter {how}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_stderr_the_last_lines_are_kept() {
        let stderr = Stderr::default();
        assert_eq!(stderr.last_lines(), None);
        for number in 0..10_000 {
            stderr.take(format!("line {number}\n\n").as_bytes());
        }
        let last = "line 9995 / line 9996 / line 9997 / line 9998 / line 9999";
        assert_eq!(stderr.last_lines().as_deref(), Some(last));
        assert!(stderr.kept.lock().unwrap().len() <= KEPT);
    }

    #[test]
    fn too_much_of_stderr_is_counted_by_scenario() {
        let stderr = Stderr::default();
        let mib = vec![b'x'; 1 << 20];
        assert!(!(0..16).any(|_| stderr.take(&mib)));
        assert!(stderr.take(b"x"));
        stderr.begin_anew();
        assert!(!stderr.take(&mib));
    }

    #[test]
    fn a_line_that_is_none_is_shown_with_what_is_wrong_with_it() {
        let why = |line: &[u8]| message(line).unwrap_err();
        assert!(
            why(b"Traceback\n")
                .starts_with("the adapter sent \"Traceback\", which is not a line of the protocol:")
        );
        assert!(why(b"{\"t\":\"result\",\"id\":1,\"lane\":\"main\"}\n").contains("needs one of `return`"));
        assert!(why(b"{\"t\":\"sleep\",\"lane\":\"main\",\"ms\":1,\"mss\":2}\n").contains("mss"));
        assert!(why(b"\xff\n").contains("it is not UTF-8"));
        let hello = br#"{"t":"hello","proto":[2],"client":{"name":"a","version":"1","language":"c"},"ops":[],"clock":[]}"#;
        assert_eq!(why(hello), "the adapter supports the protocol versions [2]; the kit needs 1");
    }
}
