//! The timers of a world, at most one for each task, in one ordered set.

use imbl::OrdSet;

use crate::ids::TaskId;
use crate::time::Moment;

/// The timers of a world, earliest first; timers of the same moment by task id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timers(OrdSet<(Moment, TaskId)>);

impl Timers {
    pub(crate) fn set(&mut self, due: Moment, task: TaskId) {
        self.0.insert((due, task));
    }

    pub(crate) fn clear(&mut self, due: Moment, task: TaskId) {
        self.0.remove(&(due, task));
    }

    pub(crate) fn first(&self) -> Option<(Moment, TaskId)> {
        self.0.get_min().copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Moment, TaskId)> {
        self.0.iter().copied()
    }

    /// True if more than `count` timers are due at `to` or earlier.
    pub(crate) fn due_by(&self, to: Moment, count: usize) -> bool {
        let due = self.0.iter().take_while(|(due, _)| *due <= to);
        due.take(count + 1).count() > count
    }

    pub(crate) fn contains(&self, due: Moment, task: TaskId) -> bool {
        self.0.contains(&(due, task))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
