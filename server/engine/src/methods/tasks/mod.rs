//! The methods that `TaskApi` sends.

pub(super) mod context;
pub(super) mod data;
pub(super) mod detached;
pub(super) mod files;
pub(super) mod import;
pub(super) mod info;
pub(super) mod list;
pub(super) mod logs;
pub(super) mod meta;
pub(super) mod output;
pub(super) mod plugin;
pub(super) mod request;
pub(super) mod run;
mod start;
pub(super) mod status;
pub(super) mod training;

use crate::request::{Field, Kind};

/// The field most methods name their task in.
const ID: Field = Field::required("id", Kind::Id, "The task.");
/// The field the others name it in.
const TASK_ID: Field = Field::required("taskId", Kind::Id, "The task.");
