//! The statuses of a task. How one is read from text is in `task.rs`, above the errors of the client.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A task's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It waits for an agent.
    Queued,
    /// An agent took it.
    Consumed,
    /// It runs.
    Started,
    /// A served model that takes requests.
    Deployed,
    /// It ended with an error.
    Error,
    /// It ended well.
    Finished,
    /// It was asked to stop.
    Terminating,
    /// It was stopped.
    Stopped,
}

impl Status {
    /// Every status there is.
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

    /// The status as it stands on the wire.
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
