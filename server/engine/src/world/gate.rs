//! The gate through which all changes of a world pass. It settles what is due, asks the fault rules,
//! runs the call on a clone that replaces the state only on success, and records the outcome in the
//! journal.

use std::sync::Arc;

use super::World;
use crate::auto::{self, Look};
use crate::call::Call;
use crate::clock::Mode;
use crate::faults::Hit;
use crate::ids::TaskId;
use crate::journal::{Outcome, Outline, Record};
use crate::listing;
use crate::method::{Ready, Row};
use crate::refusal::Refusal;
use crate::reply::{CannedAnswer, Output};
use crate::request::{Input, LARGE, Payload, Shape};
use crate::snapshot;
use crate::state::State;
use crate::tables::Document;
use crate::time::Moment;
use crate::wire_request::{Order, WireRequest, Wish};

/// The immediate result of a request.
#[derive(Debug)]
pub enum Reaction {
    /// The request is answered.
    Completion(Completion),
    /// The request is delayed by a fault or by its app.
    Delay(Box<Delay>),
}

/// A request that is delayed by a fault or by the app that it is for.
#[derive(Debug)]
pub struct Delay {
    request: Request,
    /// The answer of the method, if it has run: then the app causes the delay.
    result: Option<Result<Output, Refusal>>,
    /// End of the delay, on the world's clock.
    pub until: Moment,
}

/// A request for which the fault rules have been asked.
#[derive(Debug)]
struct Request {
    asked: WireRequest,
    look: Option<Look>,
    fired: Option<Hit>,
}

impl Request {
    /// True if the method runs, that is, if no fault replaces it.
    fn runs_method(&self) -> bool {
        self.fired.as_ref().is_none_or(|fired| fired.rule.act.runs_method())
    }
}

/// A finished request. The shell still has to send its reply.
#[derive(Debug)]
pub struct Completion {
    /// The answer of the method; `None` if a fault replaced it.
    pub result: Option<Result<Output, Refusal>>,
    /// The fault that fired on the request.
    pub fired: Option<Hit>,
    /// Number of its entry in the journal.
    pub seq: u64,
    /// Time on the world's clock after the request.
    pub now: Moment,
}

/// The rest of a delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The delay is over.
    Over,
    /// The delay lasts this number of milliseconds of real time.
    Wall(u64),
    /// The delay lasts until the clock is moved.
    Clock,
}

impl World {
    /// Carries out everything that is due at wall time `wall`.
    pub fn settle(&mut self, wall: Moment) {
        self.state.settle(self.state.clock.at(wall));
    }

    /// True if [`settle`](Self::settle) may take long.
    #[must_use]
    pub fn is_behind(&self, wall: Moment) -> bool {
        self.state.is_far(self.state.clock.at(wall))
    }

    /// True if the next change counts the memory of the world first, which may take long.
    #[must_use]
    pub fn is_weighed_next(&self) -> bool {
        self.state.scale.is_due()
    }

    /// True if [`take`](Self::take) may take about a millisecond or more. The caller then gives the
    /// request a turn of its own, on a thread that may block, so that no other request waits for a
    /// lock.
    #[must_use]
    pub fn is_long(&self, asked: &WireRequest, wall: Moment) -> bool {
        let heavy = match &asked.wish {
            Wish::Method(row, order) => {
                order.payload.as_ref().is_some_and(|seen| row.is_heavy(&self.state, seen))
            }
            _ => false,
        };
        let is_far =
            |look: Look| auto::jump(&self.state, &look, asked).is_some_and(|to| self.state.is_far(to));
        heavy
            || (matches!(asked.wish, Wish::Method(..)) && asked.body.size > LARGE)
            || copies_much(&self.state, asked)
            || self.state.scale.is_due()
            || self.is_behind(wall)
            || auto::looks_long(&self.state, asked)
            || auto::look(&self.state, asked).is_some_and(is_far)
    }

    /// Takes a request at wall time `wall`. A repeat moves an auto clock first; then the fault rules
    /// are asked, and then the method.
    pub fn take(&mut self, mut asked: WireRequest, wall: Moment) -> Reaction {
        self.settle(wall);
        if let Wish::Visit(visit) = &asked.wish {
            asked.task = self.state.session(&visit.token);
        }
        let look = self.look(&asked);
        let (now, seed) = (self.state.now(), self.state.seed);
        let fired = self.state.faults.judge(&asked.subject(), now, seed);
        let delay_ms = fired.as_ref().and_then(|fired| fired.rule.act.delay_ms);
        let request = Request { asked, look, fired };
        match delay_ms {
            Some(ms) => Reaction::Delay(Box::new(Delay { request, result: None, until: now.plus_ms(ms) })),
            None => self.go_on(request),
        }
    }

    /// Runs the method. A canned answer of an app may have a delay of its own.
    fn go_on(&mut self, mut request: Request) -> Reaction {
        let result = request.runs_method().then(|| self.run(&mut request.asked));
        match &result {
            Some(Ok(Output::CannedAnswer(CannedAnswer { delay_ms, .. }))) if *delay_ms > 0 => {
                let until = self.state.now().plus_ms(*delay_ms);
                Reaction::Delay(Box::new(Delay { request, result, until }))
            }
            _ => Reaction::Completion(self.answer(request, result)),
        }
    }

    /// The rest of a delay until `until`. On an auto clock it is over at once: [`resume`](Self::resume)
    /// moves the clock there.
    #[must_use]
    pub fn wait(&self, until: Moment, wall: Moment) -> Wait {
        let left = until.millis() - self.state.clock.at(wall).millis();
        match (u64::try_from(left).unwrap_or(0), self.state.clock.mode()) {
            (0, _) | (_, Mode::Auto) => Wait::Over,
            (left, Mode::Real) => Wait::Wall(left),
            (_, Mode::Manual) => Wait::Clock,
        }
    }

    /// True if [`resume`](Self::resume) may take long.
    #[must_use]
    pub fn resumes_long(&self, held: &Delay, wall: Moment) -> bool {
        let far = self.state.clock.mode() == Mode::Auto && self.state.is_far(held.until);
        far || self.is_long(&held.request.asked, wall)
    }

    /// Continues a delayed request until it is answered or delayed again.
    pub fn resume(&mut self, held: Delay, wall: Moment) -> Reaction {
        self.settle(wall);
        if self.state.clock.mode() == Mode::Auto {
            self.state.settle(held.until);
        }
        match held.result {
            None => self.go_on(held.request),
            result => Reaction::Completion(self.answer(held.request, result)),
        }
    }

    /// Applies a wire call without asking the fault rules.
    ///
    /// # Errors
    ///
    /// The refusal. Nothing has changed then, except the clock and what was due.
    pub fn apply(&mut self, row: &'static Row, call: &Call, input: Input) -> Result<Output, Refusal> {
        self.settle(call.now);
        let asked = WireRequest::of(row, *call, input);
        let look = self.look(&asked);
        let answered = match self.go_on(Request { asked, look, fired: None }) {
            Reaction::Completion(answered) => answered,
            Reaction::Delay(held) => self.answer(held.request, held.result),
        };
        answered.result.expect("only a fault takes a method's place")
    }

    /// The look of a request. If it is a repeat, it moves an auto clock first.
    fn look(&mut self, asked: &WireRequest) -> Option<Look> {
        let look = auto::look(&self.state, asked)?;
        if let Some(to) = auto::jump(&self.state, &look, asked) {
            self.state.settle(to);
        }
        Some(look)
    }

    fn answer(&mut self, request: Request, mut result: Option<Result<Output, Refusal>>) -> Completion {
        let Request { asked, look, fired } = request;
        let at = self.state.now();
        let canned = asked.row.is_none() && self.state.stubs.contains_key(&*asked.method);
        let stub = canned && result.is_some();
        if let (Some(Ok(Output::Page(page))), Some(fired)) = (&mut result, &fired)
            && let Some(distortion) = fired.rule.act.distortion()
        {
            distortion.distort(page);
        }
        result = result.map(|result| result.map(Output::written));
        if let Some(look) = look {
            auto::looked(&mut self.state, look, result.as_ref());
        }
        if let (Some(task), Some(Ok(_))) = (asked.polled(), &result) {
            self.state.after_poll(task);
        }
        let outcome = match (&result, &fired) {
            (None, Some(fired)) => Outcome::Faulted(Arc::clone(&fired.rule)),
            (Some(Ok(Output::CannedAnswer(answer))), _) => {
                Outcome::Outside(Outline { status: answer.status, size: answer.body.len() })
            }
            (Some(Ok(output)), _) => Outcome::Done(Some(output.size())),
            (Some(Err(refusal)), _) => Outcome::Refused(refusal.clone()),
            (None, None) => Outcome::Done(None),
        };
        let fault = fired.as_ref().map(|fired| fired.id);
        debug_assert_eq!(self.problems_of(asked.task), Vec::<String>::new(), "after {}", asked.method);
        let known = asked.row.is_some() || asked.visit.is_some();
        let WireRequest { method, task, visit, body, warnings, .. } = asked;
        let record = Record { method, known, task, visit, outcome, body, fault, stub, warnings };
        let seq = self.journal.record(at, record);
        Completion { result, fired, seq, now: self.state.now() }
    }

    /// Ends the task of a real app that has been shut down.
    pub fn end_app(&mut self, task: TaskId) {
        self.state.end_app(task);
    }

    fn run(&mut self, asked: &mut WireRequest) -> Result<Output, Refusal> {
        let nothing = Wish::Refused(Refusal::UnknownMethod { method: String::new(), closest: None });
        match std::mem::replace(&mut asked.wish, nothing) {
            Wish::Visit(visit) => {
                let posted = asked.visit.as_ref().is_some_and(|visit| visit.verb == "POST");
                self.transact(|state| state.visit(&visit.token, &visit.command, posted))
            }
            Wish::Method(row, order) => self.run_method(row, asked, order),
            Wish::Refused(refusal) => {
                let stub = self.state.stubs.get(&*asked.method).filter(|_| asked.row.is_none());
                stub.map(Output::json).ok_or(refusal)
            }
        }
    }

    fn run_method(
        &mut self,
        row: &'static Row,
        asked: &mut WireRequest,
        order: Order,
    ) -> Result<Output, Refusal> {
        if let (true, Some(Payload::Value(request))) = (row.lists(), &order.payload) {
            asked.warnings.extend(listing::oddities(request, &self.state.limits));
        }
        match order.ready(row)? {
            Ready::Read(run) => run(&self.state, &asked.call),
            Ready::Write(run) => {
                let done = self.transact(|state| run(state, &asked.call))?;
                match row.shape {
                    // Uploads have a limit of their own, so they count without the factor for parsed
                    // JSON.
                    Shape::Parts | Shape::Form(..) => self.state.scale.add(asked.body.size),
                    _ => self.state.scale.add_json(asked.body.size),
                }
                Ok(done)
            }
        }
    }

    /// Applies a call of the control API through the same gate: settled, on a clone, recorded.
    ///
    /// # Errors
    ///
    /// The refusal. Nothing has changed then, except the clock and what was due.
    pub fn control<T>(
        &mut self,
        wall: Moment,
        record: Record,
        run: impl FnOnce(&mut State) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.settle(wall);
        let at = self.state.now();
        let result = self.transact(run);
        self.state.scale.add_json(record.body.size);
        let outcome = match &result {
            Ok(_) => Outcome::Done(None),
            Err(refusal) => Outcome::Refused(refusal.clone()),
        };
        debug_assert_eq!(self.problems_of(record.task), Vec::<String>::new(), "after {}", record.method);
        self.journal.record(at, Record { outcome, ..record });
        result
    }

    fn transact<T>(&mut self, run: impl FnOnce(&mut State) -> Result<T, Refusal>) -> Result<T, Refusal> {
        snapshot::check_weight(&mut self.state)?;
        // A clone is cheap, because the tables share their rows. A refused call leaves the state as it
        // was.
        let mut next = self.state.clone();
        let done = run(&mut next)?;
        self.state = next;
        Ok(done)
    }

    /// The inconsistencies of the rows written since the last check, and of the task that a call was
    /// about.
    fn problems_of(&mut self, task: Option<TaskId>) -> Vec<String> {
        let mut problems = self.state.tables.problems_of_written();
        let task = task.and_then(|id| self.state.task(id).ok());
        problems.extend(task.map(|task| snapshot::problems_of(&self.state, task)).unwrap_or_default());
        problems
    }
}

/// True if a call copies a large document of an app, as each change of one does.
fn copies_much(state: &State, asked: &WireRequest) -> bool {
    let documents = &state.tables.records.data;
    let document =
        asked.task.filter(|_| asked.row.is_some_and(Row::writes)).and_then(|id| documents.get(&id));
    document.is_some_and(Document::is_large)
}
