//! What belongs to a task but not into its row, so that writing a log line or a field drops no
//! rendered bytes: logs, app data, uploaded files, the answers of its app.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answers::Answers;
use super::document::Document;
use super::training::Checkpoint;
use crate::ids::TaskId;
use crate::reply::Object;
use crate::time::{Moment, iso};

/// A log line's key that has its stamp, and the one that has what its sender wrote there.
const STAMP: &str = "timestamp";
const OWN_STAMP: &str = "ownTimestamp";

/// What belongs to tasks beside their rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Records {
    /// Log lines, oldest first.
    pub(crate) logs: OrdMap<TaskId, Vector<LogLine>>,
    /// The app's document: what `tasks.data.set` and `tasks.app-v2.data.set` write.
    pub(crate) data: OrdMap<TaskId, Document>,
    /// Uploaded files by task and path.
    pub(crate) files: OrdMap<TaskFile, Arc<str>>,
    /// Who answers requests to apps.
    pub(crate) apps: Answers,
    /// The checkpoints of trainings, oldest first.
    pub(crate) checkpoints: OrdMap<TaskId, Vector<Checkpoint>>,
    /// What tasks took in and gave out, in the order it was told.
    pub(crate) workflow: OrdMap<TaskId, Vector<Edge>>,
}

/// One uploaded file of a task: its task and path. The value beside it is its hash.
pub(crate) type TaskFile = (TaskId, Arc<str>);

/// One log line, as `tasks.log.download` shows it: the sender's keys, with `timestamp` and `task_id`
/// set by the world, and the sender's `timestamp` as `ownTimestamp`.
pub type LogLine = Arc<Object>;

/// The stamp of a log line in milliseconds since 1970, read as `sinceTime` is.
pub(crate) fn stamp_of(line: &Object) -> Option<i64> {
    iso::read(line.get(STAMP)?.as_str()?)
}

impl Records {
    /// Appends a line to the log of a task, stamped with `at`. Stamps rise strictly, or whoever goes on from the
    /// last one would lose lines of the same moment: one that is not later gets a millisecond more than the last.
    pub(crate) fn append_log(&mut self, id: TaskId, mut line: Object, at: Moment) {
        let logs = self.logs.entry(id).or_default();
        let stamp = last_stamp(logs).map_or(at, |last| at.max(Moment::after_millis(last)));
        if let Some(own) = line.insert(STAMP.into(), stamp.to_string().into()) {
            line.insert(OWN_STAMP.into(), own);
        }
        line.insert("task_id".into(), id.0.into());
        logs.push_back(Arc::new(line));
    }

    /// Appends a line as a fixture has it: its stamp stays where it is a moment, and later than the last one's.
    pub(crate) fn restore_log(&mut self, id: TaskId, mut line: Object, now: Moment) {
        let last = self.logs.get(&id).and_then(last_stamp);
        let rises = |stamp: &i64| match last {
            // The clock may have stood at its last moment when the line was written.
            Some(last) => (last < *stamp && *stamp <= Moment::LAST.millis()) || *stamp == last + 1,
            None => (0..=Moment::LAST.millis()).contains(stamp),
        };
        if stamp_of(&line).filter(rises).is_none() {
            return self.append_log(id, line, now);
        }
        line.entry("task_id").or_insert_with(|| id.0.into());
        self.logs.entry(id).or_default().push_back(Arc::new(line));
    }
}

fn last_stamp(logs: &Vector<LogLine>) -> Option<i64> {
    logs.last().and_then(|line| stamp_of(line))
}

/// Whether a task took something in or gave it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It took it in.
    Input,
    /// It gave it out.
    Output,
}

/// One thing that a task took in or gave out, as its workflow graph shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// Which of the two.
    pub direction: Direction,
    /// What it is, such as `project`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id, or its path.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub id: Value,
    /// How the graph shows it.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub meta: Object,
}
