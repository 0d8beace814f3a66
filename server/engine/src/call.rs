//! The context of a call, in addition to its input.

use crate::ids::TaskId;
use crate::time::Moment;

/// The context of a call: its time, its task and its strictness.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Wall time. A manual or auto clock does not follow it.
    pub now: Moment,
    /// The task in the `x-task-id` header, which agents set on every call of an app.
    pub task: Option<TaskId>,
    /// True if unknown fields are refused.
    pub strict: bool,
}

impl Call {
    /// A call at `now`, without a task, and not strict.
    #[must_use]
    pub fn at(now: Moment) -> Self {
        Self { now, task: None, strict: false }
    }
}
