//! The statuses of a task. They are parsed in `task.rs`, because `error.rs` needs this module and
//! parsing needs errors.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A task's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The task waits for an agent.
    Queued,
    /// An agent has taken the task.
    Consumed,
    /// The task runs.
    Started,
    /// The task serves a model that takes requests.
    Deployed,
    /// The task ended with an error.
    Error,
    /// The task ended successfully.
    Finished,
    /// The task was asked to stop and has not ended.
    Terminating,
    /// The task was stopped.
    Stopped,
}

impl Status {
    /// All statuses.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Consumed,
        Self::Started,
        Self::Deployed,
        Self::Error,
        Self::Finished,
        Self::Terminating,
        Self::Stopped,
    ];

    /// The status as on the wire, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Consumed => "consumed",
            Self::Started => "started",
            Self::Deployed => "deployed",
            Self::Error => "error",
            Self::Finished => "finished",
            Self::Terminating => "terminating",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
