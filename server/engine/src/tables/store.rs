//! Data of tasks that is not part of their rows: logs, app data, uploaded files, app answers. A new log line
//! therefore does not discard the rendered row.

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

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Records {
    /// Log lines, oldest first.
    pub(crate) logs: OrdMap<TaskId, Vector<LogLine>>,
    /// App data, which `tasks.data.set` and `tasks.app-v2.data.set` write.
    pub(crate) data: OrdMap<TaskId, Document>,
    /// Hashes of uploaded files by task and path.
    pub(crate) files: OrdMap<TaskFile, Arc<str>>,
    pub(crate) apps: Answers,
    /// Checkpoints of trainings, oldest first.
    pub(crate) checkpoints: OrdMap<TaskId, Vector<Checkpoint>>,
    /// Inputs and outputs of tasks, in the order of the calls that added them.
    pub(crate) workflow: OrdMap<TaskId, Vector<Edge>>,
}

/// Key of an uploaded file: task and path. The value is the file's hash.
pub(crate) type TaskFile = (TaskId, Arc<str>);

impl Records {
    /// Appends a line to the log of a task, stamped with `at` or slightly later.
    pub(crate) fn append_log(&mut self, id: TaskId, line: Object, at: Moment) {
        log::append(self.logs.entry(id).or_default(), id, line, at);
    }

    /// Returns the uploaded files of a task as pairs of path and hash, by path.
    pub(crate) fn files_of(&self, id: TaskId) -> impl Iterator<Item = (&str, &str)> {
        let from = self.files.range((id, Arc::from(""))..).take_while(move |((of, _), _)| *of == id);
        from.map(|((_, path), hash)| (&**path, &**hash))
    }

    /// Appends a line of a fixture.
    pub(crate) fn restore_log(&mut self, id: TaskId, line: PackedJson, now: Moment) {
        log::restore(self.logs.entry(id).or_default(), id, line, now);
    }
}

/// Direction of an edge of the workflow graph, as seen from the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The task read it.
    Input,
    /// The task produced it.
    Output,
}

/// One input or output of a task in the workflow graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// Direction: input or output.
    pub direction: Direction,
    /// Type of the input or output, such as `project`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Id or path of the input or output; null when absent.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub id: Value,
    /// Display settings of the input or output in the graph; `{}` when absent.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub meta: Object,
}
