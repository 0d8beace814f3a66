//! How a task gets to its agent: one that is away runs nothing, so that a task put on it waits.

use super::State;
use crate::lifecycle::Status;
use crate::tables::Task;

impl State {
    /// Adds `task`, which enters the first stage of its lifecycle; on an agent that is away it is queued until
    /// somebody moves it, and then goes on from there.
    pub(crate) fn dispatch(&mut self, task: Task) {
        let id = task.id;
        if self.has_no_agent_yet(&task) {
            self.tables.add(task, self.clock.now());
            self.hold(id, Status::Queued, self.now());
        } else {
            self.start_task(task, 0);
        }
    }

    /// A debug session is answered by its developer's machine, whatever its agent does.
    fn has_no_agent_yet(&self, task: &Task) -> bool {
        let agent = task.agent_id.and_then(|id| self.tables.agents.find(id).ok());
        agent.is_some_and(|agent| !agent.takes_tasks()) && !task.is_debugged()
    }
}
