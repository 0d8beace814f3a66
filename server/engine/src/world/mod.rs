//! The world: how one is made, replaced, reset and forked, and what it shows. What happens in it goes
//! through the gate, `gate.rs` in this folder.

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

/// The name of a world that is given no other.
pub const DEFAULT_NAME: &str = "default";

/// A world: entities, clock, seed, faults, journal.
#[derive(Clone, Debug)]
pub struct World {
    pub(crate) state: State,
    pub(crate) journal: Journal,
    origin: Origin,
    settings: Settings,
}

/// What a reset goes back to.
#[derive(Clone, Debug)]
enum Origin {
    /// What it was made of. Its rows are those of the world, as long as they are what they were.
    Blueprint(Arc<Blueprint>),
    /// What another world was when this one was forked from it.
    Fork(Box<State>),
}

impl World {
    /// A world named [`DEFAULT_NAME`], made of a fixture at wall time `wall`.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] when the fixture does not hold together.
    pub fn new(
        blueprint: impl Into<Arc<Blueprint>>,
        settings: &Settings,
        wall: Moment,
    ) -> Result<Self, Refusal> {
        Self::named(DEFAULT_NAME.into(), blueprint.into(), settings, wall)
    }

    /// A world of that name, made of a fixture at wall time `wall`. Its session tokens depend on seed, name and
    /// task: worlds that are alike but for their names have none in common.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] when the fixture does not hold together.
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

    /// A world that may stand for all that are made so, if their fixture leaves nothing to the wall clock;
    /// `None` if it does, or does not hold together.
    #[must_use]
    pub fn repeatable(blueprint: &Arc<Blueprint>, settings: &Settings, wall: Moment) -> Option<Self> {
        let made = |wall| Self::new(Arc::clone(blueprint), settings, wall).ok();
        let (world, later) = (made(wall)?, made(wall.plus_ms(1))?);
        let later = State { clock: world.state.clock.clone(), ..later.state };
        snapshot::are_alike(&world.state, &later).then_some(world)
    }

    /// Another world like this [`repeatable`](Self::repeatable) one, made at wall time `wall`.
    #[must_use]
    pub fn again(&self, wall: Moment) -> Self {
        let mut again = self.stand_in();
        if let Origin::Blueprint(blueprint) = &self.origin {
            again.state.clock = clock_of(blueprint, self.settings.clock, wall);
        }
        again
    }

    /// The world that a fixture makes in the place of this one at wall time `wall`: the clock's mode stays,
    /// and the seed unless the fixture has one.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] when the fixture does not hold together.
    pub fn replaced(&self, blueprint: impl Into<Arc<Blueprint>>, wall: Moment) -> Result<Self, Refusal> {
        let settings = Settings { clock: self.state.clock.mode(), seed: self.state.seed, ..self.settings };
        Self::named(Arc::clone(&self.state.name), blueprint.into(), &settings, wall)
    }

    /// This world as it began, at wall time `wall`.
    ///
    /// # Errors
    ///
    /// None that is known: what was built once is built again.
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

    /// Gives a new world its name. A fork keeps the session tokens of the world that it was forked from: they are
    /// in what its tasks have logged and told; its later tasks get others.
    pub fn rename(&mut self, name: &Arc<str>) {
        match &mut self.origin {
            Origin::Blueprint(_) => self.state.rename(Arc::clone(name)),
            Origin::Fork(origin) => {
                origin.name = Arc::clone(name);
                self.state.name = Arc::clone(name);
            }
        }
    }

    /// A world of its own that stands where this one does, with an empty journal. Nobody has asked anything of it yet:
    /// on an auto clock its first answers show what its tasks are now.
    #[must_use]
    pub fn fork(&self) -> Self {
        let state = State { repeats: Repeats::default(), ..self.state.clone() };
        Self { origin: Origin::Fork(Box::new(state.clone())), state, ..self.stand_in() }
    }

    /// A copy of this world but for its journal, which is empty.
    #[must_use]
    pub fn stand_in(&self) -> Self {
        Self {
            state: self.state.clone(),
            journal: Journal::new(self.settings.journal_bytes),
            origin: self.origin.clone(),
            settings: self.settings,
        }
    }

    /// Makes what `change` does to a new world part of what it began as.
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

    /// The state, to be read. Nothing in it can be changed but through this gate.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What does not hold together, each as a sentence; empty in a sound world.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        snapshot::problems(&self.state)
    }

    /// Journals a call that never reached the world's methods.
    pub fn record(&mut self, record: Record) {
        self.journal.record(self.state.now(), record);
    }

    /// Tells the journal what became of a call in the end.
    pub fn amend(&mut self, seq: u64, outcome: Outcome) {
        self.journal.amend(seq, outcome);
    }

    /// Has the journal forget what is asked for.
    pub fn forget(&mut self, query: &Query) {
        self.journal.forget(query);
    }

    /// What the clock shows, where a request is held up until `held`.
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
