//! Outcomes made by hand for the tests of the reports.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::trace;

use crate::event::{Event, Request, Way, What};
use crate::outcome::{CheckOutcome, Outcome, ScenarioOutcome, ScenarioVerdict, Verdict};
use crate::protocol::{ClockMode, Exception, Hello};
use crate::scenario::{ErrorKind, Feature, Layer, Level};

/// A text with something special for each of the formats.
pub(super) const HOSTILE: &str = "a/b\0\u{1b}[31m\r\nforged \u{9b}2J\u{85}\u{202e}\u{2028}\u{feff}\u{fffe}\u{ffff} \
    ]]><!-- &lt;&#0; <script>\"'</details>|`` ```` ``` **x** $(y) `z`\tä\u{1f600}";

/// Reason of a known failure.
const KNOWN: &str = "wait gives up a poll too early: the loop stops one short (`task_api.py L360`)";

pub(crate) fn empty() -> Outcome {
    Outcome {
        client: Hello {
            name: "supervisely".to_owned(),
            version: "6.74.51".to_owned(),
            language: "python".to_owned(),
            ops: vec!["task.wait".to_owned()],
            clock: vec![ClockMode::Virtual],
            features: vec![Feature::Logs],
            error_kinds: Vec::new(),
        },
        part: None,
        scenarios: Vec::new(),
        findings: Vec::new(),
        warnings: Vec::new(),
        wall_ms: 2034,
        command: "slymock check".to_owned(),
        names: Vec::new(),
        files: std::collections::BTreeMap::new(),
    }
}

pub(super) fn as_expected() -> Outcome {
    let mut outcome = every_verdict();
    outcome.findings.clear();
    outcome.scenarios.retain(|scenario| !scenario.verdict.fails_the_run());
    outcome
}

/// Every verdict of checks and of scenarios.
pub(crate) fn every_verdict() -> Outcome {
    let unclaimed = "the client does not claim client_timeout";
    Outcome {
        scenarios: vec![
            ScenarioOutcome {
                trace: trace(&every_event()),
                events: every_event(),
                checks: checks(),
                ..scenario("pagination/limits[zero]", ScenarioVerdict::Fail, None)
            },
            scenario("retry/hangs", ScenarioVerdict::NotApplicable, Some(unclaimed)),
            scenario("retry/hangs-twice", ScenarioVerdict::NotApplicable, Some(unclaimed)),
            scenario("retry/old", ScenarioVerdict::NotApplicable, None),
            ScenarioOutcome {
                checks: vec![check("polls", Verdict::Known)],
                ..scenario("wait/default", ScenarioVerdict::Known, None)
            },
            ScenarioOutcome {
                checks: vec![check("polls", Verdict::Pass)],
                ..scenario(
                    "wait/late",
                    ScenarioVerdict::Fail,
                    Some("the client sent 2 requests after the end of the scenario"),
                )
            },
            ScenarioOutcome {
                checks: vec![check("polls", Verdict::Pass), check("announced", Verdict::Warn)],
                ..scenario("wait/polls", ScenarioVerdict::Pass, None)
            },
            ScenarioOutcome {
                checks: vec![check("polls", Verdict::Unobserved)],
                ..scenario(
                    "wait/really-sleeps",
                    ScenarioVerdict::Broken,
                    Some("the client was silent for 500 ms of real time"),
                )
            },
            ScenarioOutcome {
                trace: trace(&sleeps()),
                events: sleeps(),
                ..scenario("wait/runs-on", ScenarioVerdict::Runaway, Some("it sends more than 50 requests"))
            },
        ],
        findings: vec!["known failure wait/polls#polls: the check passes now; exclude this release from the entry's versions, or remove the entry".to_owned()],
        warnings: vec![
            "known failure wait/default#polls: it was excused until 2026-01-31 and still fails".to_owned(),
        ],
        ..empty()
    }
}

fn scenario(id: &str, verdict: ScenarioVerdict, why: Option<&str>) -> ScenarioOutcome {
    ScenarioOutcome {
        id: id.to_owned(),
        about: "Poll once a second until the task ends, then stop.".to_owned(),
        because: "The interval is the client's own setting.".to_owned(),
        cites: vec!["docs/wire/waiting.md#wait-interval".to_owned(), "https://example.org".to_owned()],
        verdict,
        why: why.map(str::to_owned),
        checks: Vec::new(),
        trace: Vec::new(),
        events: Vec::new(),
    }
}

fn sleeps() -> Vec<Event> {
    (0..3).map(|second| at(second * 1000, What::Sleep { ms: 1000 })).collect()
}

fn checks() -> Vec<CheckOutcome> {
    let mut checks: Vec<_> = Verdict::ALL.map(|verdict| check(verdict.name(), verdict)).into();
    checks[1].native = Some(raised());
    checks[1].layer = Layer::Parity;
    checks[4].expected = None;
    checks[4].actual = Some("fault rule 2 never fired".to_owned());
    checks
}

pub(super) fn check(id: &str, verdict: Verdict) -> CheckOutcome {
    let passes = verdict == Verdict::Pass;
    CheckOutcome {
        id: id.to_owned(),
        level: if verdict == Verdict::Warn { Level::Should } else { Level::Must },
        layer: Layer::Core,
        verdict,
        expected: (!passes).then(|| "tasks.info at 0, 1000, 2000 ms".to_owned()),
        actual: (!passes).then(|| "at 0, 1000 ms".to_owned()),
        native: None,
        vacuity: None,
        why: (verdict == Verdict::Known).then(|| KNOWN.to_owned()),
    }
}

fn raised() -> Exception {
    Exception {
        kind: ErrorKind::WaitTimeout,
        native: "WaitTimeout".to_owned(),
        message: "task 7 is \"queued\" still".to_owned(),
    }
}

pub(super) fn at(at_ms: u64, what: What) -> Event {
    Event { at_ms, lane: "main".to_owned(), number: 0, step: Some(0), what }
}

fn request(request: u64, method: &str, verb: &str, body: Value, ambient: bool) -> What {
    let headers = BTreeMap::from([("x-api-key".to_owned(), "<token>".to_owned())]);
    let url = format!("/public/api/v3/{method}");
    What::Request(Request {
        request,
        method: method.to_owned(),
        verb: verb.to_owned(),
        url,
        headers,
        body,
        ambient,
    })
}

/// Every kind of event and every way of a reply, in two lanes.
pub(super) fn every_event() -> Vec<Event> {
    let info = |number| request(number, "tasks.info", "POST", json!({"id": 7}), false);
    let reply = |request, status, way| What::Reply { request, status, way, body: Value::Null };
    let text = "503, trying again".to_owned();
    let mut events = vec![
        at(0, What::Call { op: "task.wait".to_owned(), args: json!({"id": 7, "target": "finished"}) }),
        at(0, request(1, "instance.version", "GET", Value::Null, true)),
        at(0, reply(1, Some(200), Way::Whole)),
        at(0, info(2)),
        at(0, What::Fault { request: 2, rule: 1 }),
        at(0, reply(2, Some(503), Way::Whole)),
        at(0, What::Log { level: "warn".to_owned(), text }),
        at(0, What::Sleep { ms: 1000 }),
        at(1000, info(3)),
        at(1000, What::Fault { request: 3, rule: 1 }),
        at(1000, What::Fault { request: 3, rule: 2 }),
        at(1000, What::Held { request: 3, until_ms: 1500 }),
        at(1500, reply(3, Some(200), Way::Spoiled)),
        at(1500, info(4)),
        at(1500, reply(4, None, Way::Closed)),
        at(1500, info(5)),
        at(1500, info(6)),
        at(1500, What::Fault { request: 6, rule: 3 }),
        at(1500, reply(5, None, Way::Reset)),
        at(2500, What::Raise(raised())),
        at(2500, What::Return { value: json!(true) }),
    ];
    let never = Event { lane: "second".to_owned(), ..at(1500, reply(1, None, Way::Never)) };
    events.insert(15, never);
    events
}

/// An outcome in which every text is hostile.
pub(crate) fn hostile() -> Outcome {
    let hostile = || HOSTILE.to_owned();
    let raised = Exception { kind: ErrorKind::Other, native: hostile(), message: hostile() };
    let events = vec![
        at(u64::MAX, What::Call { op: hostile(), args: json!({HOSTILE: HOSTILE}) }),
        at(0, request(u64::MAX, HOSTILE, HOSTILE, json!([HOSTILE.repeat(100)]), true)),
        at(0, What::Fault { request: 0, rule: u64::MAX }),
        at(0, What::Log { level: hostile(), text: hostile() }),
        at(0, What::Return { value: json!(HOSTILE) }),
        at(0, What::Reply { request: 0, status: None, way: Way::Whole, body: json!({"status": "queued"}) }),
        Event { lane: hostile(), ..at(0, What::Raise(raised.clone())) },
    ];
    let check = CheckOutcome {
        id: hostile(),
        expected: Some(hostile()),
        actual: Some(hostile()),
        native: Some(raised),
        ..check("", Verdict::Fail)
    };
    let warned = CheckOutcome { verdict: Verdict::Warn, ..check.clone() };
    let known = CheckOutcome { verdict: Verdict::Known, why: Some(hostile()), ..check.clone() };
    let scenario = ScenarioOutcome {
        id: hostile(),
        about: hostile(),
        because: hostile(),
        cites: vec![format!("docs/wire/{HOSTILE}")],
        checks: vec![check, warned, known],
        trace: trace(&events),
        events,
        ..scenario("", ScenarioVerdict::Broken, Some(HOSTILE))
    };
    let mut outcome = Outcome {
        scenarios: vec![scenario],
        findings: vec![hostile()],
        warnings: vec![hostile()],
        ..empty()
    };
    outcome.client.name = hostile();
    outcome
}
