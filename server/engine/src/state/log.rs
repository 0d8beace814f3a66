//! Log lines of tasks.

use super::State;
use crate::ids::TaskId;
use crate::reply::Object;
use crate::tables::Checkpoint;
use crate::time::Moment;

impl State {
    pub(super) fn log(&mut self, id: TaskId, level: &str, message: &str, at: Moment) {
        let mut line = Object::new();
        line.insert("level".into(), level.into());
        line.insert("message".into(), message.into());
        self.append_log(id, line, at);
    }

    /// Appends a log line, stamped with `at` and the task's id, and stores the checkpoint that it reports, if
    /// any.
    pub(crate) fn append_log(&mut self, id: TaskId, line: Object, at: Moment) {
        if let Some(checkpoint) = Checkpoint::of_line(&line, at) {
            let checkpoints = self.tables.records.checkpoints.entry(id).or_default();
            let largest = checkpoints.last().map_or(0, |known| known.id);
            checkpoints.push_back(Checkpoint { id: largest + 1, ..checkpoint });
        }
        self.tables.records.append_log(id, line, at);
    }
}
