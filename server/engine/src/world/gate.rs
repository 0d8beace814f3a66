//! The gate through which every change of a world goes: settles what is due, asks the fault rules, runs
//! the call on a clone that is swapped in when it succeeds, and journals what became of it.

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

/// What becomes of a request at once.
#[derive(Debug)]
pub enum Reaction {
    /// It is answered.
    Completion(Completion),
    /// A fault holds it up.
    Delay(Box<Delay>),
}

/// A request that a fault or the app that it is for holds up.
#[derive(Debug)]
pub struct Delay {
    request: Request,
    /// What its method gave already: the app takes its time to answer.
    result: Option<Result<Output, Refusal>>,
    /// Until when, on the world's clock.
    pub until: Moment,
}

/// A request of which the fault rules were asked.
#[derive(Debug)]
struct Request {
    asked: WireRequest,
    look: Option<Look>,
    fired: Option<Hit>,
}

impl Request {
    /// Whether its method is asked, or a fault takes the method's place.
    fn runs_method(&self) -> bool {
        self.fired.as_ref().is_none_or(|fired| fired.rule.act.runs_method())
    }
}

/// A request that has been dealt with, but for what the shell does to its reply.
#[derive(Debug)]
pub struct Completion {
    /// What the method gave; nothing when a fault took its place.
    pub result: Option<Result<Output, Refusal>>,
    /// The fault that fired.
    pub fired: Option<Hit>,
    /// The number of its entry in the journal.
    pub seq: u64,
    /// What the world's clock shows.
    pub now: Moment,
}

/// How long a held request has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// No longer.
    Over,
    /// So many milliseconds of real time.
    Wall(u64),
    /// Until somebody moves the clock.
    Clock,
}

impl World {
    /// Does what is due at wall time `wall`.
    pub fn settle(&mut self, wall: Moment) {
        self.state.settle(self.state.clock.at(wall));
    }

    /// Whether [`settle`](Self::settle) takes its time.
    #[must_use]
    pub fn is_behind(&self, wall: Moment) -> bool {
        self.state.is_far(self.state.clock.at(wall))
    }

    /// Whether the world is counted before it takes another change, which takes its time.
    #[must_use]
    pub fn is_weighed_next(&self) -> bool {
        self.state.scale.is_due()
    }

    /// Whether [`take`](Self::take) takes its time.
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

    /// Takes a request at wall time `wall`: an auto clock moves when it is a repeat, then the fault rules are
    /// asked, then the method.
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

    /// Asks the method, whose answer may take its time.
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

    /// How long a held request has to wait yet. An auto clock does not keep it waiting: it moves there.
    #[must_use]
    pub fn wait(&self, until: Moment, wall: Moment) -> Wait {
        let left = until.millis() - self.state.clock.at(wall).millis();
        match (u64::try_from(left).unwrap_or(0), self.state.clock.mode()) {
            (0, _) | (_, Mode::Auto) => Wait::Over,
            (left, Mode::Real) => Wait::Wall(left),
            (_, Mode::Manual) => Wait::Clock,
        }
    }

    /// Whether [`resume`](Self::resume) takes its time.
    #[must_use]
    pub fn resumes_long(&self, held: &Delay, wall: Moment) -> bool {
        let far = self.state.clock.mode() == Mode::Auto && self.state.is_far(held.until);
        far || self.is_long(&held.request.asked, wall)
    }

    /// Goes on with a request that was held up, until it is answered or held up again.
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

    /// Applies one wire call, whatever the fault rules say.
    ///
    /// # Errors
    ///
    /// The refusal; nothing has changed then but the clock and what was due.
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

    /// What a request looks at. An auto clock moves first when it is a repeat.
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

    /// A real app has been shut down: its task ends with it.
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
                    // Uploads have a bound of their own.
                    Shape::Parts | Shape::Form(..) => self.state.scale.add(asked.body.size),
                    _ => self.state.scale.add_json(asked.body.size),
                }
                Ok(done)
            }
        }
    }

    /// Runs a call of the control API through the same gate: settled, on a clone, journalled.
    ///
    /// # Errors
    ///
    /// The refusal; nothing has changed then but the clock and what was due.
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
        let mut next = self.state.clone();
        let done = run(&mut next)?;
        self.state = next;
        Ok(done)
    }

    /// What does not hold together of the rows that were written since this was asked last, and of the task that a call
    /// was about.
    fn problems_of(&mut self, task: Option<TaskId>) -> Vec<String> {
        let mut problems = self.state.tables.problems_of_written();
        let task = task.and_then(|id| self.state.task(id).ok());
        problems.extend(task.map(|task| snapshot::problems_of(&self.state, task)).unwrap_or_default());
        problems
    }
}

/// Whether a call copies a document of an app that takes its time to be copied, as each change of one does.
fn copies_much(state: &State, asked: &WireRequest) -> bool {
    let documents = &state.tables.records.data;
    let document =
        asked.task.filter(|_| asked.row.is_some_and(Row::writes)).and_then(|id| documents.get(&id));
    document.is_some_and(Document::is_large)
}
