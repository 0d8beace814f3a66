//! Task lifecycles as data: the stages that a task follows on its world's clock, and the legal moves between
//! statuses. Independent of tasks and worlds; `state/moves.rs` moves tasks along the stages.

mod given;
mod presets;
mod stages;
mod status;

pub(crate) use given::LifecycleForm;
pub use given::read;
pub use presets::{PRESETS, Preset, preset, table};
pub(crate) use stages::FIXED_META;
pub use stages::{Branch, Lifecycle, LogEffect, Stage};
pub use status::{LEGAL_MOVES, Status, may_follow};

#[cfg(test)]
mod tests;
