//! Runs one scenario on one client: decides which lane works next, and when the clock moves. One lane works
//! at a time, and time moves only while all lanes pause or are held up. The same client therefore always
//! causes the same events.

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

/// Idle ticks after which a client at work is given up: it waits for something that the kit does not know of,
/// such as a pause that it did not report.
pub(super) const LEAK_TICKS: u64 = 10;
/// Unit of real time. Ticks are counted instead of reading a clock, so that a machine that stalls does no
/// harm.
pub(super) const TICK: Duration = Duration::from_millis(50);
/// Maximum number of events in a scenario; a client beyond it is probably in an endless loop.
const EVENTS_MAX: usize = 20_000;
/// Maximum size of the events of a scenario in bytes, because all of them are kept until the scenario is
/// judged.
const BYTES_MAX: u64 = 128 << 20;
/// Maximum number of happenings in a scenario, recorded or not. A happening need not leave an event, so
/// there may be several times as many.
const HAPPENINGS_MAX: usize = 5 * EVENTS_MAX;
/// Maximum number of threads that a client may open in one lane.
const THREADS_MAX: usize = 1_000;
/// Limit of the total real time of a scenario, as a multiple of its limit for idle time: an adapter
/// that computes, or writes a line now and then, is not idle and must end as well.
const PATIENCE: u32 = 10;

pub(super) struct Pump<'a, 'b> {
    bench: &'a mut Bench<'b>,
    case: &'a Case,
    world: &'a MockWorld,
    pub(super) recorder: Recorder,
    lanes: Vec<Lane>,
    /// The time of the world's clock at the start.
    start: Moment,
    /// Virtual milliseconds from the start.
    now: u64,
    /// Virtual milliseconds that the kit itself let pass. They do not count against the client's budget.
    passed: u64,
    requests: u64,
    /// Deadline of the scenario in real time.
    end: Instant,
    /// Number of happenings so far.
    happened: usize,
    /// Number of idle ticks so far.
    idle: u64,
    /// Idle ticks after which the client is given up. None while the server has to act.
    patience: Option<u64>,
    /// True while the client waits for a response that never comes.
    hangs: bool,
    /// Return values of the calls, by step.
    results: Vec<Option<Value>>,
    /// Id of the last call before this scenario.
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
                // Python's urllib3 prints the port in this form.
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

    /// Does all steps, then lets the time pass that the checks want to stay quiet.
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

    /// Queues adjacent steps that name a lane, and returns the index of the step after them.
    fn queue_lanes(&mut self, mut index: usize) -> usize {
        let steps = &self.case.scenario.steps;
        while let Some(name) = steps.get(index).and_then(|step| step.lane.as_deref()) {
            let lane = self.lane_named(name).expect("each lane of the scenario has a place");
            self.lanes[lane].queue.push_back(index);
            index += 1;
        }
        index
    }

    /// Runs the lanes until all calls have ended, or until `end`.
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
                None => {
                    return Err(Stop::Broken(
                        "a call is running, but its client neither pauses nor waits for a response"
                            .to_owned(),
                    ));
                }
            }
        }
    }

    /// Processes everything received so far, before time moves past it.
    async fn hear(&mut self) -> Result<(), Stop> {
        while let Ok(happening) = self.bench.inbox.try_recv() {
            self.look_at_clock().await?;
            self.note(happening)?;
        }
        Ok(())
    }

    /// Starts the next call of the first lane that has one.
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
        let nothing = || {
            Stop::Broken(format!(
                "steps[{index}]: its arguments need a value that an earlier call did not return"
            ))
        };
        Ok(Call {
            id: self.bench.next_call(),
            // A scenario has the number of its first call.
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

    /// Replaces the captures in `value` by values that earlier calls returned. None if one of them is
    /// missing.
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

    /// True if a later call needs the return value of this step.
    fn is_needed(&self, step: usize) -> bool {
        let steps = &self.case.scenario.steps;
        let Some(label) = steps[step].label.as_deref() else { return false };
        steps.iter().flat_map(|step| step.args.values()).any(|value| takes_from(value, label))
    }

    /// Ends the next pause that is due.
    fn wake(&mut self) -> bool {
        let now = self.now;
        let due = self.lanes.iter_mut().enumerate().find_map(|(lane, it)| Some((lane, it.take_due(now)?)));
        let Some((lane, Pause { who, ticket, .. })) = due else { return false };
        self.set_to_work(lane);
        self.bench.adapter.wake(&who, ticket, now);
        true
    }

    /// Marks a lane as working, and restarts the count of idle ticks.
    fn set_to_work(&mut self, lane: usize) {
        self.lanes[lane].at_work = true;
        (self.patience, self.hangs) = (Some(LEAK_TICKS), false);
    }

    fn note(&mut self, happening: Happening) -> Result<(), Stop> {
        self.happened += 1;
        if self.happened > HAPPENINGS_MAX {
            return Err(Stop::Broken(format!(
                "the adapter sends more than {HAPPENINGS_MAX} lines in one scenario"
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

/// True if `value` contains a capture of the step with this label.
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

/// Lane of the steps that name none.
const MAIN: &str = "main";

/// The lanes of a scenario, starting with [`MAIN`].
pub(super) fn lane_names(case: &Case) -> Vec<&str> {
    let mut names = vec![MAIN];
    for name in case.scenario.steps.iter().filter_map(|step| step.lane.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
