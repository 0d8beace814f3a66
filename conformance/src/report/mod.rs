//! The reports of a run, each a rendering of an [`Outcome`](crate::outcome::Outcome): for a terminal, as
//! JSON, as JUnit XML, and as Markdown for a CI summary. They contain untrusted text of clients, which each
//! of them escapes for its format.

mod human;
mod json;
mod junit;
mod markdown;
mod progress;
#[cfg(test)]
pub(crate) mod sample;
mod spool;
mod summary;
pub(crate) mod text;
mod trace;

pub use human::{Look, human};
pub(crate) use json::Summary;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use progress::Progress;
pub use spool::Spool;
pub use trace::trace;
