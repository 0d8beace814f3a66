//! The eight statuses and which may follow which.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A task's status, as `TaskApi.Status` names them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Waits for an agent.
    #[default]
    Queued,
    /// An agent took it.
    Consumed,
    /// It runs.
    Started,
    /// A served model that takes requests; lasts until it is stopped.
    Deployed,
    /// It ended with an error.
    Error,
    /// It ended well.
    Finished,
    /// It was asked to stop and has not yet stopped.
    Terminating,
    /// It was stopped.
    Stopped,
}

use Status::{Consumed, Deployed, Error, Finished, Queued, Started, Stopped, Terminating};

/// Which statuses may follow which in a lifecycle. Work goes forward only; a stage may be followed by
/// another of the same status; `finished`, `error` and `stopped` are followed by nothing.
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

/// Whether `next` may follow `status` in a lifecycle.
#[must_use]
pub fn may_follow(status: Status, next: Status) -> bool {
    LEGAL_MOVES.iter().any(|(from, to)| *from == status && to.contains(&next))
}

impl Status {
    /// All statuses, in the order a life shows them.
    pub const ALL: [Self; 8] = [Queued, Consumed, Started, Deployed, Error, Finished, Terminating, Stopped];

    /// The names of [`Status::ALL`], as on the wire.
    pub const NAMES: &'static [&'static str] =
        &["queued", "consumed", "started", "deployed", "error", "finished", "terminating", "stopped"];

    /// The status as on the wire.
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

    /// Whether nothing follows: `finished`, `error`, `stopped`.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Error | Finished | Stopped)
    }

    /// Whether it has ended or is about to: a terminal status, or `terminating`.
    #[must_use]
    pub fn is_ending(self) -> bool {
        self.is_terminal() || self == Terminating
    }

    /// Whether the task's app takes requests: `started`, `deployed`.
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
