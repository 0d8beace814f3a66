//! The clock of a world: real, manual or auto. It never reads the time itself; wall time is a
//! parameter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// The mode of a world's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Time follows the wall clock.
    #[default]
    Real,
    /// Time moves only through the control API.
    Manual,
    /// Time moves through the control API, and to the next change of a task when a client repeats a
    /// request whose answer depends on it.
    Auto,
}

/// The state of a world's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ClockView {
    /// Mode of the clock.
    pub mode: Mode,
    /// Current time of the world.
    pub now: Moment,
    /// Time of the next due event: a timer of a task, or the end of the delay of a request; null if
    /// nothing is due.
    pub next_due: Option<Moment>,
    /// Earliest end of the delays that hold requests up now; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Moment>,
}

/// The clock of a world. It never goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    mode: Mode,
    now: Moment,
    /// Lead over the wall clock in milliseconds; used in real mode only.
    offset_ms: i64,
}

impl Clock {
    /// A new clock: at wall time in real mode, at [`Moment::VIRTUAL_START`] otherwise.
    pub(crate) fn new(mode: Mode, wall: Moment) -> Self {
        let now = if mode == Mode::Real { wall } else { Moment::VIRTUAL_START };
        Self { mode, now, offset_ms: 0 }
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    pub(crate) fn now(&self) -> Moment {
        self.now
    }

    /// The time at wall time `wall`. Only a real clock follows the wall clock.
    pub(crate) fn at(&self, wall: Moment) -> Moment {
        match self.mode {
            Mode::Real => Moment::from_millis(wall.millis().saturating_add(self.offset_ms)).max(self.now),
            Mode::Manual | Mode::Auto => self.now,
        }
    }

    /// Moves forward to `to`; an earlier moment changes nothing.
    pub(crate) fn forward(&mut self, to: Moment) {
        self.now = self.now.max(to);
    }

    /// Changes the mode at wall time `wall`. Time does not go back: a clock ahead of the wall clock
    /// keeps its lead.
    pub(crate) fn switch(&mut self, mode: Mode, wall: Moment) {
        if mode == self.mode {
            return;
        }
        self.mode = mode;
        self.offset_ms = (self.now.millis() - wall.millis()).max(0);
    }

    /// Sets the time to `now`, which may be earlier: for worlds that are replaced as a whole.
    pub(crate) fn set(&mut self, now: Moment, wall: Moment) {
        self.now = now;
        self.offset_ms = now.millis() - wall.millis();
    }

    /// Keeps the present lead over the wall clock after a jump, so that a real clock continues from
    /// there.
    pub(crate) fn anchor(&mut self, wall: Moment) {
        self.offset_ms = self.now.millis() - wall.millis();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(ms: i64) -> Moment {
        Moment::from_millis(1_800_000_000_000 + ms)
    }

    #[test]
    fn a_real_clock_follows_the_wall_and_never_goes_back() {
        let mut clock = Clock::new(Mode::Real, wall(0));
        clock.forward(clock.at(wall(500)));
        assert_eq!(clock.at(wall(400)), wall(500));
        assert_eq!(clock.at(wall(600)), wall(600));
    }

    #[test]
    fn a_virtual_clock_ahead_of_the_wall_goes_on_from_where_it_stood() {
        let mut clock = Clock::new(Mode::Manual, wall(0));
        clock.forward(wall(10_000));
        clock.switch(Mode::Real, wall(0));
        assert_eq!(clock.at(wall(5)), wall(10_005));
    }

    #[test]
    fn a_virtual_clock_behind_the_wall_joins_it() {
        let mut clock = Clock::new(Mode::Manual, wall(0));
        assert_eq!(clock.at(wall(0)), Moment::VIRTUAL_START);
        clock.switch(Mode::Real, wall(0));
        assert_eq!(clock.at(wall(0)), wall(0));
    }
}
