//! The memory of an auto clock. It knows which calls are repeats, because their last answer showed all
//! their tasks in the present stage, and which calls a fault has answered.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};

use crate::ids::TaskId;
use crate::time::Moment;

/// Maximum number of calls that are remembered for one task and stage. A client that sends more
/// different calls before it repeats one is not waiting.
const CALLS_OF_TASK_MAX: usize = 100;
/// Maximum number of lists that are remembered. When it is reached, all are forgotten, which costs each
/// client one more call.
const LISTS_MAX: usize = 10_000;

/// The identity of a call: its method and a hash of its arguments.
pub(crate) type CallKey = Arc<str>;

/// The calls that were answered and whose answer is still up to date, and the calls that a fault
/// answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Repeats {
    /// By task: calls whose last answer showed the task in its present stage.
    of_task: OrdMap<TaskId, OrdSet<CallKey>>,
    /// By call: the value of [`Sight::stages`](crate::looks::Sight::stages) when it was last answered.
    lists: OrdMap<CallKey, u64>,
    /// By task: calls that a fault answered, all at the same moment.
    missed: OrdMap<TaskId, (Moment, OrdSet<CallKey>)>,
}

impl Repeats {
    pub(crate) fn has_task(&self, task: TaskId, call: &CallKey) -> bool {
        self.of_task.get(&task).is_some_and(|calls| calls.contains(call))
    }

    pub(crate) fn has_list(&self, call: &CallKey, stages: u64) -> bool {
        self.lists.get(call) == Some(&stages)
    }

    pub(crate) fn note_task(&mut self, task: TaskId, call: CallKey) {
        let calls = self.of_task.entry(task).or_default();
        if calls.len() >= CALLS_OF_TASK_MAX && !calls.contains(&call) {
            calls.clear();
        }
        calls.insert(call);
        self.missed.remove(&task);
    }

    /// Notes that a fault answered a call, so that the client learned nothing about the task.
    pub(crate) fn note_missed(&mut self, task: TaskId, at: Moment, call: CallKey) {
        let (moment, calls) = self.missed.entry(task).or_insert_with(|| (at, OrdSet::new()));
        if *moment != at || calls.len() >= CALLS_OF_TASK_MAX {
            (*moment, *calls) = (at, OrdSet::new());
        }
        calls.insert(call);
    }

    /// True if a fault has already answered the same call at the same moment.
    pub(crate) fn has_missed(&self, task: TaskId, at: Moment, call: &CallKey) -> bool {
        self.missed.get(&task).is_some_and(|(moment, calls)| *moment == at && calls.contains(call))
    }

    /// The moment and the calls that a fault answered about this task.
    pub(crate) fn missed(&self, task: TaskId) -> Option<(Moment, impl Iterator<Item = &CallKey>)> {
        self.missed.get(&task).map(|(at, calls)| (*at, calls.iter()))
    }

    pub(crate) fn note_list(&mut self, call: CallKey, stages: u64) {
        if self.lists.len() >= LISTS_MAX && !self.lists.contains_key(&call) {
            self.lists.clear();
        }
        self.lists.insert(call, stages);
    }

    /// Forgets the calls about a task that enters another stage: no answer has shown it there yet.
    pub(crate) fn forget_task(&mut self, task: TaskId) {
        self.of_task.remove(&task);
    }

    /// The calls about one task, sorted.
    pub(crate) fn of_task(&self, task: TaskId) -> impl Iterator<Item = &CallKey> {
        self.of_task.get(&task).into_iter().flatten()
    }

    pub(crate) fn lists(&self) -> impl Iterator<Item = (&CallKey, &u64)> {
        self.lists.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_has_bounds() {
        let mut repeats = Repeats::default();
        let call = |number: usize| CallKey::from(format!("tasks.log.download {number}"));
        for number in 0..CALLS_OF_TASK_MAX {
            repeats.note_task(TaskId(1), call(number));
        }
        assert!(repeats.has_task(TaskId(1), &call(0)));
        repeats.note_task(TaskId(1), call(CALLS_OF_TASK_MAX));
        assert!(!repeats.has_task(TaskId(1), &call(0)));
        assert!(repeats.has_task(TaskId(1), &call(CALLS_OF_TASK_MAX)), "the newest call is remembered");
        let at = Moment::VIRTUAL_START;
        for number in 0..=CALLS_OF_TASK_MAX {
            repeats.note_missed(TaskId(2), at, call(number));
        }
        assert!(!repeats.has_missed(TaskId(2), at, &call(0)));
        assert!(repeats.has_missed(TaskId(2), at, &call(CALLS_OF_TASK_MAX)));
        assert!(!repeats.has_missed(TaskId(2), at.plus_ms(1), &call(CALLS_OF_TASK_MAX)));
        for number in 0..=LISTS_MAX {
            repeats.note_list(call(number), 1);
        }
        assert_eq!(repeats.lists().count(), 1);
        assert!(repeats.has_list(&call(LISTS_MAX), 1) && !repeats.has_list(&call(LISTS_MAX), 2));
    }
}
