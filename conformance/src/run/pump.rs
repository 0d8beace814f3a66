//! One scenario on one client: who does what next, and when the clock moves. One lane is at work at a time,
//! and time moves only when all of them pause or are held up; so the same client gives the same events.

mod said;
mod time;
mod wire;

use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use slymock_server::MockWorld;
use slymock_server::engine::Moment;

use super::bench::{Bench, Happening};
use super::lane::{Lane, Pause};
use super::recorder::Recorder;
use crate::event::{Stop, What};
use crate::protocol::Call;
use crate::scenario::{Case, Check, Step};

/// How long nothing may come of a client that is at work, in ticks: it waits for something that the kit does
/// not know of, such as a pause of its own.
pub(super) const LEAK_TICKS: u64 = 10;
/// A tick of real time. Ticks are counted, so that a machine that stands still for a while does no harm.
pub(super) const TICK: Duration = Duration::from_millis(50);
/// The most events of a scenario: beyond it something runs in circles.
const EVENTS_MAX: usize = 20_000;
/// The most bytes that the events of a scenario take: what a client sends and returns is kept until it is judged.
const BYTES_MAX: u64 = 128 << 20;
/// The most that may happen in a scenario, events or not.
const HAPPENINGS_MAX: usize = 5 * EVENTS_MAX;
/// The most threads that a client may have in one lane.
const THREADS_MAX: usize = 1_000;
/// How much longer than nothing may happen a scenario may take in all.
const PATIENCE: u32 = 10;

pub(super) struct Pump<'a, 'b> {
    bench: &'a mut Bench<'b>,
    case: &'a Case,
    world: &'a MockWorld,
    pub(super) recorder: Recorder,
    lanes: Vec<Lane>,
    /// Where the world's clock stood at the start.
    start: Moment,
    /// Virtual milliseconds from the start.
    now: u64,
    /// What the kit itself lets pass; it is none of the client's time.
    passed: u64,
    requests: u64,
    /// When it has taken too long, whatever happens.
    end: Instant,
    /// How much happened.
    happened: usize,
    /// Ticks without anything, in all.
    idle: u64,
    /// For how many ticks nothing may happen; nothing while the server is the one to move.
    patience: Option<u64>,
    /// Whether the client is left without an answer that never comes.
    hangs: bool,
    /// What the calls returned, by step.
    results: Vec<Option<Value>>,
    /// The number of the last call before this scenario.
    before: u64,
}

impl<'a, 'b> Pump<'a, 'b> {
    pub(super) fn new(bench: &'a mut Bench<'b>, case: &'a Case, world: &'a MockWorld) -> Self {
        let lanes: Vec<_> = lane_names(case).into_iter().map(Lane::new).collect();
        let mut recorder = Recorder::default();
        recorder.replace(world.token(), "<token>");
        for lane in 0..lanes.len() {
            let address = bench.address(lane);
            let host = address.trim_start_matches("http://");
            recorder.replace(host, "<server>");
            if let Some((_, port)) = host.rsplit_once(':') {
                // As Python's urllib3 tells it.
                recorder.replace(&format!("port={port}"), "port=<port>");
            }
            recorder.replace(&address, "<server>");
        }
        let results = vec![None; case.scenario.steps.len()];
        let before = bench.last_call();
        Self {
            bench,
            case,
            world,
            recorder,
            lanes,
            start: Moment::VIRTUAL_START,
            now: 0,
            passed: 0,
            requests: 0,
            end: Instant::now(),
            happened: 0,
            idle: 0,
            patience: None,
            hangs: false,
            results,
            before,
        }
    }

    /// Does all steps, and waits as long as the checks want it quiet.
    pub(super) async fn run(&mut self) -> Stop {
        self.start_clock().await;
        self.end = Instant::now() + PATIENCE * Duration::from_millis(self.real_ms());
        let done = self.all_steps().await;
        match done {
            Ok(()) => Stop::Done,
            Err(Stop::Broken(why)) => Stop::Broken(self.recorder.text(&self.bench.with_last_words(why))),
            Err(stop) => stop,
        }
    }

    async fn all_steps(&mut self) -> Result<(), Stop> {
        let steps = &self.case.scenario.steps;
        let mut index = 0;
        while index < steps.len() {
            index = match (&steps[index].lane, steps[index].advance_ms) {
                (_, Some(ms)) => {
                    self.pass(ms).await?;
                    index + 1
                }
                (None, None) => {
                    self.lanes[0].queue.push_back(index);
                    index + 1
                }
                (Some(_), None) => self.queue_lanes(index),
            };
            self.pump(None).await?;
        }
        match self.case.scenario.expect.iter().filter_map(Check::quiet_ms).max() {
            Some(ms) => self.pass(ms).await,
            None => Ok(()),
        }
    }

    /// Queues neighbours that have a lane; the index of the step after them.
    fn queue_lanes(&mut self, mut index: usize) -> usize {
        let steps = &self.case.scenario.steps;
        while let Some(name) = steps.get(index).and_then(|step| step.lane.as_deref()) {
            let lane = self.lane_named(name).expect("each lane of the scenario has a place");
            self.lanes[lane].queue.push_back(index);
            index += 1;
        }
        index
    }

    /// Goes on until all calls are done, or until a moment.
    async fn pump(&mut self, end: Option<u64>) -> Result<(), Stop> {
        loop {
            self.hear().await?;
            if self.lanes.iter().any(Lane::is_active) {
                self.listen().await?;
                continue;
            }
            let has_begun = self.begin()?;
            if has_begun || self.wake() {
                continue;
            }
            if end.is_none() && self.lanes.iter().all(Lane::is_done) {
                return Ok(());
            }
            match self.lanes.iter().filter_map(Lane::due).min() {
                Some(due) if end.is_none_or(|end| due <= end) => self.come_to(due).await?,
                Some(_) => return Ok(()),
                None if end.is_some() => return Ok(()),
                None => return Err(Stop::Broken("a call is under way and waits for nothing".to_owned())),
            }
        }
    }

    /// Notes what was said already, so that time does not pass over it.
    async fn hear(&mut self) -> Result<(), Stop> {
        while let Ok(happening) = self.bench.inbox.try_recv() {
            self.look_at_clock().await?;
            self.note(happening)?;
        }
        Ok(())
    }

    /// Begins the next call of the first lane that has one.
    fn begin(&mut self) -> Result<bool, Stop> {
        let next = self.lanes.iter_mut().enumerate().find_map(|(lane, it)| Some((lane, it.next_step()?)));
        let Some((lane, index)) = next else { return Ok(false) };
        let call = self.call(lane, index)?;
        let (op, args) = (call.op.clone(), Value::Object(call.args.clone()));
        self.lanes[lane].busy = Some((index, call.id));
        self.lanes[lane].step = Some(index);
        self.record(lane, What::Call { op, args });
        self.set_to_work(lane);
        self.bench.adapter.call(call);
        Ok(true)
    }

    fn call(&mut self, lane: usize, index: usize) -> Result<Call, Stop> {
        let Step { call, args, .. } = &self.case.scenario.steps[index];
        let mut settings = self.case.scenario.client.clone();
        let token = settings.token.take().unwrap_or_else(|| self.world.token().to_owned());
        let args = args.iter().map(|(name, value)| Some((name.clone(), self.captured(value)?)));
        let args: Option<Map<String, Value>> = args.collect();
        let nothing =
            || Stop::Broken(format!("steps[{index}]: it needs what an earlier call did not return"));
        Ok(Call {
            id: self.bench.next_call(),
            // That of its first call.
            scenario: self.before + 1,
            now_ms: self.now,
            op: call.clone().unwrap_or_default(),
            lane: self.lanes[lane].name.clone(),
            url: self.bench.address(lane),
            token,
            clock: self.bench.clock,
            settings,
            args: args.ok_or_else(nothing)?,
        })
    }

    /// A value with what earlier calls returned in its places; nothing when they did not.
    fn captured(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Array(items) => items.iter().map(|item| self.captured(item)).collect(),
            Value::Object(object) => match object.get("$from").and_then(Value::as_str) {
                Some(label) => {
                    let steps = &self.case.scenario.steps;
                    let step = steps.iter().position(|step| step.label.as_deref() == Some(label))?;
                    let at = object.get("at").and_then(Value::as_str).unwrap_or_default();
                    self.results[step].as_ref()?.pointer(at).cloned()
                }
                None => {
                    let values = object.iter().map(|(key, value)| Some((key.clone(), self.captured(value)?)));
                    values.collect::<Option<_>>().map(Value::Object)
                }
            },
            plain => Some(plain.clone()),
        }
    }

    /// Whether a later call needs what this step returns.
    fn is_needed(&self, step: usize) -> bool {
        let steps = &self.case.scenario.steps;
        let Some(label) = steps[step].label.as_deref() else { return false };
        steps.iter().flat_map(|step| step.args.values()).any(|value| takes_from(value, label))
    }

    /// Ends the next pause whose time has come.
    fn wake(&mut self) -> bool {
        let now = self.now;
        let due = self.lanes.iter_mut().enumerate().find_map(|(lane, it)| Some((lane, it.take_due(now)?)));
        let Some((lane, Pause { who, ticket, .. })) = due else { return false };
        self.set_to_work(lane);
        self.bench.adapter.wake(&who, ticket, now);
        true
    }

    /// It is a client's turn.
    fn set_to_work(&mut self, lane: usize) {
        self.lanes[lane].at_work = true;
        (self.patience, self.hangs) = (Some(LEAK_TICKS), false);
    }

    fn note(&mut self, happening: Happening) -> Result<(), Stop> {
        self.happened += 1;
        if self.happened > HAPPENINGS_MAX {
            return Err(Stop::Broken(format!(
                "the adapter says more than {HAPPENINGS_MAX} lines in one scenario"
            )));
        }
        match happening {
            Happening::Wire(lane, tapped) => self.note_wire(lane, tapped)?,
            Happening::Statement(generation, name, said) if generation == self.bench.generation => {
                self.note_said(&name, said)?;
            }
            Happening::Statement(..) => {}
        }
        if self.recorder.bytes() > BYTES_MAX {
            return Err(Stop::Runaway(format!("its events take more than {} MiB", BYTES_MAX >> 20)));
        }
        if self.recorder.len() > EVENTS_MAX {
            return Err(Stop::Runaway(format!("it makes more than {EVENTS_MAX} events")));
        }
        Ok(())
    }

    fn record(&mut self, lane: usize, what: What) {
        let Lane { name, step, .. } = &self.lanes[lane];
        self.recorder.record(self.now, name, *step, what);
    }

    fn lane_named(&self, name: &str) -> Option<usize> {
        self.lanes.iter().position(|lane| lane.is_called(name))
    }
}

/// Whether a value has a place for what a step returns.
fn takes_from(value: &Value, label: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| takes_from(item, label)),
        Value::Object(object) => {
            object.get("$from").is_some_and(|from| from == label)
                || object.values().any(|value| takes_from(value, label))
        }
        _ => false,
    }
}

/// The lane of steps that have none.
const MAIN: &str = "main";

/// The lanes of a scenario; the first is that of steps that name none.
pub(super) fn lane_names(case: &Case) -> Vec<&str> {
    let mut names = vec![MAIN];
    for name in case.scenario.steps.iter().filter_map(|step| step.lane.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
