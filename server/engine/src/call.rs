//! What a call brings beside its input: the time, and whom it is for.

use crate::ids::TaskId;
use crate::time::Moment;

/// What a call brings beside its input.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Wall time. A manual or auto clock does not follow it.
    pub now: Moment,
    /// The task in the `x-task-id` header, which agents set on every call of an app.
    pub task: Option<TaskId>,
    /// Whether unknown fields are refused.
    pub strict: bool,
}

impl Call {
    /// A call at `now` with nothing else.
    #[must_use]
    pub fn at(now: Moment) -> Self {
        Self { now, task: None, strict: false }
    }
}
