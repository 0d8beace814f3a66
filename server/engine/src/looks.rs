//! What of time a method looks at. A client that waits asks the same thing again: an auto clock moves when it does,
//! and has to know for which answers time makes a difference.

use crate::ids::{AppId, TaskId, WorkspaceId};
use crate::request::Payload;
use crate::state::State;
use crate::tables::Task;
use crate::time::Moment;

/// What of time a method looks at.
#[derive(Clone, Copy)]
pub enum Looks {
    /// Nothing that time changes by itself.
    Nothing,
    /// The task that the request names.
    Task,
    /// The task that the request names, in a refusal because its app takes no requests. What the app answers is its
    /// own, and no look: a model that is asked twice does not age.
    App,
    /// The tasks that it chooses from, before it filters them by status or date: an empty answer to "which are
    /// started?" waits, too.
    Among(fn(&State, &Payload) -> Sight),
}

impl Looks {
    /// What a repeat does on an auto clock, as a sentence; nothing where there is none.
    #[must_use]
    pub fn about(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Task => Some("On an auto clock a repeat moves to the task's next change."),
            Self::App => Some(
                "On an auto clock a repeat of a request to a task that does not run moves to its next change.",
            ),
            Self::Among(_) => Some(
                "On an auto clock a repeat moves to the next change of a task that the answer depends on.",
            ),
        }
    }
}

impl std::fmt::Debug for Looks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Task => "Task",
            Self::App => "App",
            Self::Among(_) => "Among",
        })
    }
}

/// The tasks that a request looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// One task.
    Task(TaskId),
    /// All tasks of a workspace.
    Workspace(WorkspaceId),
    /// All tasks of these apps.
    Apps(Vec<AppId>),
    /// These tasks.
    Tasks(Vec<TaskId>),
}

impl Sight {
    fn holds(&self, task: &Task) -> bool {
        match self {
            Self::Task(id) => task.id == *id,
            Self::Workspace(id) => task.workspace_id == *id,
            Self::Apps(ids) => task.app_id.is_some_and(|app| ids.contains(&app)),
            Self::Tasks(ids) => ids.binary_search(&task.id).is_ok(),
        }
    }

    /// Whether it holds a task that may not be there.
    fn holds_id(&self, state: &State, id: TaskId) -> bool {
        matches!(self, Self::Task(one) if *one == id) || state.task(id).is_ok_and(|task| self.holds(task))
    }

    /// How many stages its tasks have entered, plus their number. It grows with each change of stage and each new
    /// task, and never shrinks, for no task is ever removed: equal counts mean that nothing has changed.
    pub(crate) fn stages(&self, state: &State) -> u64 {
        let tasks = &state.tables.tasks;
        let of = |id: &TaskId| state.task(*id).map_or(0, Task::stages);
        let of_all = |link: usize, id: u64| tasks.of(link, id).map_or(0, |group| group.sum);
        match self {
            Self::Task(id) => of(id),
            Self::Workspace(id) => of_all(Task::BY_WORKSPACE, id.0),
            Self::Apps(ids) => ids.iter().fold(0, |sum, id| of_all(Task::BY_APP, id.0).wrapping_add(sum)),
            Self::Tasks(ids) => ids.iter().fold(0, |sum, id| of(id).wrapping_add(sum)),
        }
    }

    /// When one of its tasks changes next, or a window of fault rules opens or closes that names one.
    pub(crate) fn next_change(&self, state: &State) -> Option<Moment> {
        let due = match self {
            Self::Task(id) => state.task(*id).ok().and_then(|task| task.due),
            _ => state.timers.iter().find(|(_, id)| self.holds_id(state, *id)).map(|(due, _)| due),
        };
        let edge = state.faults.next_edge(|task| self.holds_id(state, task), state.now());
        due.into_iter().chain(edge).min()
    }
}
