//! What belongs to a task but not into its row, so that writing a log line or a field drops no
//! rendered bytes: logs, app data, uploaded files, the answers of its app.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answers::Answers;
use super::document::Document;
use super::log::{self, LogLine};
use super::training::Checkpoint;
use crate::ids::TaskId;
use crate::reply::{Object, PackedJson};
use crate::time::Moment;

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

impl Records {
    /// Appends a line to the log of a task, stamped with `at` or a little later.
    pub(crate) fn append_log(&mut self, id: TaskId, line: Object, at: Moment) {
        log::append(self.logs.entry(id).or_default(), id, line, at);
    }

    /// The uploaded files of a task: their paths and hashes, by path.
    pub(crate) fn files_of(&self, id: TaskId) -> impl Iterator<Item = (&str, &str)> {
        let from = self.files.range((id, Arc::from(""))..).take_while(move |((of, _), _)| *of == id);
        from.map(|((_, path), hash)| (&**path, &**hash))
    }

    /// Appends a line as a fixture has it.
    pub(crate) fn restore_log(&mut self, id: TaskId, line: PackedJson, now: Moment) {
        log::restore(self.logs.entry(id).or_default(), id, line, now);
    }
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
