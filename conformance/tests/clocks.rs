//! Clients whose pauses cannot be observed: run with the clock `count`, which moves with their requests, or
//! with `real`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::judged::judged;
use serde_json::{Value, json};
use slymock_conformance::adapter::in_process::InProcess;
use slymock_conformance::adapter::{Adapter, Say};
use slymock_conformance::outcome::{ScenarioOutcome, ScenarioVerdict, Verdict};
use slymock_conformance::protocol::{Call, CallEnd, ClockMode, Hello, Statement};
use slymock_conformance::scenario::{Case, read};

/// The Rust client without reports of its pauses. `pause` converts each of them to real time.
struct Untold {
    inner: Arc<Mutex<Option<InProcess>>>,
}

impl Untold {
    fn new(clock: ClockMode, pause: fn(u64) -> Duration, say: Say) -> Self {
        let inner: Arc<Mutex<Option<InProcess>>> = Arc::default();
        let sleeper = Arc::clone(&inner);
        let changed: Say = Arc::new(move |lane, said| match said {
            Statement::Hello(hello) => say(lane, Statement::Hello(Hello { clock: vec![clock], ..hello })),
            Statement::Sleep { ms, ticket } => {
                let (inner, lane) = (Arc::clone(&sleeper), lane.to_owned());
                tokio::spawn(async move {
                    tokio::time::sleep(pause(ms)).await;
                    inner.lock().unwrap().as_mut().unwrap().wake(&lane, ticket, 0);
                });
            }
            Statement::Awake { .. } => {}
            said => say(lane, said),
        });
        *inner.lock().unwrap() = Some(InProcess::new(changed));
        Self { inner }
    }

    fn with(&self, act: impl FnOnce(&mut InProcess)) {
        act(self.inner.lock().unwrap().as_mut().unwrap());
    }
}

impl Adapter for Untold {
    fn probe(&mut self, id: u64, op: &str) {
        self.with(|inner| inner.probe(id, op));
    }

    fn call(&mut self, call: Call) {
        self.with(|inner| inner.call(call));
    }

    fn wake(&mut self, lane: &str, ticket: u64, now_ms: u64) {
        self.with(|inner| inner.wake(lane, ticket, now_ms));
    }

    fn end(&mut self) {
        self.with(InProcess::end);
    }
}

/// A wait with polls `every_ms` apart, with these checks in addition to the anchor.
fn wait(needs: &Value, every_ms: u64, checks: &Value) -> Case {
    let mut scenario = json!({
        "about": "A.", "why": "B", "needs": needs, "anchor": "ends",
        "world": {"tasks": [{"id": 7, "timeline": [
            {"at_ms": 0, "status": "queued"}, {"at_ms": 50, "status": "started"}, {"at_ms": 110, "status": "finished"}]}]},
        "steps": [{"call": "task.wait", "args": {"id": 7, "target": "finished", "every_ms": every_ms}, "as": "w"}],
        "expect": [{"id": "ends", "level": "must", "of": "w", "returns": {"any": true},
                    "requests": {"tasks.info": {"count": {"min": 2}}}}]});
    scenario["expect"].as_array_mut().unwrap().extend(checks.as_array().unwrap().clone());
    read("odd/wait", &scenario.to_string()).unwrap().remove(0)
}

fn at_ms(id: &str, times: &[u64]) -> Value {
    json!({"id": id, "level": "must", "requests": {"tasks.info": {"at_ms": times}}})
}

fn outcome(case: Case, clock: ClockMode, pause: fn(u64) -> Duration) -> ScenarioOutcome {
    judged(&[case], 1, &|say| Ok(Box::new(Untold::new(clock, pause, say)))).remove(0)
}

fn verdicts(outcome: &ScenarioOutcome) -> Vec<(&str, Verdict)> {
    outcome.checks.iter().map(|check| (check.id.as_str(), check.verdict)).collect()
}

#[test]
fn by_count_the_world_moves_with_the_requests_and_times_are_not_seen() {
    let checks = json!([
        at_ms("times", &[1, 2]),
        {"id": "gaps", "level": "must", "one_of": [
            {"requests": {"tasks.info": {"gaps_ms": [5]}}}, {"requests": {"tasks.info": {"count": 99}}}]},
        {"id": "pauses", "level": "must", "sleeps": [1]},
        {"id": "quiet", "level": "must", "quiet_after_result_ms": 5},
        {"id": "asks-for-it", "level": "must", "requests": {"tasks.info": {"body": {"like": {"id": 7}}}}},
        {"id": "asks-for-another", "level": "must", "requests": {"tasks.info": {"body": {"like": {"id": 8}}}}}]);
    // An hour between polls takes no real time, so the world cannot follow the client's pauses.
    let outcome = outcome(wait(&json!({}), 3_600_000, &checks), ClockMode::Count, |_| Duration::ZERO);
    assert_eq!(outcome.why, None);
    let unseen = Verdict::Unobserved;
    let wanted = [
        ("ends", Verdict::Pass),
        ("times", unseen),
        ("gaps", unseen),
        ("pauses", unseen),
        ("quiet", unseen),
        ("asks-for-it", Verdict::Pass),
        ("asks-for-another", Verdict::Fail),
    ];
    assert_eq!(verdicts(&outcome), wanted);
    let why = outcome.checks[1].actual.as_deref();
    assert_eq!(why, Some("times cannot be observed with the clock count"));
}

#[test]
fn by_a_real_clock_only_what_is_early_fails() {
    let checks = json!([
        at_ms("not-too-early", &[0, 20, 40, 60, 80, 100, 120, 140]),
        at_ms("too-early", &[0, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000]),
        {"id": "apart", "level": "must", "requests": {"tasks.info": {"gaps_ms": {"min": 1, "max": 2}}}},
        {"id": "far-apart", "level": "must", "requests": {"tasks.info": {"gaps_ms": {"min": 5_000}}}},
        {"id": "pauses", "level": "must", "sleeps": [1]}]);
    let outcome = outcome(wait(&json!({}), 20, &checks), ClockMode::Real, Duration::from_millis);
    assert_eq!(outcome.why, None);
    let wanted = [
        ("ends", Verdict::Pass),
        ("not-too-early", Verdict::Pass),
        ("too-early", Verdict::Fail),
        ("apart", Verdict::Pass),
        ("far-apart", Verdict::Fail),
        ("pauses", Verdict::Unobserved),
    ];
    assert_eq!(verdicts(&outcome), wanted, "{:?}", outcome.checks);
}

#[test]
fn what_needs_an_exact_clock_is_not_for_them() {
    for (clock, needs, applies) in [
        (ClockMode::Count, "virtual", false),
        (ClockMode::Count, "count", true),
        (ClockMode::Real, "virtual", false),
        (ClockMode::Real, "count", false),
    ] {
        let case = wait(&json!({"clock": needs}), 1, &json!([]));
        let verdict = outcome(case, clock, |_| Duration::ZERO).verdict;
        let wanted = if applies { ScenarioVerdict::Pass } else { ScenarioVerdict::NotApplicable };
        assert_eq!(verdict, wanted, "{clock:?} {needs}");
    }
}

#[test]
fn one_that_tells_of_a_pause_although_it_claims_that_it_cannot_is_found_out() {
    let hello = |say: Say| -> Say {
        Arc::new(move |lane, said| match said {
            Statement::Hello(hello) => {
                say(lane, Statement::Hello(Hello { clock: vec![ClockMode::Count], ..hello }))
            }
            said => say(lane, said),
        })
    };
    let outcomes =
        judged(&[wait(&json!({}), 1, &json!([]))], 1, &|say| Ok(Box::new(InProcess::new(hello(say)))));
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Broken);
    let why = "the adapter sent `sleep` for main, but runs with the clock count; `sleep` needs `virtual`";
    assert_eq!(outcomes[0].why.as_deref(), Some(why));
}

/// A client that does nothing.
struct Idle(Say);

impl Adapter for Idle {
    fn probe(&mut self, id: u64, _op: &str) {
        (self.0)("", Statement::Unsupported { id });
    }

    fn call(&mut self, call: Call) {
        (self.0)(&call.lane, Statement::Result { id: call.id, ended: CallEnd::Return(Value::Null) });
    }

    fn wake(&mut self, _lane: &str, _ticket: u64, _now_ms: u64) {}

    fn end(&mut self) {}
}

#[test]
fn one_that_does_nothing_passes_nothing() {
    for clock in [ClockMode::Count, ClockMode::Real] {
        let checks = json!([
            at_ms("polls", &[0, 20]),
            {"id": "gaps", "level": "must", "requests": {"tasks.info": {"gaps_ms": [20]}}},
            {"id": "apart", "level": "must", "requests": {"tasks.info": {"gaps_ms": {"min": 1}}}}]);
        for anchor in ["polls", "gaps", "apart"] {
            let mut case = wait(&json!({}), 20, &checks);
            anchor.clone_into(&mut case.scenario.anchor);
            let make = |say: Say| -> Result<Box<dyn Adapter>, String> {
                say("", Statement::Hello(Hello { clock: vec![clock], ..InProcess::hello() }));
                Ok(Box::new(Idle(say)))
            };
            let outcome = judged(&[case], 1, &make).remove(0);
            assert!(outcome.verdict.fails_the_run(), "{clock:?} {anchor}: {:?}", outcome.checks);
            assert!(
                outcome.checks.iter().all(|check| check.verdict != Verdict::Pass),
                "{:?}",
                outcome.checks
            );
        }
    }
}

#[test]
fn one_that_never_comes_back_is_not_waited_for() {
    let mut case = wait(&json!({}), 1, &json!([]));
    case.scenario.budget.real_ms = 200;
    let outcome = outcome(case, ClockMode::Count, |_| Duration::from_secs(3_600));
    assert_eq!(outcome.verdict, ScenarioVerdict::Runaway);
    assert_eq!(outcome.why.as_deref(), Some("nothing happened for more than 200 ms of real time in total"));
}
