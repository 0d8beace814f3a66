//! The log of a task: lines with strictly ascending timestamps.

use imbl::Vector;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::ids::TaskId;
use crate::reply::{Object, PackedJson};
use crate::time::{Moment, iso};

/// Key of a line's timestamp, and the key that keeps the one its sender wrote.
const STAMP: &str = "timestamp";
const OWN_STAMP: &str = "ownTimestamp";
const TASK: &str = "task_id";

/// One log line, as `tasks.log.download` shows it: the sender's keys, with `timestamp` and `task_id` set by
/// the world. A `timestamp` of the sender is kept as `ownTimestamp`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    text: PackedJson,
    /// Timestamp in milliseconds since 1970.
    stamp: i64,
}

impl LogLine {
    /// Returns the line as JSON.
    #[must_use]
    pub fn text(&self) -> &PackedJson {
        &self.text
    }

    /// Returns the timestamp in milliseconds since 1970, the unit in which `sinceTime` is read.
    pub(crate) fn stamp(&self) -> i64 {
        self.stamp
    }
}

impl Serialize for LogLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

/// Appends a line to the log of a task, stamped with `at`. Timestamps are strictly ascending, because a
/// client that continues from the last one would lose lines with the same timestamp: if `at` is not later
/// than the last timestamp, the line gets that plus 1 ms.
pub(super) fn append(log: &mut Vector<LogLine>, id: TaskId, mut line: Object, at: Moment) {
    let stamp = last_stamp(log).map_or(at, |last| at.max(Moment::after_millis(last)));
    if let Some(own) = line.insert(STAMP.into(), stamp.to_string().into()) {
        line.insert(OWN_STAMP.into(), own);
    }
    line.insert(TASK.into(), id.0.into());
    log.push_back(LogLine { text: line.into(), stamp: stamp.millis() });
}

/// Appends a line of a fixture. Its timestamp is kept if it is valid and later than the last one.
pub(super) fn restore(log: &mut Vector<LogLine>, id: TaskId, text: PackedJson, now: Moment) {
    match kept_line(id, &text, last_stamp(log)) {
        Some(line) => log.push_back(line),
        None => append(log, id, text.object(), now),
    }
}

/// Returns the log of a fixture's lines, if all of them keep their timestamps.
pub(crate) fn kept_log(id: TaskId, lines: &[PackedJson]) -> Option<Vector<LogLine>> {
    let mut log = Vector::new();
    for text in lines {
        log.push_back(kept_line(id, text, last_stamp(&log))?);
    }
    Some(log)
}

/// Returns a fixture's line, if it keeps its timestamp.
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

/// Returns the timestamp of a fixture's line, if the line keeps it after one with the timestamp `last`.
fn kept_stamp(stamp: Option<&Value>, last: Option<i64>) -> Option<i64> {
    let rises = |stamp: &i64| match last {
        // `last + 1` may lie beyond the clock's range: the line was written when the clock stood at its end.
        Some(last) => (last < *stamp && *stamp <= Moment::LAST.millis()) || *stamp == last + 1,
        None => (0..=Moment::LAST.millis()).contains(stamp),
    };
    stamp.and_then(Value::as_str).and_then(iso::read).filter(rises)
}

fn last_stamp(log: &Vector<LogLine>) -> Option<i64> {
    log.last().map(LogLine::stamp)
}
