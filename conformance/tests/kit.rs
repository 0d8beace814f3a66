//! The kit against misbehaving clients: idle, asleep, endless, late, or out of step with the kit.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use crate::common::judged::judged;
use crate::common::own_cases;
use serde_json::{Value, json};
use slymock_conformance::adapter::in_process::InProcess;
use slymock_conformance::adapter::{Adapter, Say};
use slymock_conformance::outcome::{ScenarioOutcome, ScenarioVerdict, Verdict};
use slymock_conformance::protocol::{Call, CallEnd, Statement};
use slymock_conformance::scenario::{Case, read};

/// Reaction of a client to a call.
type Act = fn(&Say, &Call);

/// A client with nothing but a reaction to calls.
struct Odd {
    say: Say,
    act: Act,
    /// Reaction to the end of a pause, if any.
    woken: Option<Act>,
    call: Option<Call>,
    /// True once it has returned from the kit's first call.
    smoked: bool,
}

impl Odd {
    fn boxed(say: Say, act: Act, woken: Option<Act>) -> Box<dyn Adapter> {
        say("", Statement::Hello(InProcess::hello()));
        Box::new(Self { say, act, woken, call: None, smoked: false })
    }
}

impl Adapter for Odd {
    fn probe(&mut self, id: u64, _op: &str) {
        (self.say)("", Statement::Unsupported { id });
    }

    fn call(&mut self, call: Call) {
        if !std::mem::replace(&mut self.smoked, true) {
            return done(&self.say, &call, Value::Null);
        }
        (self.act)(&self.say, &call);
        self.call = Some(call);
    }

    fn wake(&mut self, lane: &str, ticket: u64, _now_ms: u64) {
        match (self.woken, &self.call) {
            (Some(woken), Some(call)) => woken(&self.say, call),
            _ => (self.say)(lane, Statement::Sleep { ms: 60_000, ticket }),
        }
    }

    fn end(&mut self) {}
}

fn odd(cases: &[Case], act: Act) -> Vec<ScenarioOutcome> {
    judged(cases, 2, &move |say| Ok(Odd::boxed(say, act, None)))
}

/// A client that also reacts to the end of its pause.
fn odd_later(cases: &[Case], act: Act, woken: Act) -> ScenarioOutcome {
    judged(cases, 2, &move |say| Ok(Odd::boxed(say, act, Some(woken)))).remove(0)
}

fn done(say: &Say, call: &Call, value: Value) {
    say(&call.lane, Statement::Result { id: call.id, ended: CallEnd::Return(value) });
}

/// One request over a plain socket, as a blocking client sends it.
fn ask(call: &Call) {
    let (host, token) = (call.url.trim_start_matches("http://"), &call.token);
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let body = json!({"id": 7}).to_string();
    write!(
        stream,
        "POST /public/api/v3/tasks.info HTTP/1.1\r\nHost: {host}\r\nx-api-key: {token}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
}

fn scenario(change: impl Fn(&mut Value)) -> Vec<Case> {
    let mut scenario = json!({
        "about": "A.", "why": "B", "anchor": "asks", "world": {"tasks": [{"id": 7, "status": "started"}]},
        "steps": [{"call": "task.info", "args": {"id": 7}, "as": "i"}],
        "expect": [
            {"id": "asks", "level": "must", "requests": {"tasks.info": {"count": 1}}},
            {"id": "returns", "level": "must", "of": "i", "returns": {"any": true}}]});
    change(&mut scenario);
    read("odd/one", &scenario.to_string()).unwrap()
}

fn verdicts(outcome: &ScenarioOutcome) -> Vec<Verdict> {
    outcome.checks.iter().map(|check| check.verdict).collect()
}

#[test]
fn a_client_that_does_nothing_passes_no_check() {
    for value in [Value::Null, json!(true), json!(false)] {
        let outcomes = odd(
            &own_cases(),
            match value {
                Value::Null => |say, call| done(say, call, Value::Null),
                Value::Bool(true) => |say, call| done(say, call, json!(true)),
                _ => |say, call| done(say, call, json!(false)),
            },
        );
        for outcome in &outcomes {
            let passes: Vec<_> =
                outcome.checks.iter().filter(|check| check.verdict == Verdict::Pass).collect();
            assert!(passes.is_empty(), "{}: {passes:?}", outcome.id);
            assert!(outcome.verdict.fails_the_run(), "{}", outcome.id);
        }
        assert!(outcomes.len() >= 60);
    }
}

#[test]
fn a_client_that_only_fails_passes_no_check() {
    use slymock_conformance::protocol::Exception;
    use slymock_conformance::scenario::ErrorKind;
    let outcomes = odd(&own_cases(), |say, call| {
        let (kind, native) = (ErrorKind::BadAnswer, "Odd".to_owned());
        let raised = Exception { kind, native, message: String::new() };
        say(&call.lane, Statement::Result { id: call.id, ended: CallEnd::Raise(raised) });
    });
    for outcome in &outcomes {
        assert!(outcome.checks.iter().all(|check| check.verdict != Verdict::Pass), "{}", outcome.id);
    }
}

#[test]
fn a_client_that_pauses_elsewhere_is_broken() {
    let cases = scenario(|_| {});
    let outcomes = odd(&cases, |say, call| {
        let (say, call) = (Arc::clone(say), call.clone());
        std::thread::spawn(move || {
            ask(&call);
            // An unreported pause, which ends long after the kit has given up.
            std::thread::sleep(Duration::from_secs(2));
            done(&say, &call, Value::Null);
        });
    });
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Broken);
    assert!(outcomes[0].why.as_ref().unwrap().contains("500 ms of real time"), "{:?}", outcomes[0].why);
    assert_eq!(verdicts(&outcomes[0]), [Verdict::Unobserved, Verdict::Unobserved]);
}

#[test]
fn a_client_without_an_end_is_a_runaway() {
    let cases = scenario(|scenario| scenario["budget"] = json!({"virtual_ms": 300_000}));
    let outcomes = odd(&cases, |say, call| say(&call.lane, Statement::Sleep { ms: 60_000, ticket: 0 }));
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Runaway);
    assert_eq!(outcomes[0].why.as_deref(), Some("it runs for more than 300000 virtual ms"));

    let cases = scenario(|scenario| scenario["budget"] = json!({"requests": 3}));
    let outcomes = odd(&cases, |_, call| {
        let call = call.clone();
        std::thread::spawn(move || (0..5).for_each(|_| ask(&call)));
    });
    assert_eq!(outcomes[0].why.as_deref(), Some("it sends more than 3 requests"));

    let cases = scenario(|scenario| {
        scenario["budget"] = json!({"real_ms": 100});
        scenario["faults"] = json!([{"do": {"hang": true}}]);
    });
    let outcomes = odd(&cases, |_, call| {
        let call = call.clone();
        std::thread::spawn(move || ask(&call));
    });
    assert_eq!(
        outcomes[0].why.as_deref(),
        Some("nothing happened for more than 100 ms of real time in total")
    );

    let outcomes = odd(&scenario(|_| {}), |say, call| {
        for _ in 0..20_001 {
            say(&call.lane, Statement::Log { level: "info".to_owned(), text: "again".to_owned() });
        }
    });
    assert_eq!(outcomes[0].why.as_deref(), Some("it makes more than 20000 events"));
}

#[test]
fn a_request_after_the_end_fails_its_own_scenario() {
    let mut cases = scenario(|scenario| {
        scenario["expect"] =
            json!([{"id": "asks", "level": "must", "requests": {"tasks.info": {"count": {"max": 9}}}}]);
    });
    let mut other = cases[0].clone();
    other.id = "odd/two".to_owned();
    cases.push(other);
    let outcomes = judged_alone(&cases, |say, call| {
        static LAST: std::sync::Mutex<Option<Call>> = std::sync::Mutex::new(None);
        let (say, call) = (Arc::clone(say), call.clone());
        std::thread::spawn(move || {
            // The first scenario's request, sent during the second.
            if let Some(last) = LAST.lock().unwrap().replace(call.clone()) {
                ask(&last);
            }
            done(&say, &call, Value::Null);
        });
    });
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Fail);
    assert_eq!(outcomes[0].why.as_deref(), Some("the client sent 1 requests after the end of the scenario"));
    assert_eq!(outcomes[1].verdict, ScenarioVerdict::Pass);
}

/// Judges with one worker, so that the cases run in their order.
fn judged_alone(cases: &[Case], act: Act) -> Vec<ScenarioOutcome> {
    judged(cases, 1, &move |say| Ok(Odd::boxed(say, act, None)))
}

#[test]
fn an_adapter_out_of_step_is_broken() {
    let why = |act: Act| {
        let outcome = odd(&scenario(|_| {}), act).remove(0);
        assert_eq!(outcome.verdict, ScenarioVerdict::Broken);
        outcome.why.unwrap()
    };
    let error = |say: &Say, call: &Call| {
        say(&call.lane, Statement::Result { id: call.id, ended: CallEnd::Error("no such thing".to_owned()) });
    };
    assert_eq!(why(error), "no such thing");
    let other: Act =
        |say, call| say(&call.lane, Statement::Result { id: 99, ended: CallEnd::Return(Value::Null) });
    assert_eq!(why(other), "the adapter sent the result of call 99 although that call is not running");
    let lane: Act =
        |say, call| say("elsewhere", Statement::Result { id: call.id, ended: CallEnd::Return(Value::Null) });
    assert_eq!(why(lane), "the adapter uses the lane \"elsewhere\", which is not open");
}

#[test]
fn what_an_earlier_call_did_not_return_breaks_the_scenario() {
    let cases = scenario(|scenario| {
        let id = json!({"$from": "i", "at": "/nowhere"});
        scenario["steps"].as_array_mut().unwrap().push(json!({"call": "task.info", "args": {"id": id}}));
    });
    let outcomes = odd(&cases, |say, call| done(say, call, json!({})));
    assert_eq!(
        outcomes[0].why.as_deref(),
        Some("steps[1]: its arguments need a value that an earlier call did not return")
    );
}

#[test]
fn a_fault_that_never_fires_makes_every_pass_vacuous() {
    let fault = |optional: bool| {
        scenario(move |scenario| {
            scenario["faults"] = json!([{"optional": optional, "on": {"nth": [2]}, "do": {"status": 503}}]);
        })
    };
    let asks: Act = |say, call| {
        let (say, call) = (Arc::clone(say), call.clone());
        std::thread::spawn(move || {
            ask(&call);
            done(&say, &call, Value::Null);
        });
    };
    let outcome = odd(&fault(false), asks).remove(0);
    assert_eq!(verdicts(&outcome), [Verdict::Vacuous, Verdict::Vacuous]);
    assert_eq!(outcome.checks[0].actual.as_deref(), Some("fault rule 1 never fired"));
    assert_eq!(outcome.verdict, ScenarioVerdict::Fail);
    assert_eq!(verdicts(&odd(&fault(true), asks)[0]), [Verdict::Pass, Verdict::Pass]);
}

#[test]
fn a_world_that_is_none_breaks_its_scenario() {
    let cases = scenario(|scenario| scenario["world"] = json!({"tasks": [{"id": 7, "status": "lost"}]}));
    let outcome = odd(&cases, |say, call| done(say, call, Value::Null)).remove(0);
    assert_eq!(outcome.verdict, ScenarioVerdict::Broken);
    assert!(outcome.why.as_ref().unwrap().contains("world.tasks[0]"), "{:?}", outcome.why);
}

/// A client that returns and leaves a pause of five seconds.
fn leaves_a_pause(say: &Say, call: &Call) {
    done(say, call, Value::Null);
    say(&call.lane, Statement::Sleep { ms: 5_000, ticket: 1 });
}

#[test]
fn what_is_left_running_is_heard_while_it_is_to_be_quiet() {
    let cases = |quiet: Value| {
        scenario(move |scenario| {
            scenario["expect"][1] = quiet.clone();
            scenario["expect"][0]["requests"]["tasks.info"]["count"] = json!({"max": 9});
        })
    };
    let asks: Act = |_, call| {
        let call = call.clone();
        std::thread::spawn(move || ask(&call));
    };
    let alone = json!({"id": "quiet", "level": "must", "quiet_after_result_ms": 6000});
    let either = json!({"id": "quiet", "level": "must",
        "one_of": [{"quiet_after_result_ms": 6000}, {"requests": {"tasks.stop": {"count": 1}}}]});
    for quiet in [alone.clone(), either] {
        let outcome = odd_later(&cases(quiet), leaves_a_pause, asks);
        assert_eq!(verdicts(&outcome), [Verdict::Pass, Verdict::Fail], "{:?}", outcome.events);
        assert!(outcome.checks[1].actual.as_ref().unwrap().contains("tasks.info at 5000 ms"));
    }
    // A thread that wakes up and ends is not an error.
    let outcome = odd_later(&cases(alone), leaves_a_pause, |_, _| {});
    assert_eq!(verdicts(&outcome), [Verdict::Pass, Verdict::Pass], "{:?}", outcome.why);
}

#[test]
fn the_time_that_the_kit_lets_pass_is_not_of_the_clients_budget() {
    let cases = scenario(|scenario| {
        scenario["expect"][0] =
            json!({"id": "asks", "level": "must", "of": "i", "quiet_after_result_ms": 10_000});
        scenario["steps"] = json!([{"advance_ms": 5_000}, scenario["steps"][0]]);
        scenario["budget"] = json!({"virtual_ms": 1_000});
    });
    let pauses = |ms: u64| {
        let act: Act = if ms == 1_000 {
            |say, call| say(&call.lane, Statement::Sleep { ms: 1_000, ticket: 1 })
        } else {
            |say, call| say(&call.lane, Statement::Sleep { ms: 1_001, ticket: 1 })
        };
        odd_later(&cases, act, |say, call| done(say, call, Value::Null)).verdict
    };
    assert_eq!(pauses(1_000), ScenarioVerdict::Pass);
    assert_eq!(pauses(1_001), ScenarioVerdict::Runaway);
}

#[test]
fn a_scenario_hears_nothing_of_the_one_before() {
    static CALLS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let mut cases = scenario(|_| {});
    cases.push(cases[0].clone());
    let outcomes = judged_alone(&cases, |say, call| {
        let first = CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        for _ in 0..if first { 20_002 } else { 0 } {
            say(&call.lane, Statement::Log { level: "info".to_owned(), text: "again".to_owned() });
        }
        done(say, call, json!(if first { "first" } else { "second" }));
    });
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Runaway);
    assert_eq!(outcomes[1].verdict, ScenarioVerdict::Fail);
    let told = serde_json::to_string(&outcomes[1].events).unwrap();
    assert_eq!(outcomes[1].events.len(), 2, "{told}");
    assert!(told.contains("second"), "{told}");
}

#[test]
fn an_answer_that_never_comes_is_not_the_adapters_fault() {
    let why = |change: fn(&mut Value)| {
        let cases = scenario(|scenario| {
            scenario["faults"] = json!([{"do": {"hang": true}}]);
            change(scenario);
        });
        let mut outcome = odd(&cases, |say, call| {
            let (say, call) = (Arc::clone(say), call.clone());
            let asks = call.clone();
            std::thread::spawn(move || ask(&asks));
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(200));
                say(&call.lane, Statement::Log { level: "info".to_owned(), text: "still here".to_owned() });
            });
        });
        assert_eq!(outcome[0].verdict, ScenarioVerdict::Runaway);
        outcome.remove(0).why.unwrap()
    };
    let patient = why(|scenario| scenario["budget"] = json!({"real_ms": 900}));
    assert_eq!(patient, "nothing happened for more than 900 ms of real time in total");
    let deaf = why(|scenario| scenario["client"] = json!({"timeout_ms": 100}));
    assert!(deaf.contains("it ignores its timeout"), "{deaf}");
}

#[test]
fn an_adapters_trouble_is_told_without_the_token() {
    let outcome = odd(&scenario(|_| {}), |say, call| {
        let ended = CallEnd::Error(format!("no use for {}", call.token));
        say(&call.lane, Statement::Result { id: call.id, ended });
    });
    assert_eq!(outcome[0].why.as_deref(), Some("no use for <token>"));
}

#[test]
fn a_pause_that_was_given_up_does_not_move_the_clock() {
    let outcomes = odd(&scenario(|_| {}), |say, call| {
        // Both arrive before the kit processes the first; otherwise it would let the pause pass at once.
        say(&call.lane, Statement::Sleep { ms: 3_600_000_000, ticket: 7 });
        say(&call.lane, Statement::Awake { ticket: 7 });
        let (say, call) = (Arc::clone(say), call.clone());
        std::thread::spawn(move || {
            ask(&call);
            done(&say, &call, Value::Null);
        });
    });
    assert_eq!(verdicts(&outcomes[0]), [Verdict::Pass, Verdict::Pass]);
    assert!(outcomes[0].events.iter().all(|event| event.at_ms == 0));
}
