//! Task lifecycles as data: the stages that a task follows on its world's clock, and the legal moves between
//! statuses. Independent of tasks and worlds; `state/moves.rs` moves tasks along the stages.

mod given;
mod next;
mod presets;
mod stages;
mod status;

pub use given::read;
pub(crate) use given::{LifecycleForm, name_or_whole};
pub use next::NextTasks;
pub(crate) use next::{NEXT_MAX, TIMES_MAX, wrong_times};
pub use presets::{PRESETS, Preset, preset, table};
pub(crate) use stages::fixed_meta;
pub use stages::{Branch, Lifecycle, LogEffect, Stage};
pub use status::{LEGAL_MOVES, Status, may_follow};

#[cfg(test)]
mod tests;
