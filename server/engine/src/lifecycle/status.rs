//! The eight statuses of a task, and the legal moves between them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Status of a task, as `TaskApi.Status` names it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The task waits for an agent.
    #[default]
    Queued,
    /// An agent has taken the task.
    Consumed,
    /// The task runs.
    Started,
    /// The task serves a model and takes requests until it is stopped.
    Deployed,
    /// The task ended with an error.
    Error,
    /// The task ended without an error.
    Finished,
    /// The task was asked to stop and has not stopped yet.
    Terminating,
    /// The task was stopped.
    Stopped,
}

use Status::{Consumed, Deployed, Error, Finished, Queued, Started, Stopped, Terminating};

/// Legal moves between statuses in a lifecycle. Work only goes forward; a stage may be followed by another
/// one with the same status; nothing follows `finished`, `error` and `stopped`.
pub const LEGAL_MOVES: &[(Status, &[Status])] = &[
    (Queued, &[Queued, Consumed, Started, Deployed, Error, Finished, Terminating, Stopped]),
    (Consumed, &[Consumed, Started, Deployed, Error, Finished, Terminating, Stopped]),
    (Started, &[Started, Deployed, Error, Finished, Terminating, Stopped]),
    (Deployed, &[Deployed, Error, Terminating, Stopped]),
    (Terminating, &[Terminating, Error, Stopped]),
    (Error, &[]),
    (Finished, &[]),
    (Stopped, &[]),
];

/// Returns true if `next` may follow `status` in a lifecycle.
#[must_use]
pub fn may_follow(status: Status, next: Status) -> bool {
    LEGAL_MOVES.iter().any(|(from, to)| *from == status && to.contains(&next))
}

impl Status {
    /// All statuses, in the order of a task's life.
    pub const ALL: [Self; 8] = [Queued, Consumed, Started, Deployed, Error, Finished, Terminating, Stopped];

    /// The names of [`Status::ALL`] on the wire.
    pub const NAMES: &'static [&'static str] =
        &["queued", "consumed", "started", "deployed", "error", "finished", "terminating", "stopped"];

    /// Returns the name of the status on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Queued => "queued",
            Consumed => "consumed",
            Started => "started",
            Deployed => "deployed",
            Error => "error",
            Finished => "finished",
            Terminating => "terminating",
            Stopped => "stopped",
        }
    }

    /// Returns true if nothing follows: `finished`, `error`, `stopped`.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Error | Finished | Stopped)
    }

    /// Returns true if the task has ended or is about to: a terminal status, or `terminating`.
    #[must_use]
    pub fn is_ending(self) -> bool {
        self.is_terminal() || self == Terminating
    }

    /// Returns true if the task's app takes requests: `started`, `deployed`.
    #[must_use]
    pub fn is_running(self) -> bool {
        matches!(self, Started | Deployed)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
