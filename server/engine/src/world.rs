//! The world: the one gate through which everything changes. Settles what is due, runs the call on a
//! clone that is swapped in when it succeeds, and journals what became of it.

use bytes::Bytes;

use crate::clock::{Clock, Mode};
use crate::ids::TaskId;
use crate::journal::{Journal, Outcome, Record};
use crate::methods::{Row, Run};
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::request::{Input, Payload, shape_input};
use crate::snapshot::{self, Fixture};
use crate::state::State;
use crate::time::Moment;

/// What a call brings beside its input.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Wall time. A manual or auto clock does not follow it.
    pub now: Moment,
    /// The task in the `x-task-id` header, which agents set on every call of an app.
    pub task: Option<TaskId>,
    /// Whether unknown fields are refused.
    pub strict: bool,
}

impl Call {
    /// A call at `now` with nothing else.
    #[must_use]
    pub fn at(now: Moment) -> Self {
        Self { now, task: None, strict: false }
    }
}

/// What a world is made with, beside its fixture.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How its time moves.
    pub clock: Mode,
    /// The seed of every draw, unless the fixture has one.
    pub seed: u64,
    /// How many bytes of journal entries it keeps.
    pub journal_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { clock: Mode::Real, seed: 0, journal_bytes: 16 * 1024 * 1024 }
    }
}

/// A world: entities, clock, seed, journal.
#[derive(Clone, Debug)]
pub struct World {
    state: State,
    journal: Journal,
}

impl World {
    /// A world made from `fixture` at wall time `wall`.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] when the fixture does not hold together.
    pub fn new(fixture: Fixture, settings: &Settings, wall: Moment) -> Result<Self, Refusal> {
        let mut clock = Clock::new(settings.clock, wall);
        if let Some(now) = fixture.now() {
            clock.set(now, wall);
        }
        let state = snapshot::build(fixture, clock, settings.seed)?;
        Ok(Self { state, journal: Journal::new(settings.journal_bytes) })
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

    /// When something is due next on the world's clock.
    #[must_use]
    pub fn next_due(&self) -> Option<Moment> {
        self.state.next_due()
    }

    /// What does not hold together, each as a sentence; empty in a sound world.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        snapshot::faults(&self.state)
    }

    /// What does not hold together of the task that a call was about.
    fn touched_faults(&self, task: Option<TaskId>) -> Vec<String> {
        let task = task.and_then(|id| self.state.task(id).ok());
        task.map(|task| snapshot::faults_of(&self.state, task)).unwrap_or_default()
    }

    /// Does what is due at wall time `wall`.
    pub fn settle(&mut self, wall: Moment) {
        self.state.settle(self.state.clock.at(wall));
    }

    /// Applies one wire call.
    ///
    /// # Errors
    ///
    /// The refusal; nothing has changed then but the clock and what was due.
    pub fn apply(&mut self, row: &Row, call: &Call, input: Input) -> Result<Output, Refusal> {
        self.settle(call.now);
        let body = journal_body(&input);
        let (task, warnings, result) = match shape_input(input, row.shape, call.strict) {
            Ok((payload, warnings)) => {
                let task = row.task.of(&payload, call);
                (task, warnings, self.run(row, call, task, payload))
            }
            Err(refusal) => (call.task, Vec::new(), Err(refusal)),
        };
        self.record(Record { method: row.name, task, outcome: outcome(&result), body, warnings });
        debug_assert_eq!(self.touched_faults(task), Vec::<String>::new(), "after {}", row.name);
        result
    }

    fn run(
        &mut self,
        row: &Row,
        call: &Call,
        task: Option<TaskId>,
        payload: Payload,
    ) -> Result<Output, Refusal> {
        let polled = task.filter(|_| row.polls);
        if let Some(id) = polled.filter(|_| self.state.clock.mode() == Mode::Auto) {
            self.state.before_poll(id);
        }
        let output = match row.run {
            Run::Read(run) => run(&self.state, call, payload)?,
            Run::Write(run) => self.transact(|state| run(state, call, payload))?,
        };
        if let Some(id) = polled {
            self.state.after_poll(id);
        }
        Ok(output)
    }

    /// Runs a call of the control API through the same gate: settled, on a clone, journalled.
    ///
    /// # Errors
    ///
    /// The refusal; nothing has changed then but the clock and what was due.
    pub fn control<T>(
        &mut self,
        call: &Call,
        record: Record<'_>,
        run: impl FnOnce(&mut State) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.settle(call.now);
        let result = self.transact(run);
        self.record(Record { outcome: outcome(&result), ..record });
        result
    }

    fn transact<T>(&mut self, run: impl FnOnce(&mut State) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let mut next = self.state.clone();
        let done = run(&mut next)?;
        self.state = next;
        Ok(done)
    }

    /// Journals a call that never reached a method: refused before, or of no known method.
    pub fn record(&mut self, record: Record<'_>) {
        self.journal.record(self.state.now(), record);
    }

    /// Forgets the journal.
    pub fn clear_journal(&mut self) {
        self.journal.clear();
    }

    /// The whole world as a fixture.
    #[must_use]
    pub fn snapshot(&self) -> Fixture {
        snapshot::take(&self.state)
    }

    /// Replaces the world by `fixture` at wall time `wall`; keeps the clock's mode, empties the
    /// journal.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] when the fixture does not hold together; nothing has changed then.
    pub fn replace(&mut self, fixture: Fixture, wall: Moment) -> Result<(), Refusal> {
        let mut clock = Clock::new(self.state.clock.mode(), wall);
        if let Some(now) = fixture.now() {
            clock.set(now, wall);
        }
        self.state = snapshot::build(fixture, clock, self.state.seed)?;
        self.journal.clear();
        Ok(())
    }
}

/// What the journal says became of a call.
pub(crate) fn outcome<T>(result: &Result<T, Refusal>) -> Outcome {
    match result {
        Ok(_) => Outcome::Done,
        Err(refusal) => Outcome::Refused(refusal.clone()),
    }
}

/// A query is journalled as the JSON array of its pairs; of a multipart body only the parts' names and
/// sizes are.
fn journal_body(input: &Input) -> Bytes {
    match input {
        Input::Json(body, _) => body.clone(),
        Input::Query(pairs) => crate::reply::render(pairs),
        Input::Parts(parts) => {
            let sizes: Vec<_> = parts.iter().map(|part| (&part.name, part.content.len())).collect();
            crate::reply::render(&sizes)
        }
    }
}
