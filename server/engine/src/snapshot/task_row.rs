//! The form of a task in a fixture: its row and all its records in one object.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{AgentId, AppId, FIXTURE_ID_MAX, TaskId, UserId, WorkspaceId, count};
use crate::lifecycle::{LifecycleForm, Status};
use crate::reply::PackedJson;
use crate::tables::{AppReplies, Checkpoint, Edge, HASH, RestartPolicy, StatusChange, default_workspace};
use crate::time::Moment;

/// A task in a fixture. With `lifecycle` it starts in the stage that has its `status`, or in the first
/// stage if `status` is absent. With `status` alone it stays in that status. With neither it follows
/// the world's default lifecycle. Without `status`, on an agent that takes no tasks, it stays queued.
/// `stage` or `held` mean that it is already under way, as in snapshots.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskRow {
    /// Id of the task, unique in its world.
    pub id: TaskId,
    /// Id of its workspace; 23821 when absent.
    #[serde(default = "default_workspace")]
    pub workspace_id: WorkspaceId,
    /// Type of the task; `app`, bound to the first app, when absent.
    #[serde(rename = "type", default = "app")]
    pub kind: String,
    /// Id of its app; when absent, that in its `meta`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<AppId>,
    /// Status of the task; when absent, that of its stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// Time when it started; when absent, according to its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Moment>,
    /// Time when it ended; when absent, according to its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Moment>,
    /// Id of the user who started it; the token's user when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Id of its agent; no agent when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Its `meta`; when absent, made from its app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<PackedJson>,
    /// Its settings; `{}` when absent.
    #[serde(default)]
    pub settings: PackedJson,
    /// Its progress; null when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Value>,
    /// When the task is restarted; `never` when absent.
    #[serde(default)]
    pub restart_policy: RestartPolicy,
    /// Number of restarts so far; 0 when absent.
    #[serde(default)]
    pub restarts: u32,
    /// Lifecycle that it follows: a preset name or an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<LifecycleForm>")]
    pub lifecycle: Option<Value>,
    /// Index of its current stage, from 0, whose effects are already done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<usize>,
    /// True if it stays in its status, outside its lifecycle.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Time when its stage ends; only with `stage` or `held`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Moment>,
    /// Number of stages entered so far; 0 when absent.
    #[serde(default, deserialize_with = "count")]
    #[schemars(range(max = FIXTURE_ID_MAX))]
    pub events: u64,
    /// Number of training epochs that the world has simulated for it; 0 when absent.
    #[serde(default)]
    pub epochs: u32,
    /// Changes of its status so far, oldest first; those that follow are added. Only the newest 100 are
    /// kept; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<StatusChange>,
    /// Number of polls in its stage that have shown it; 0 when absent.
    #[serde(default)]
    pub shown: u32,
    /// Requests that an auto clock would take as repeats, because their last answer showed the task in
    /// its current stage; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen_by: Vec<String>,
    /// Time of the last request about it that a fault answered, on an auto clock; never when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glimpsed_at: Option<Moment>,
    /// Requests that a fault answered at that time; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub glimpsed_by: Vec<String>,
    /// Its log, oldest line first; empty when absent. Timestamps must rise: a line whose `timestamp` is
    /// not a moment, or is not later than the line before, gets one from the world and keeps its own as
    /// `ownTimestamp`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<PackedJson>,
    /// Data of its app; `{}` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// Its uploaded files; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<UploadRow>,
    /// Replies of its app, which come before those of the module and of the world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<AppReplies>,
    /// Its checkpoints, oldest first, with rising ids; when absent, those that its stages have saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoints: Option<Vec<Checkpoint>>,
    /// Its workflow: inputs and outputs; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflow: Vec<Edge>,
}

/// An uploaded file of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadRow {
    /// Path of the file, unique in its task.
    pub path: String,
    /// SHA-256 of its bytes, in base64: a key of `blobs`.
    #[schemars(regex(pattern = HASH))]
    pub hash: String,
}

impl UploadRow {
    pub(super) fn of((path, hash): (&str, &str)) -> Self {
        Self { path: path.to_owned(), hash: hash.to_owned() }
    }
}

fn app() -> String {
    "app".to_owned()
}
