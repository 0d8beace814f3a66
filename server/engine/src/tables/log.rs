//! The log of a task: lines with stamps that rise.

use imbl::Vector;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::ids::TaskId;
use crate::reply::{Object, PackedJson};
use crate::time::{Moment, iso};

/// A log line's key that has its stamp, and the one that has what its sender wrote there.
const STAMP: &str = "timestamp";
const OWN_STAMP: &str = "ownTimestamp";
/// The one that has its task.
const TASK: &str = "task_id";

/// One log line, as `tasks.log.download` shows it: the sender's keys, with `timestamp` and `task_id`
/// set by the world, and the sender's `timestamp` as `ownTimestamp`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    text: PackedJson,
    /// Its stamp in milliseconds since 1970.
    stamp: i64,
}

impl LogLine {
    /// The line as it is shown.
    #[must_use]
    pub fn text(&self) -> &PackedJson {
        &self.text
    }

    /// Its stamp in milliseconds since 1970, read as `sinceTime` is.
    pub(crate) fn stamp(&self) -> i64 {
        self.stamp
    }
}

impl Serialize for LogLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

/// Appends a line to the log of a task, stamped with `at`. Stamps rise strictly, or a client that goes on from the
/// last one would lose lines of the same moment: one that is not later gets a millisecond more than the last.
pub(super) fn append(log: &mut Vector<LogLine>, id: TaskId, mut line: Object, at: Moment) {
    let stamp = last_stamp(log).map_or(at, |last| at.max(Moment::after_millis(last)));
    if let Some(own) = line.insert(STAMP.into(), stamp.to_string().into()) {
        line.insert(OWN_STAMP.into(), own);
    }
    line.insert(TASK.into(), id.0.into());
    log.push_back(LogLine { text: line.into(), stamp: stamp.millis() });
}

/// Appends a line as a fixture has it: its stamp stays where it is a moment, and later than the last one's.
pub(super) fn restore(log: &mut Vector<LogLine>, id: TaskId, text: PackedJson, now: Moment) {
    match kept_line(id, &text, last_stamp(log)) {
        Some(line) => log.push_back(line),
        None => append(log, id, text.object(), now),
    }
}

/// The log of lines as a fixture has them, if they all keep their stamps.
pub(crate) fn kept_log(id: TaskId, lines: &[PackedJson]) -> Option<Vector<LogLine>> {
    let mut log = Vector::new();
    for text in lines {
        log.push_back(kept_line(id, text, last_stamp(&log))?);
    }
    Some(log)
}

/// A line as a fixture has it, if its stamp stays.
fn kept_line(id: TaskId, text: &PackedJson, last: Option<i64>) -> Option<LogLine> {
    let [stamp, task] = text.get_all([STAMP, TASK]);
    let stamp = kept_stamp(stamp.as_ref(), last)?;
    if task.is_some() {
        return Some(LogLine { text: text.clone(), stamp });
    }
    let mut line = text.object();
    line.insert(TASK.into(), id.0.into());
    Some(LogLine { text: line.into(), stamp })
}

/// The stamp that a line of a fixture brings, if the line keeps it behind one with that stamp.
fn kept_stamp(stamp: Option<&Value>, last: Option<i64>) -> Option<i64> {
    let rises = |stamp: &i64| match last {
        // The clock may have stood at its last moment when the line was written.
        Some(last) => (last < *stamp && *stamp <= Moment::LAST.millis()) || *stamp == last + 1,
        None => (0..=Moment::LAST.millis()).contains(stamp),
    };
    stamp.and_then(Value::as_str).and_then(iso::read).filter(rises)
}

fn last_stamp(log: &Vector<LogLine>) -> Option<i64> {
    log.last().map(LogLine::stamp)
}
