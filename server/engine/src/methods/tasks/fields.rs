//! The fields that name a task.

use crate::request::{Field, Kind};

/// Field with the task's id in most methods.
pub(super) const ID: Field = Field::required("id", Kind::Id, "Id of the task.");
/// Field with the task's id in the other methods.
pub(super) const TASK_ID: Field = Field::required("taskId", Kind::Id, "Id of the task.");
