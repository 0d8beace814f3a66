//! The world: how it is made, replaced, reset and forked, and how it is read. All changes go through
//! the gate, `gate.rs` in this folder.

mod gate;

use std::sync::Arc;

use crate::clock::{Clock, ClockView, Mode};
use crate::journal::{Journal, Outcome, Query, Record};
use crate::refusal::Refusal;
use crate::repeats::Repeats;
use crate::settings::Settings;
use crate::snapshot::{self, Blueprint, Fixture};
use crate::state::State;
use crate::time::Moment;

pub use gate::{Completion, Delay, Reaction, Wait};

/// The name of the world that is created without a name.
pub const DEFAULT_NAME: &str = "default";

/// A world: entities, clock, seed, faults and journal.
#[derive(Clone, Debug)]
pub struct World {
    pub(crate) state: State,
    pub(crate) journal: Journal,
    origin: Origin,
    settings: Settings,
}

/// The state to which a reset returns.
#[derive(Clone, Debug)]
enum Origin {
    /// The fixture that it was made from. Rows that have not changed are shared with it.
    Blueprint(Arc<Blueprint>),
    /// The state of the world that it was forked from, at the time of the fork.
    Fork(Box<State>),
}

impl World {
    /// A world named [`DEFAULT_NAME`], made from a fixture at wall time `wall`.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] if the fixture is inconsistent.
    pub fn new(
        blueprint: impl Into<Arc<Blueprint>>,
        settings: &Settings,
        wall: Moment,
    ) -> Result<Self, Refusal> {
        Self::named(DEFAULT_NAME.into(), blueprint.into(), settings, wall)
    }

    /// A world with this name, made from a fixture at wall time `wall`. Its session tokens depend on
    /// seed, name and task, so that worlds that differ only in their names share no token.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] if the fixture is inconsistent.
    pub fn named(
        name: Arc<str>,
        blueprint: Arc<Blueprint>,
        settings: &Settings,
        wall: Moment,
    ) -> Result<Self, Refusal> {
        let clock = clock_of(&blueprint, settings.clock, wall);
        let state = snapshot::build(name, &blueprint, clock, settings)?;
        let journal = Journal::new(settings.journal_bytes);
        Ok(Self { state, journal, origin: Origin::Blueprint(blueprint), settings: *settings })
    }

    /// A world of which copies can be made instead of building each from the fixture; `None` if a part
    /// of the world depends on the wall clock, or if the fixture is inconsistent.
    #[must_use]
    pub fn repeatable(blueprint: &Arc<Blueprint>, settings: &Settings, wall: Moment) -> Option<Self> {
        let made = |wall| Self::new(Arc::clone(blueprint), settings, wall).ok();
        let (world, later) = (made(wall)?, made(wall.plus_ms(1))?);
        let later = State { clock: world.state.clock.clone(), ..later.state };
        snapshot::are_alike(&world.state, &later).then_some(world)
    }

    /// A copy of this [`repeatable`](Self::repeatable) world, as if made at wall time `wall`.
    #[must_use]
    pub fn again(&self, wall: Moment) -> Self {
        let mut again = self.stand_in();
        if let Origin::Blueprint(blueprint) = &self.origin {
            again.state.clock = clock_of(blueprint, self.settings.clock, wall);
        }
        again
    }

    /// The world that replaces this one, made from a fixture at wall time `wall`. It keeps the mode of
    /// the clock, and also the seed unless the fixture has one.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] if the fixture is inconsistent.
    pub fn replaced(&self, blueprint: impl Into<Arc<Blueprint>>, wall: Moment) -> Result<Self, Refusal> {
        let settings = Settings { clock: self.state.clock.mode(), seed: self.state.seed, ..self.settings };
        Self::named(Arc::clone(&self.state.name), blueprint.into(), &settings, wall)
    }

    /// This world in its first state, at wall time `wall`.
    ///
    /// # Errors
    ///
    /// None are expected, because the same fixture was built before.
    pub fn reset(&self, wall: Moment) -> Result<Self, Refusal> {
        match &self.origin {
            Origin::Blueprint(blueprint) => {
                Self::named(Arc::clone(&self.state.name), Arc::clone(blueprint), &self.settings, wall)
            }
            Origin::Fork(state) => {
                let mut state = State::clone(state);
                state.clock.set(state.now(), wall);
                Ok(Self { state, ..self.stand_in() })
            }
        }
    }

    /// Renames a new world. A fork keeps the session tokens of its original, because its tasks have
    /// already logged and returned them; tasks created later get others.
    pub fn rename(&mut self, name: &Arc<str>) {
        match &mut self.origin {
            Origin::Blueprint(_) => self.state.rename(Arc::clone(name)),
            Origin::Fork(origin) => {
                origin.name = Arc::clone(name);
                self.state.name = Arc::clone(name);
            }
        }
    }

    /// An independent copy with an empty journal. An auto clock forgets the calls that were answered:
    /// no client has asked the fork anything yet, so its first answers are not repeats.
    #[must_use]
    pub fn fork(&self) -> Self {
        let state = State { repeats: Repeats::default(), ..self.state.clone() };
        Self { origin: Origin::Fork(Box::new(state.clone())), state, ..self.stand_in() }
    }

    /// A copy of this world with an empty journal.
    #[must_use]
    pub fn stand_in(&self) -> Self {
        Self {
            state: self.state.clone(),
            journal: Journal::new(self.settings.journal_bytes),
            origin: self.origin.clone(),
            settings: self.settings,
        }
    }

    /// Applies `change` to a new world so that a reset returns to the result.
    ///
    /// # Errors
    ///
    /// Those of `change`.
    pub fn begin_with(
        mut self,
        change: impl FnOnce(&mut State) -> Result<(), Refusal>,
    ) -> Result<Self, Refusal> {
        change(&mut self.state)?;
        self.origin = Origin::Fork(Box::new(self.state.clone()));
        Ok(self)
    }

    /// The state, for reading. It changes only through the gate.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The inconsistencies of the world, each as a sentence; empty for a sound world.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        snapshot::problems(&self.state)
    }

    /// Records a call that did not reach a method of the world.
    pub fn record(&mut self, record: Record) {
        self.journal.record(self.state.now(), record);
    }

    /// Replaces the outcome of a recorded call.
    pub fn amend(&mut self, seq: u64, outcome: Outcome) {
        self.journal.amend(seq, outcome);
    }

    /// Removes the selected entries from the journal.
    pub fn forget(&mut self, query: &Query) {
        self.journal.forget(query);
    }

    /// The state of the clock. `held` is the moment until which a request is delayed, if there is one.
    #[must_use]
    pub fn clock_view(&self, held: Option<Moment>) -> ClockView {
        self.state.clock_view(held)
    }

    /// The whole world as a fixture.
    #[must_use]
    pub fn snapshot(&self) -> Fixture {
        Fixture::of(&self.state)
    }
}

fn clock_of(blueprint: &Blueprint, mode: Mode, wall: Moment) -> Clock {
    let mut clock = Clock::new(mode, wall);
    if let Some(now) = blueprint.now() {
        clock.set(now, wall);
    }
    clock
}
