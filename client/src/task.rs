//! A task as the API shows it.

use serde::Deserialize;

/// A task's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
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

/// What `tasks.info` tells of a task, as far as this client reads it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskInfo {
    /// Its id.
    pub id: u64,
    /// Its workspace.
    pub workspace_id: u64,
    /// Its type, such as `app`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its status.
    pub status: Status,
}
