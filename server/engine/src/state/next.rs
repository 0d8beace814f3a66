//! The queue of lifecycles for the next tasks that clients start.

use std::sync::Arc;

use serde_json::Value;

use super::{State, lifecycle_at};
use crate::lifecycle::{Lifecycle, NEXT_MAX, NextTasks, wrong_times};
use crate::refusal::{Refusal, Violation};

impl State {
    /// Adds an entry to the queue.
    ///
    /// # Errors
    ///
    /// [`Refusal::Validation`] if the lifecycle or `times` is invalid, or if the queue is full.
    pub fn queue_lifecycle(&mut self, lifecycle: &Value, times: u64) -> Result<(), Refusal> {
        let lifecycle = lifecycle_at("lifecycle", lifecycle)?;
        if let Some(rest) = wrong_times(times) {
            return Err(Refusal::invalid(Violation::of("times", "number.max", &rest)));
        }
        if self.next_tasks.len() >= NEXT_MAX {
            let rest = format!("is one entry too many: {NEXT_MAX} already wait for tasks");
            return Err(Refusal::invalid(Violation::new(&[], "array.max", &rest)));
        }
        self.next_tasks.push_back(NextTasks { lifecycle, times });
        Ok(())
    }

    /// Returns the queue, in the order in which tasks take from it.
    pub fn next_tasks(&self) -> impl Iterator<Item = &NextTasks> {
        self.next_tasks.iter()
    }

    /// Takes the lifecycle of a task that a client starts now, if the queue has one.
    pub(crate) fn next_lifecycle(&mut self) -> Option<Arc<Lifecycle>> {
        let mut first = self.next_tasks.pop_front()?;
        let lifecycle = Arc::clone(&first.lifecycle);
        first.times -= 1;
        if first.times > 0 {
            self.next_tasks.push_front(first);
        }
        Some(lifecycle)
    }
}
