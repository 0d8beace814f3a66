//! What belongs to a task but not into its row, so that writing a log line or a field drops no
//! rendered bytes: logs, app data, uploaded files, the answers of its app.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::TaskId;
use crate::reply::Object;

/// What belongs to tasks beside their rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Records {
    /// Log lines, oldest first.
    pub(crate) logs: OrdMap<TaskId, Vector<LogLine>>,
    /// The app's document: what `tasks.data.set` and `tasks.app-v2.data.set` write.
    pub(crate) data: OrdMap<TaskId, Arc<Value>>,
    /// Uploaded files by task and path.
    pub(crate) files: OrdMap<TaskFile, Arc<str>>,
    /// Who answers requests to the task's app.
    pub(crate) replies: OrdMap<TaskId, Arc<AppReplies>>,
}

/// One uploaded file of a task: its task and path. The value beside it is its hash.
pub(crate) type TaskFile = (TaskId, Arc<str>);

/// One log line, as `tasks.log.download` shows it: the sender's keys, with `timestamp` and `task_id`
/// set by the world.
pub type LogLine = Arc<Object>;

/// Who answers the requests to a task's app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppReplies {
    /// Canned answers by command.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub replies: Object,
    /// Where a real app listens; it answers whatever has no canned answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_to: Option<String>,
}
