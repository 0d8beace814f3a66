//! The fields that name a task.

use crate::request::{Field, Kind};

/// The field most methods name their task in.
pub(super) const ID: Field = Field::required("id", Kind::Id, "The task.");
/// The field the others name it in.
pub(super) const TASK_ID: Field = Field::required("taskId", Kind::Id, "The task.");
