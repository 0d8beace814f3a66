//! Limits of a run: the events of a scenario are dropped at its end, and neither a scenario nor a run can
//! grow without limit.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use slymock_conformance::adapter::in_process::InProcess;
use slymock_conformance::adapter::{Adapter, Say};
use slymock_conformance::check::{ChosenCase, Job, check};
use slymock_conformance::known::{KnownFiles, day_of};
use slymock_conformance::outcome::{Outcome, ScenarioVerdict};
use slymock_conformance::protocol::{Call, CallEnd, Statement};
use slymock_conformance::run::Bounds;
use slymock_conformance::scenario::{Case, read};

/// A client that only returns a list of this many nulls.
struct Returns(Say, usize);

impl Adapter for Returns {
    fn probe(&mut self, id: u64, _op: &str) {
        (self.0)("", Statement::Unsupported { id });
    }

    fn call(&mut self, call: Call) {
        let value = Value::Array(vec![Value::Null; self.1]);
        (self.0)(&call.lane, Statement::Result { id: call.id, ended: CallEnd::Return(value) });
    }

    fn wake(&mut self, _lane: &str, _ticket: u64, _now_ms: u64) {}

    fn end(&mut self) {}
}

fn outcome(cases: usize, length: usize, bounds: Bounds) -> Outcome {
    let scenario = json!({
        "about": "A.", "why": "B", "anchor": "ends",
        "steps": [{"call": "task.info", "args": {"id": 7}, "as": "i"}],
        "expect": [{"id": "ends", "level": "must", "of": "i", "returns": {"any": true}}]});
    let case = read("odd/one", &scenario.to_string()).unwrap().remove(0);
    let chosen = (0..cases).map(|number| {
        let id = format!("odd/{number}");
        ChosenCase { name: id.clone(), case: Case { id, ..case.clone() } }
    });
    let (known, today) = (KnownFiles::default(), day_of(SystemTime::now()));
    let (command, names) = ("slymock check".to_owned(), Vec::new());
    let chosen = chosen.collect();
    let job = Job {
        chosen,
        partition: None,
        whole: true,
        jobs: 1,
        command,
        names,
        known: &known,
        today,
        bounds,
        events: None,
    };
    let make = |say: Say| -> Result<Box<dyn Adapter>, String> {
        say("", Statement::Hello(InProcess::hello()));
        Ok(Box::new(Returns(say, length)))
    };
    check(job, &make, &|_, _| {}).unwrap()
}

fn whys(outcome: &Outcome) -> Vec<Option<&str>> {
    outcome.scenarios.iter().map(|scenario| scenario.why.as_deref()).collect()
}

#[test]
fn of_a_scenario_that_has_ended_the_trace_is_kept_and_not_what_was_returned() {
    let outcome = outcome(2, 100_000, Bounds::default());
    assert!(outcome.is_as_expected(), "{:?}", whys(&outcome));
    for scenario in &outcome.scenarios {
        assert!(scenario.events.is_empty(), "{}", scenario.id);
        assert_eq!(scenario.trace.len(), 2, "{:?}", scenario.trace);
        assert!(scenario.trace.iter().all(|line| line.chars().count() <= 120), "{:?}", scenario.trace);
    }
}

#[test]
fn a_scenario_whose_events_take_too_much_is_a_runaway() {
    let just = outcome(1, 1 << 20, Bounds::default());
    assert!(just.is_as_expected(), "{:?}", whys(&just));
    let over = outcome(1, 2 << 20, Bounds::default());
    assert_eq!(over.scenarios[0].verdict, ScenarioVerdict::Broken, "already the first call of all");
    assert!(over.scenarios[0].why.as_ref().unwrap().contains("its events take more than 128 MiB"));
}

#[test]
fn what_is_left_of_a_run_that_takes_too_long_or_too_much_is_broken() {
    let long = outcome(3, 0, Bounds { time: Duration::ZERO, ..Bounds::default() });
    assert_eq!(whys(&long), [Some("the run takes more than 0 s"); 3]);
    let large = outcome(3, 0, Bounds { bytes: 0, ..Bounds::default() });
    let why = Some("the events of the run take more than 0 bytes");
    assert_eq!(whys(&large), [None, why, why]);
    for outcome in [long, large] {
        assert!(!outcome.is_as_expected());
        assert_eq!(outcome.scenarios[2].verdict, ScenarioVerdict::Broken);
    }
}
