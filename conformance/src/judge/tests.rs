//! Tests of every word and every verdict on events made by hand.

mod pauses;
mod requests;
mod results;
mod verdicts;

use serde_json::{Value, json};

use super::judge;
use crate::event::{Event, Record, Request, Stop, Way, What};
use crate::outcome::{CheckOutcome, ScenarioOutcome, Verdict};
use crate::protocol::{ClockMode, Exception, Hello};
use crate::scenario::{Case, ErrorKind, Feature, read};

/// A builder of events, each at the current time, lane and step.
#[derive(Clone)]
struct Story {
    events: Vec<Event>,
    at_ms: u64,
    lane: &'static str,
    step: usize,
    asked: u64,
}

impl Story {
    /// Starts with the call of the first step.
    fn new() -> Self {
        Self::in_lane("main")
    }

    fn in_lane(lane: &'static str) -> Self {
        Self { events: Vec::new(), at_ms: 0, lane, step: 0, asked: 0 }.step(0)
    }

    fn at(mut self, at_ms: u64) -> Self {
        self.at_ms = at_ms;
        self
    }

    fn lane(mut self, lane: &'static str) -> Self {
        self.lane = lane;
        self
    }

    fn step(mut self, step: usize) -> Self {
        self.step = step;
        self.what(What::Call { op: "task.info".to_owned(), args: json!({}) })
    }

    fn what(mut self, what: What) -> Self {
        let (lane, number) = (self.lane.to_owned(), self.events.len() as u64);
        self.events.push(Event { at_ms: self.at_ms, lane, number, step: Some(self.step), what });
        self
    }

    fn request(mut self, method: &str, change: impl Fn(&mut Request)) -> Self {
        self.asked += 1;
        let mut request = Request {
            request: self.asked,
            method: method.to_owned(),
            verb: "POST".to_owned(),
            url: format!("/public/api/v3/{method}"),
            headers: [("x-api-key".to_owned(), "<token>".to_owned())].into(),
            body: json!({"id": 7}),
            ambient: false,
        };
        change(&mut request);
        self.what(What::Request(request))
    }

    /// A request that gets a 200.
    fn ask(self, method: &str) -> Self {
        self.request(method, |_| {}).reply(200)
    }

    fn ask_with(self, body: Value) -> Self {
        self.request("tasks.info", |request| request.body = body.clone()).reply(200)
    }

    /// A request that gets a 503.
    fn ask_in_vain(self) -> Self {
        self.request("tasks.info", |_| {}).reply(503)
    }

    fn reply(self, status: u16) -> Self {
        let request = self.asked;
        self.what(What::Reply { request, status: Some(status), way: Way::Whole, body: Value::Null })
    }

    fn fault(self, rule: u64) -> Self {
        let request = self.asked;
        self.what(What::Fault { request, rule })
    }

    /// A pause; later events come after it.
    fn sleep(self, ms: u64) -> Self {
        let end = self.at_ms.saturating_add(ms);
        self.what(What::Sleep { ms }).at(end)
    }

    fn log(self, level: &str, text: &str) -> Self {
        self.what(What::Log { level: level.to_owned(), text: text.to_owned() })
    }

    fn returns(self, value: Value) -> Self {
        self.what(What::Return { value })
    }

    fn raises(self, kind: ErrorKind) -> Self {
        let (native, message) = ("Native".to_owned(), "of its own".to_owned());
        self.what(What::Raise(Exception { kind, native, message }))
    }

    /// The events in the order of the recorder.
    fn record(&self) -> Record {
        let mut events = self.events.clone();
        events.sort_by(|a, b| (a.at_ms, &a.lane, a.number).cmp(&(b.at_ms, &b.lane, b.number)));
        Record { id: "area/case".to_owned(), events, fired: Vec::new(), stop: Stop::Done }
    }
}

/// Steps `w` and `x`, an anchor that always passes, and the given checks.
fn scenario(checks: &[Value]) -> Value {
    let step = |label: &str| json!({"call": "task.info", "args": {"id": 7}, "as": label});
    let mut expect =
        vec![json!({"id": "anchor", "level": "must", "requests": {"*": {"count": {"max": 1000}}}})];
    expect.extend(checks.iter().cloned());
    json!({"about": "A.", "why": "B", "anchor": "anchor", "steps": [step("w"), step("x")], "expect": expect})
}

fn case(scenario: &Value) -> Case {
    read("area/case", &scenario.to_string()).unwrap().remove(0)
}

/// A check with this level and these words.
fn check(level: &str, words: &Value) -> Value {
    let mut check = json!({"id": "it", "level": level});
    check.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    check
}

fn client(name: &str, version: &str) -> Hello {
    Hello {
        name: name.to_owned(),
        version: version.to_owned(),
        language: "any".to_owned(),
        ops: Vec::new(),
        clock: vec![ClockMode::Virtual],
        features: vec![Feature::Logs],
        error_kinds: Vec::new(),
    }
}

fn judged(scenario: &Value, record: &Record) -> ScenarioOutcome {
    judge(&case(scenario), record.clone(), &client("any", "1.0.0"))
}

fn outcome(story: &Story, words: &Value) -> CheckOutcome {
    judged(&scenario(&[check("must", words)]), &story.record()).checks.remove(1)
}

#[track_caller]
fn holds(story: &Story, words: &Value) {
    let outcome = outcome(story, words);
    assert_eq!(outcome.verdict, Verdict::Pass, "{outcome:?}");
    assert_eq!((outcome.expected, outcome.actual), (None, None));
}

#[track_caller]
fn comes_to(verdict: Verdict, story: &Story, words: &Value, expected: &str, actual: &str) {
    let outcome = outcome(story, words);
    assert_eq!(outcome.verdict, verdict, "{outcome:?}");
    assert!(outcome.expected.as_deref().unwrap_or_default().contains(expected), "{outcome:?}");
    assert!(outcome.actual.as_deref().unwrap_or_default().contains(actual), "{outcome:?}");
}

#[track_caller]
fn fails(story: &Story, words: &Value, expected: &str, actual: &str) {
    comes_to(Verdict::Fail, story, words, expected, actual);
}

/// The check is vacuous.
#[track_caller]
fn hollow(story: &Story, words: &Value, lacks: &str) {
    comes_to(Verdict::Vacuous, story, words, "", lacks);
}
