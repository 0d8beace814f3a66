//! What a world is made with, beside its fixture.

use crate::clock::Mode;
use crate::limits::WorldLimits;
use crate::weight::WORLD_BYTES;

/// What a world is made with, beside its fixture.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How its time moves.
    pub clock: Mode,
    /// The seed of every draw, unless the fixture has one.
    pub seed: u64,
    /// How many bytes of journal entries it keeps.
    pub journal_bytes: usize,
    /// What it takes and gives at most, unless the fixture says so.
    pub limits: WorldLimits,
    /// About how many bytes it takes in memory, uploads and journal aside.
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
