//! What is due when: at most one timer a task, in one ordered set.

use imbl::OrdSet;

use crate::ids::TaskId;
use crate::time::Moment;

/// The timers of a world, earliest first; those of one moment by task id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timers(OrdSet<(Moment, TaskId)>);

impl Timers {
    pub(crate) fn set(&mut self, due: Moment, task: TaskId) {
        self.0.insert((due, task));
    }

    pub(crate) fn clear(&mut self, due: Moment, task: TaskId) {
        self.0.remove(&(due, task));
    }

    /// The earliest timer.
    pub(crate) fn first(&self) -> Option<(Moment, TaskId)> {
        self.0.get_min().copied()
    }

    /// All timers, the earliest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Moment, TaskId)> {
        self.0.iter().copied()
    }

    /// Whether more than `count` timers are due by `to`.
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
