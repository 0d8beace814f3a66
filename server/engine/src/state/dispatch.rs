//! Assignment of tasks to agents. An agent that takes no tasks runs nothing, so its tasks wait.

use super::State;
use crate::lifecycle::Status;
use crate::tables::Task;

impl State {
    /// Adds `task`, which enters the first stage of its lifecycle. If its agent takes no tasks, the task is
    /// queued until a call moves it, and then continues from there.
    pub(crate) fn dispatch(&mut self, task: Task) {
        let id = task.id;
        if self.has_no_agent_yet(&task) {
            self.tables.add(task, self.clock.now());
            self.hold(id, Status::Queued, self.now());
        } else {
            self.start_task(task, 0);
        }
    }

    /// Returns true if the task must wait for its agent. A debug session never waits: the developer's machine
    /// answers for it.
    fn has_no_agent_yet(&self, task: &Task) -> bool {
        let agent = task.agent_id.and_then(|id| self.tables.agents.find(id).ok());
        agent.is_some_and(|agent| !agent.takes_tasks()) && !task.is_debugged()
    }
}
