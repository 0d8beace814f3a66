//! The log of a task: lines with stamps that rise.

use std::sync::Arc;

use imbl::Vector;

use crate::ids::TaskId;
use crate::reply::Object;
use crate::time::{Moment, iso};

/// A log line's key that has its stamp, and the one that has what its sender wrote there.
const STAMP: &str = "timestamp";
const OWN_STAMP: &str = "ownTimestamp";

/// One log line, as `tasks.log.download` shows it: the sender's keys, with `timestamp` and `task_id`
/// set by the world, and the sender's `timestamp` as `ownTimestamp`.
pub type LogLine = Arc<Object>;

/// The stamp of a log line in milliseconds since 1970, read as `sinceTime` is.
pub(crate) fn stamp_of(line: &Object) -> Option<i64> {
    iso::read(line.get(STAMP)?.as_str()?)
}

/// Appends a line to the log of a task, stamped with `at`. Stamps rise strictly, or a client that goes on from the
/// last one would lose lines of the same moment: one that is not later gets a millisecond more than the last.
pub(super) fn append(log: &mut Vector<LogLine>, id: TaskId, mut line: Object, at: Moment) {
    let stamp = last_stamp(log).map_or(at, |last| at.max(Moment::after_millis(last)));
    if let Some(own) = line.insert(STAMP.into(), stamp.to_string().into()) {
        line.insert(OWN_STAMP.into(), own);
    }
    line.insert("task_id".into(), id.0.into());
    log.push_back(Arc::new(line));
}

/// Appends a line as a fixture has it: its stamp stays where it is a moment, and later than the last one's.
pub(super) fn restore(log: &mut Vector<LogLine>, id: TaskId, mut line: Object, now: Moment) {
    let last = last_stamp(log);
    let rises = |stamp: &i64| match last {
        // The clock may have stood at its last moment when the line was written.
        Some(last) => (last < *stamp && *stamp <= Moment::LAST.millis()) || *stamp == last + 1,
        None => (0..=Moment::LAST.millis()).contains(stamp),
    };
    if stamp_of(&line).filter(rises).is_none() {
        return append(log, id, line, now);
    }
    line.entry("task_id").or_insert_with(|| id.0.into());
    log.push_back(Arc::new(line));
}

fn last_stamp(logs: &Vector<LogLine>) -> Option<i64> {
    logs.last().and_then(|line| stamp_of(line))
}
