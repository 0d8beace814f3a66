//! Task lifecycles as data: stages a task walks on its world's clock, and the table of legal moves.
//! Knows nothing of tasks or worlds; `state/moves.rs` walks a task along these stages.

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
