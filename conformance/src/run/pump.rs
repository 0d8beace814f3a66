//! One scenario on one client: who does what next, and when the clock moves. One lane is at work at a time,
//! and time moves only when all of them pause or are held up; so the same client gives the same events.

mod wire;

use std::time::Duration;

use serde_json::{Map, Value};
use slymock_server::MockWorld;

use super::bench::{Bench, Happening};
use super::lane::Lane;
use super::recorder::Recorder;
use crate::event::{Stop, What};
use crate::protocol::{Call, ClockMode, Ended, Said};
use crate::scenario::{Case, Check, Step};

/// How long nothing may come of a client that is at work, in ticks: it waits for something that the kit does
/// not know of, such as a pause of its own.
const LEAK_TICKS: u64 = 10;
/// A tick of real time. Ticks are counted, so that a machine that stands still for a while does no harm.
const TICK: Duration = Duration::from_millis(50);
/// The most events of a scenario: beyond it something runs in circles.
const EVENTS_MAX: usize = 20_000;

pub(super) struct Pump<'a> {
    bench: &'a mut Bench,
    case: &'a Case,
    world: &'a MockWorld,
    pub(super) recorder: Recorder,
    lanes: Vec<Lane>,
    /// Virtual milliseconds from the start.
    now: u64,
    /// What the kit itself lets pass; it is none of the client's time.
    passed: u64,
    requests: u64,
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

impl<'a> Pump<'a> {
    pub(super) fn new(bench: &'a mut Bench, case: &'a Case, world: &'a MockWorld) -> Self {
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
            now: 0,
            passed: 0,
            requests: 0,
            idle: 0,
            patience: None,
            hangs: false,
            results,
            before,
        }
    }

    /// Does all steps, and waits as long as the checks want it quiet.
    pub(super) async fn run(&mut self) -> Stop {
        let done = self.all_steps().await;
        match done {
            Ok(()) => Stop::Done,
            Err(Stop::Broken(why)) => Stop::Broken(self.recorder.text(&why)),
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

    /// So many virtual milliseconds pass.
    async fn pass(&mut self, ms: u64) -> Result<(), Stop> {
        let end = self.now.saturating_add(ms);
        self.passed = self.passed.saturating_add(ms);
        // What a call left running comes to its pauses.
        self.bench.settle().await;
        self.pump(Some(end)).await?;
        self.move_to(end).await
    }

    /// Goes on until all calls are done, or until a moment.
    async fn pump(&mut self, end: Option<u64>) -> Result<(), Stop> {
        loop {
            self.hear()?;
            if self.lanes.iter().any(Lane::is_active) {
                self.listen().await?;
            } else if self.begin()? || self.wake() {
            } else if end.is_none() && self.lanes.iter().all(Lane::is_done) {
                return Ok(());
            } else {
                match self.lanes.iter().filter_map(Lane::due).min() {
                    Some(due) if end.is_none_or(|end| due <= end) => self.move_to(due).await?,
                    Some(_) => return Ok(()),
                    None if end.is_some() => return Ok(()),
                    None => return Err(Stop::Broken("a call is under way and waits for nothing".to_owned())),
                }
            }
        }
    }

    /// Notes what was said already, so that time does not pass over it.
    fn hear(&mut self) -> Result<(), Stop> {
        while let Ok(happening) = self.bench.inbox.try_recv() {
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
        let settings = self.case.scenario.client.clone();
        let args = args.iter().map(|(name, value)| Some((name.clone(), self.captured(value)?)));
        let args: Option<Map<String, Value>> = args.collect();
        let nothing =
            || Stop::Broken(format!("steps[{index}]: it needs what an earlier call did not return"));
        Ok(Call {
            id: self.bench.next_call(),
            op: call.clone().unwrap_or_default(),
            lane: self.lanes[lane].name.clone(),
            url: self.bench.address(lane),
            token: settings.token.clone().unwrap_or_else(|| self.world.token().to_owned()),
            clock: ClockMode::Virtual,
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

    /// Ends the next pause whose time has come.
    fn wake(&mut self) -> bool {
        let now = self.now;
        let due = self.lanes.iter_mut().enumerate().find_map(|(lane, it)| Some((lane, it.take_due(now)?)));
        let Some((lane, ticket)) = due else { return false };
        self.set_to_work(lane);
        self.bench.adapter.wake(&self.lanes[lane].name, ticket, now);
        true
    }

    /// It is a client's turn.
    fn set_to_work(&mut self, lane: usize) {
        self.lanes[lane].at_work = true;
        (self.patience, self.hangs) = (Some(LEAK_TICKS), false);
    }

    async fn move_to(&mut self, moment: u64) -> Result<(), Stop> {
        let limit = self.case.scenario.budget.virtual_ms;
        if moment > limit.saturating_add(self.passed) {
            return Err(Stop::Runaway(format!("it goes on past {limit} virtual ms")));
        }
        self.world.clock().advance(Duration::from_millis(moment.saturating_sub(self.now))).await;
        self.now = moment.max(self.now);
        for lane in &mut self.lanes {
            if lane.release(moment) {
                self.patience = Some(LEAK_TICKS);
            }
        }
        Ok(())
    }

    /// Waits for something to happen and notes it.
    async fn listen(&mut self) -> Result<(), Stop> {
        let mut quiet = 0;
        loop {
            match tokio::time::timeout(TICK, self.bench.inbox.recv()).await {
                Ok(Some(happening)) => return self.note(happening),
                Ok(None) => return Err(Stop::Broken("nobody speaks any more".to_owned())),
                Err(_) => (quiet, self.idle) = (quiet + 1, self.idle + 1),
            }
            if self.patience.is_some_and(|ticks| quiet >= ticks) {
                return self.out_of_patience(quiet);
            }
            let real_ms = self.case.scenario.budget.real_ms;
            if u128::from(self.idle) * TICK.as_millis() > u128::from(real_ms) {
                return Err(Stop::Runaway(format!("it takes more than {real_ms} ms of real time")));
            }
        }
    }

    /// So many ticks nothing came of anybody, and something should have.
    fn out_of_patience(&mut self, quiet: u64) -> Result<(), Stop> {
        let left: Vec<_> = self.lanes.iter_mut().filter(|lane| !lane.released.is_empty()).collect();
        if !left.is_empty() {
            // The server answers at once what is not held up any more, unless its client has left.
            left.into_iter().for_each(Lane::leave);
            return Ok(());
        }
        if self.lanes.iter().all(|lane| lane.busy.is_none()) {
            // What was left of a call after its end woke up and is over.
            self.lanes.iter_mut().for_each(|lane| lane.at_work = false);
            return Ok(());
        }
        let ms = u128::from(quiet) * TICK.as_millis();
        if self.hangs {
            let why = format!("it waits for an answer that never comes, past its time-out: {ms} ms");
            return Err(Stop::Runaway(why));
        }
        Err(Stop::Broken(format!("nothing came of the client for {ms} ms of real time: it waits elsewhere")))
    }

    fn note(&mut self, happening: Happening) -> Result<(), Stop> {
        match happening {
            Happening::Wire(lane, tapped) => self.note_wire(lane, tapped)?,
            Happening::Said(name, said) => match self.lane_named(&name) {
                Some(lane) => self.note_said(lane, said)?,
                None => return Err(Stop::Broken(format!("the adapter speaks of a lane {name:?}"))),
            },
        }
        if self.recorder.len() > EVENTS_MAX {
            return Err(Stop::Runaway(format!("it makes more than {EVENTS_MAX} events")));
        }
        Ok(())
    }

    fn note_said(&mut self, lane: usize, said: Said) -> Result<(), Stop> {
        match said {
            Said::Log { level, text } => self.record(lane, What::Log { level, text }),
            Said::Awake { ticket } => {
                self.lanes[lane].pauses.retain(|(pause, _)| *pause != ticket);
                // Who gives up a pause is at something else.
                if self.lanes[lane].busy.is_some() {
                    self.set_to_work(lane);
                }
            }
            Said::Sleep { ms, ticket } => {
                self.record(lane, What::Sleep { ms });
                self.lanes[lane].at_work = false;
                self.lanes[lane].pauses.push((ticket, self.now.saturating_add(ms)));
            }
            Said::Result { id, ended } => {
                let busy = self.lanes[lane].busy.filter(|(_, call)| *call == id);
                let Some((step, _)) = busy else {
                    if (1..=self.before).contains(&id) {
                        // It is of a scenario that is over.
                        return Ok(());
                    }
                    return Err(Stop::Broken(format!("the adapter ends a call {id} that is not under way")));
                };
                self.lanes[lane].at_work = false;
                let what = match ended {
                    Ended::Error(why) => return Err(Stop::Broken(why)),
                    Ended::Raise(raised) => What::Raise(raised),
                    Ended::Return(value) => {
                        self.results[step] = Some(value.clone());
                        What::Return { value }
                    }
                };
                self.record(lane, what);
                self.lanes[lane].busy = None;
                // Whoever asked for what is still held up has left.
                self.lanes[lane].held.clear();
            }
        }
        Ok(())
    }

    fn record(&mut self, lane: usize, what: What) {
        let Lane { name, step, .. } = &self.lanes[lane];
        self.recorder.record(self.now, name, *step, what);
    }

    fn lane_named(&self, name: &str) -> Option<usize> {
        self.lanes.iter().position(|lane| lane.name == name)
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
