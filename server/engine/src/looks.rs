//! How the answer of a method depends on time. A client that waits repeats its request. An auto clock
//! moves on such a repeat, but only if time can change the answer.

use crate::ids::{AppId, TaskId, WorkspaceId};
use crate::request::Payload;
use crate::state::State;
use crate::tables::Task;
use crate::time::Moment;

/// The tasks whose changes over time change the answer of a method.
#[derive(Clone, Copy)]
pub enum Looks {
    /// None: time alone does not change the answer.
    Nothing,
    /// The task named in the request.
    Task,
    /// The task named in the request, but only if the request is refused because its app is not
    /// running. The answer of a running app does not count: asking a model twice must not move the
    /// clock.
    App,
    /// The tasks that the method chooses from, before its filters for status and date: a client that
    /// gets an empty answer to "which tasks are started?" is waiting, too.
    Among(fn(&State, &Payload) -> Sight),
}

impl Looks {
    /// A sentence about the effect of a repeated request on an auto clock; `None` if it has no effect.
    #[must_use]
    pub fn about(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Task => Some("On an auto clock, a repeated request moves time to the task's next change."),
            Self::App => Some(
                "On an auto clock, a repeated request to a task that is not running moves time to the task's next change.",
            ),
            Self::Among(_) => Some(
                "On an auto clock, a repeated request moves time to the next change of a task that the answer depends on.",
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

/// The tasks that the answer to a request depends on.
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

    /// True if it includes the task with this id, which may not exist: fault rules can name a task
    /// before it is created.
    fn holds_id(&self, state: &State, id: TaskId) -> bool {
        matches!(self, Self::Task(one) if *one == id) || state.task(id).is_ok_and(|task| self.holds(task))
    }

    /// The number of its tasks plus the number of stages that they have entered. It grows with every
    /// new task and every change of stage. Tasks are never removed, so it never shrinks, and equal
    /// counts mean that nothing has changed.
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

    /// The time of the next change of one of its tasks, or of the next opening or closing of a fault
    /// window that names one, whichever is earlier.
    pub(crate) fn next_change(&self, state: &State) -> Option<Moment> {
        let due = match self {
            Self::Task(id) => state.task(*id).ok().and_then(|task| task.due),
            _ => state.timers.iter().find(|(_, id)| self.holds_id(state, *id)).map(|(due, _)| due),
        };
        let edge = state.faults.next_edge(|task| self.holds_id(state, task), state.now());
        due.into_iter().chain(edge).min()
    }
}
