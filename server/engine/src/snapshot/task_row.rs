//! The form of a task in a fixture: what a task is on its own page and what belongs to it elsewhere, in one object.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{AgentId, AppId, FIXTURE_ID_MAX, TaskId, UserId, WorkspaceId, count};
use crate::lifecycle::{LifecycleForm, Status};
use crate::reply::PackedJson;
use crate::tables::{AppReplies, Checkpoint, Edge, HASH, RestartPolicy, default_workspace};
use crate::time::Moment;

/// A task in a fixture. With `lifecycle` it starts in the stage of its `status`, the first when absent;
/// with `status` alone it holds in that; with neither it walks the world's default lifecycle. Without
/// `status` it stays queued on an agent that is away. `stage` or `held` say that it is already under way,
/// as snapshots do.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskRow {
    /// Its id.
    pub id: TaskId,
    /// Its workspace; 23821 when absent.
    #[serde(default = "default_workspace")]
    pub workspace_id: WorkspaceId,
    /// Its type; `app`, bound to the first app, when absent.
    #[serde(rename = "type", default = "app")]
    pub kind: String,
    /// The app it runs; when absent, that of its `meta`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<AppId>,
    /// Its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Its description; empty when absent.
    #[serde(default)]
    pub description: String,
    /// When it started; when absent, by its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Moment>,
    /// When it ended; when absent, by its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Moment>,
    /// Who started it; the token's user when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Its agent; none when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Its meta; when absent, that of its app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<PackedJson>,
    /// Its settings; `{}` when absent.
    #[serde(default)]
    pub settings: PackedJson,
    /// Its progress; null when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Value>,
    /// When it is started again; `never` when absent.
    #[serde(default)]
    pub restart_policy: RestartPolicy,
    /// How often it was started again; 0 when absent.
    #[serde(default)]
    pub restarts: u32,
    /// What it walks: a preset's name or an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<LifecycleForm>")]
    pub lifecycle: Option<Value>,
    /// The stage it is in, with its effects already done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<usize>,
    /// Whether it is held in its status outside its lifecycle.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// When its stage ends; with `stage` or `held` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Moment>,
    /// How many stages it has entered; 0 when absent.
    #[serde(default, deserialize_with = "count")]
    #[schemars(range(max = FIXTURE_ID_MAX))]
    pub events: u64,
    /// How many epochs of it the world has simulated; 0 when absent.
    #[serde(default)]
    pub epochs: u32,
    /// How often it was shown in its stage; 0 when absent.
    #[serde(default)]
    pub shown: u32,
    /// The calls that an auto clock takes as repeats: their last answer showed it in its stage; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen_by: Vec<String>,
    /// When a call about it was last answered by a fault instead, on an auto clock; never when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glimpsed_at: Option<Moment>,
    /// The calls that were answered so at that moment; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub glimpsed_by: Vec<String>,
    /// Its log, oldest line first; empty when absent. Stamps rise: a line whose `timestamp` is no moment, or not
    /// later than the one before, is stamped by the world and keeps its own as `ownTimestamp`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<PackedJson>,
    /// Its app's data; `{}` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// Its uploaded files; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<UploadRow>,
    /// Who answers requests to its app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<AppReplies>,
    /// Its checkpoints, oldest first, their ids rising; when absent, those that its stages have saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoints: Option<Vec<Checkpoint>>,
    /// What it took in and gave out; nothing when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflow: Vec<Edge>,
}

/// An uploaded file of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadRow {
    /// Its path.
    pub path: String,
    /// The hash of its bytes, which stand under `blobs`.
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
