//! What a training leaves behind: metrics and checkpoints. Both come as log lines of their own event
//! types, as `report_metrics_training` and `report_checkpoint_saved` of the SDK write them; metrics stay
//! log lines, checkpoints become rows of their own because they can be removed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::log::LogLine;
use crate::ids::{FIXTURE_ID_MAX, ModelId, count};
use crate::reply::Object;
use crate::time::Moment;

/// What the SDK's `EventType.CHECKPOINT` and `EventType.METRICS` are in its log lines.
const CHECKPOINT: &str = "EventType.CHECKPOINT";
const METRICS: &str = "EventType.METRICS";
/// The key that has it.
const EVENT: &str = "event_type";
/// How large the weights of a simulated epoch are, in bytes.
const WEIGHTS_BYTES: u64 = 1_048_576;

/// A checkpoint of a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Its id, which no other of its task has at the same time.
    #[serde(deserialize_with = "count")]
    #[schemars(range(max = FIXTURE_ID_MAX))]
    pub id: u64,
    /// The name of the model made from it; null when none was.
    #[serde(rename = "modelTitle", default)]
    pub model_title: Option<String>,
    /// The id of that model.
    #[serde(rename = "modelId", default, skip_serializing_if = "Option::is_none")]
    pub model_id: Option<ModelId>,
    /// The training's own number of it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub index: Value,
    /// Its folder.
    #[serde(default)]
    pub subdir: Value,
    /// Its size in bytes.
    #[serde(default)]
    pub sizeb: Value,
    /// Whether it was the best when it was saved.
    #[serde(default)]
    pub best_now: Value,
    /// Whatever else the training told.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub optional: Value,
    /// Where its weights are.
    pub status: String,
    /// When it was saved.
    #[serde(rename = "createdAt")]
    pub created_at: Moment,
}

impl Checkpoint {
    /// The checkpoint that a log line tells of, if it is such a line; its id is yet to be given.
    pub(crate) fn of_line(line: &Object, at: Moment) -> Option<Self> {
        if !is_event(line.get(EVENT), CHECKPOINT) {
            return None;
        }
        let told = |key: &str| line.get(key).cloned().unwrap_or_default();
        Some(Self {
            id: 0,
            model_title: None,
            model_id: None,
            index: told("id"),
            subdir: told("subdir"),
            sizeb: told("sizeb"),
            best_now: told("best_now"),
            optional: told("optional"),
            status: super::uploaded(),
            created_at: at,
        })
    }
}

/// Python's logger writes the enum's member or, where it was told so, its bare name.
fn is_event(told: Option<&Value>, event: &str) -> bool {
    let told = told.and_then(Value::as_str).unwrap_or_default();
    told == event || event.strip_prefix("EventType.") == Some(told)
}

/// The metrics among log lines.
pub(crate) fn metrics_of<'a>(logs: impl Iterator<Item = &'a LogLine>) -> impl Iterator<Item = &'a LogLine> {
    logs.filter(|line| is_event(line.text().get(EVENT).as_ref(), METRICS))
}

/// The lines that a simulated training writes at the end of epoch `epoch`, counted from 1. Its loss falls
/// as one over the epochs.
pub(crate) fn epoch_of(epoch: u32) -> [Object; 2] {
    // Few digits, so that every JSON reader gets the same number.
    let loss = (10_000.0 / f64::from(epoch)).round() / 10_000.0;
    let metrics = json!({
        "level": "info", "message": "metrics", "event_type": METRICS,
        "type": "train", "epoch": epoch, "metrics": {"loss": loss},
    });
    let checkpoint = json!({
        "level": "info", "message": "checkpoint", "event_type": CHECKPOINT,
        "id": epoch - 1, "subdir": format!("{:04}", epoch - 1), "sizeb": WEIGHTS_BYTES, "best_now": true,
        "optional": {},
    });
    [metrics, checkpoint].map(|line| line.as_object().cloned().unwrap_or_default())
}
