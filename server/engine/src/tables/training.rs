//! Metrics and checkpoints of trainings. Both arrive as log lines with event types of their own, in the form
//! of the SDK's `report_metrics_training` and `report_checkpoint_saved`. Metrics stay log lines; checkpoints
//! become rows, because they can be removed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::log::LogLine;
use crate::ids::{FIXTURE_ID_MAX, ModelId, count};
use crate::reply::Object;
use crate::time::Moment;

/// Values of the SDK's `EventType.CHECKPOINT` and `EventType.METRICS` in its log lines.
const CHECKPOINT: &str = "EventType.CHECKPOINT";
const METRICS: &str = "EventType.METRICS";
/// Key of the event type in a log line.
const EVENT: &str = "event_type";
/// Size of a simulated epoch's weights, in bytes.
const WEIGHTS_BYTES: u64 = 1_048_576;

/// A checkpoint of a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Id of the checkpoint, unique in its task; checkpoints that a training reports later get the id after
    /// the largest.
    #[serde(deserialize_with = "count")]
    #[schemars(range(max = FIXTURE_ID_MAX))]
    pub id: u64,
    /// Name of the model made from the checkpoint; null when absent.
    #[serde(rename = "modelTitle", default)]
    pub model_title: Option<String>,
    /// Id of that model; when absent, no model was made from the checkpoint.
    #[serde(rename = "modelId", default, skip_serializing_if = "Option::is_none")]
    pub model_id: Option<ModelId>,
    /// Number of the checkpoint as the training reported it; null when absent.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub index: Value,
    /// Folder of the checkpoint as the training reported it; null when absent.
    #[serde(default)]
    pub subdir: Value,
    /// Size in bytes as the training reported it; null when absent.
    #[serde(default)]
    pub sizeb: Value,
    /// True if the checkpoint was the best one so far when it was saved; null when absent.
    #[serde(default)]
    pub best_now: Value,
    /// Additional data that the training reported; null when absent.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub optional: Value,
    /// Location of the weights, such as `uploaded`.
    pub status: String,
    /// Time at which the checkpoint was saved.
    #[serde(rename = "createdAt")]
    pub created_at: Moment,
}

impl Checkpoint {
    /// Returns the checkpoint that a log line reports, if it reports one; the caller sets its id.
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

/// Python's logger writes the enum's member or, if configured so, its bare name.
fn is_event(told: Option<&Value>, event: &str) -> bool {
    let told = told.and_then(Value::as_str).unwrap_or_default();
    told == event || event.strip_prefix("EventType.") == Some(told)
}

/// Returns the log lines that report metrics.
pub(crate) fn metrics_of<'a>(logs: impl Iterator<Item = &'a LogLine>) -> impl Iterator<Item = &'a LogLine> {
    logs.filter(|line| is_event(line.text().get(EVENT).as_ref(), METRICS))
}

/// Returns the log lines of a simulated training at the end of epoch `epoch`, which counts from 1. The loss
/// is 1 / `epoch`.
pub(crate) fn epoch_of(epoch: u32) -> [Object; 2] {
    // Rounded to four digits, so that every JSON reader gets the same number.
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
