//! The settings of a world, in addition to its fixture.

use crate::clock::Mode;
use crate::limits::WorldLimits;
use crate::weight::WORLD_BYTES;

/// The settings of a world, in addition to its fixture.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The mode of its clock.
    pub clock: Mode,
    /// The seed of every draw, unless the fixture has one.
    pub seed: u64,
    /// Maximum size of the journal entries that it keeps, in bytes; 16 MiB by default.
    pub journal_bytes: usize,
    /// Limits of pages and uploads, unless the fixture has its own.
    pub limits: WorldLimits,
    /// Approximate maximum of its memory in bytes, without uploads and journal.
    pub bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Mode::Real,
            seed: 0,
            journal_bytes: 16 * 1024 * 1024,
            limits: WorldLimits::default(),
            bytes: WORLD_BYTES,
        }
    }
}
