//! Waiting for a status of a task.

use std::time::Duration;

use crate::quirk::Quirk;
use crate::{Client, Error, Status};

/// Limits of [`Client::wait`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitOptions {
    /// Maximum number of polls, 1 or more; 999 by default.
    pub attempts: Option<u32>,
    /// Pause between two polls; 1 s by default.
    pub pause: Option<Duration>,
}

impl Client {
    /// Waits until the task has the target status. Returns `true` when it has, and `false` when it is
    /// finished, deployed or stopped instead. A failed poll is retried like any request, without
    /// counting as a further poll.
    ///
    /// # Errors
    ///
    /// [`Error::TaskFailed`] when the task ended with an error and `error` is not the target,
    /// [`Error::WaitTimeout`] when the polls are used up, [`Error::InvalidArgument`] for 0 attempts,
    /// otherwise as [`Client::status`].
    pub async fn wait(&self, id: u64, target: Status, options: WaitOptions) -> Result<bool, Error> {
        let attempts = options.attempts.unwrap_or(999);
        let pause = options.pause.unwrap_or(Duration::from_secs(1));
        self.inner.quirks.forget();
        let mut attempt = 0;
        while attempt < attempts {
            let last = self.status(id).await?;
            let ended = last == target || !self.inner.has(Quirk::WaitPastTheEnd);
            if let Some(outcome) = outcome(id, last, target).filter(|_| ended) {
                return outcome;
            }
            attempt += 1;
            if attempt == attempts && self.inner.has(Quirk::PauseAfterTheLastPoll) {
                self.inner.sleeper.sleep(pause).await;
            }
            if attempt == attempts {
                return Err(Error::WaitTimeout { id, target, attempts, last });
            }
            self.inner.sleeper.sleep(self.inner.quirks.poll_pause(pause)).await;
        }
        Err(Error::argument("waiting needs at least one attempt"))
    }
}

/// The result of a wait for `target` at this status; `None` while the task may still reach it.
fn outcome(id: u64, status: Status, target: Status) -> Option<Result<bool, Error>> {
    match status {
        reached if reached == target => Some(Ok(true)),
        Status::Error => Some(Err(Error::TaskFailed { id: Some(id) })),
        Status::Finished | Status::Deployed | Status::Stopped => Some(Ok(false)),
        Status::Queued | Status::Consumed | Status::Started | Status::Terminating => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_meaning_for_every_target() {
        for target in Status::ALL {
            for status in Status::ALL {
                let seen = outcome(7, status, target);
                match status.as_str() {
                    _ if status == target => assert!(matches!(seen, Some(Ok(true)))),
                    "error" => assert!(matches!(seen, Some(Err(Error::TaskFailed { id: Some(7) })))),
                    "finished" | "deployed" | "stopped" => assert!(matches!(seen, Some(Ok(false)))),
                    _ => assert!(seen.is_none()),
                }
            }
        }
    }
}
