//! The requests on which rules fire, and the rules that are refused.

use serde_json::{Value, json};

use super::*;
use crate::ids::TaskId;
use crate::journal::VISITS;
use crate::time::Moment;

fn rule(text: Value) -> RuleForm {
    serde_json::from_value(text).unwrap()
}

/// The only methods that these tests know.
struct Table;

impl Methods for Table {
    fn facts(&self, name: &str) -> Option<Facts> {
        let (stub, task, lists) = match name {
            "tasks.info" | "tasks.stop" | VISITS => (false, true, false),
            "tasks.list" => (false, false, true),
            "images.list" => (true, false, false),
            _ => return None,
        };
        Some(Facts { stub, task, lists })
    }

    fn nearest(&self, name: &str) -> Option<String> {
        (name == "tasks.inf").then(|| "tasks.info".to_owned())
    }
}

fn faults(rules: &[Value]) -> Faults {
    let mut faults = Faults::default();
    for text in rules {
        faults.add(rule(text.clone()), at(0), &Table).unwrap();
    }
    faults
}

/// The status of a rule's answer.
fn status(hit: &Hit) -> Option<u16> {
    match &hit.rule.act.then {
        Then::Send(Source::Rule(answer), _) => Some(answer.status),
        _ => None,
    }
}

fn at(ms: u64) -> Moment {
    Moment::VIRTUAL_START.plus_ms(ms)
}

fn info(task: u64) -> Subject<'static> {
    about("tasks.info", Some(task))
}

fn about(method: &str, task: Option<u64>) -> Subject<'_> {
    let lists = Table.facts(method).is_some_and(|facts| facts.lists);
    Subject { method, task: task.map(TaskId), spared: false, lists }
}

/// The ids of the rules that fire on `count` requests about task 7, one each millisecond.
fn fired(faults: &mut Faults, count: u64) -> Vec<Option<u64>> {
    (0..count).map(|ms| faults.judge(&info(7), at(ms), 1).map(|fired| fired.id)).collect()
}

fn with_trigger(trigger: Value) -> Vec<u64> {
    let mut faults = faults(&[json!({"on": trigger, "do": {"status": 503}})]);
    let hits = fired(&mut faults, 12).into_iter().enumerate().filter(|(_, hit)| hit.is_some());
    hits.map(|(index, _)| index as u64 + 1).collect()
}

#[test]
fn each_trigger_chooses_among_the_requests_that_meet_the_conditions() {
    assert_eq!(with_trigger(json!({})).len(), 12);
    assert_eq!(with_trigger(json!({"nth": [2, 5]})), [2, 5]);
    assert_eq!(with_trigger(json!({"first": 3})), [1, 2, 3]);
    assert_eq!(with_trigger(json!({"every": 4})), [4, 8, 12]);
    assert_eq!(with_trigger(json!({"every": 2, "first": 5})), [2, 4], "all triggers must agree");
    assert_eq!(with_trigger(json!({"probability": 1})).len(), 12);
    let some = with_trigger(json!({"probability": 0.5}));
    assert!((1..12).contains(&some.len()) && some == with_trigger(json!({"probability": 0.5})), "{some:?}");
    assert_eq!(with_trigger(json!({"from_ms": 3, "until_ms": 5})), [4, 5]);
    assert_eq!(with_trigger(json!({"from_ms": 10})), [11, 12]);
    assert_eq!(with_trigger(json!({"from_ms": 3, "nth": [1]})), [4], "others are not counted");
}

#[test]
fn half_of_many_draws_hit_at_one_half() {
    let mut faults = faults(&[json!({"on": {"probability": 0.5}, "do": {"status": 503}})]);
    let hits = fired(&mut faults, 2_000).into_iter().flatten().count();
    assert!((900..1_100).contains(&hits), "{hits}");
}

#[test]
fn conditions_hold_for_method_and_task() {
    let mut faults = faults(&[
        json!({"on": {"method": "tasks.stop"}, "do": {"status": 500}}),
        json!({"on": {"task": 8}, "do": {"status": 501}}),
        json!({"on": {"method": "images.list"}, "do": {"status": 502}}),
    ]);
    let mut id = |subject: Subject<'_>| faults.judge(&subject, at(0), 1).and_then(|hit| status(&hit));
    assert_eq!(id(info(7)), None);
    assert_eq!(id(info(8)), Some(501));
    assert_eq!(id(about("tasks.stop", Some(8))), Some(500), "the first one wins");
    assert_eq!(id(about("images.list", None)), Some(502));
}

#[test]
fn a_rule_does_not_count_what_an_earlier_one_took() {
    let mut faults = faults(&[
        json!({"on": {"first": 2}, "do": {"status": 500}}),
        json!({"on": {"nth": [1]}, "do": {"status": 502}}),
    ]);
    assert_eq!(fired(&mut faults, 4), [Some(1), Some(1), Some(2), None]);
    let counts: Vec<_> = faults.rules().map(|fault| (fault.matched, fault.fired)).collect();
    assert_eq!(counts, [(4, 2), (2, 1)]);
}

#[test]
fn a_spared_request_is_for_rules_that_name_its_method() {
    let subject = Subject { spared: true, ..about(VISITS, None) };
    let hits = |text: Value| faults(&[text]).judge(&subject, at(0), 1);
    assert!(hits(json!({"do": {"status": 503}})).is_none());
    assert!(hits(json!({"on": {"method": VISITS}, "do": {"status": 503}})).is_some());
}

#[test]
fn what_distorts_lists_counts_lists_alone() {
    let mut faults = faults(&[json!({"on": {"nth": [1]}, "do": {"total_off_by": 1}})]);
    assert!(faults.judge(&info(7), at(0), 1).is_none());
    assert!(faults.judge(&about("tasks.list", None), at(0), 1).is_some());
}

#[test]
fn edges_are_those_of_windows_that_name_the_task() {
    let faults = faults(&[
        json!({"on": {"task": 7, "from_ms": 10, "until_ms": 20}, "do": {"status": 503}}),
        json!({"on": {"from_ms": 5}, "do": {"status": 503}}),
    ]);
    assert_eq!(faults.next_edge(|task| task == TaskId(7), at(0)), Some(at(10)));
    assert_eq!(faults.next_edge(|task| task == TaskId(7), at(10)), Some(at(20)));
    assert_eq!(faults.next_edge(|task| task == TaskId(7), at(20)), None);
    assert_eq!(faults.next_edge(|task| task == TaskId(8), at(0)), None);
}

#[test]
fn a_reset_is_true_or_named() {
    let reset = |value: Value| rule(json!({"do": {"reset": value}})).act.reset;
    assert_eq!(reset(json!(true)), Some(Reset::BeforeReply));
    assert_eq!(reset(json!("before_reply")), Some(Reset::BeforeReply));
    assert_eq!(reset(json!("mid_reply")), Some(Reset::MidReply));
    assert!(serde_json::from_value::<RuleForm>(json!({"do": {"reset": "later"}})).is_err());
    assert!(serde_json::from_value::<RuleForm>(json!({"do": {"reset": false}})).is_err());
}

fn refused(text: Value) -> String {
    let found = check::violations(&rule(text), &Table);
    found.into_iter().map(|violation| violation.message).collect::<Vec<_>>().join("; ")
}

#[test]
fn rules_that_make_no_sense_are_refused_with_all_that_is_wrong() {
    for (text, word) in [
        (json!({"do": {}}), "at least one action"),
        (json!({"on": {"method": "tasks.inf"}, "do": {"status": 503}}), "did you mean tasks.info?"),
        (json!({"on": {"method": "tasks.list", "task": 7}, "do": {"status": 503}}), "does not name a task"),
        (json!({"on": {"method": "images.list", "task": 7}, "do": {"status": 503}}), "does not name a task"),
        (json!({"on": {"nth": [0]}, "do": {"status": 503}}), "numbers greater than or equal to 1"),
        (json!({"on": {"first": 0}, "do": {"status": 503}}), "on.first"),
        (json!({"on": {"every": 0}, "do": {"status": 503}}), "on.every"),
        (json!({"on": {"probability": 0}, "do": {"status": 503}}), "greater than 0"),
        (json!({"on": {"probability": 1.5}, "do": {"status": 503}}), "at most 1"),
        (json!({"on": {"from_ms": 5, "until_ms": 5}, "do": {"status": 503}}), "greater than from_ms"),
        (json!({"on": {"until_ms": 0}, "do": {"status": 503}}), "greater than from_ms"),
        (json!({"do": {"status": 199}}), "200 to 599"),
        (json!({"do": {"status": 600}}), "200 to 599"),
        (json!({"do": {"body": null}}), "needs status"),
        (json!({"do": {"headers": {"A": "b"}}}), "needs status"),
        (json!({"do": {"status": 200, "body": 1, "body_text": "a"}}), "body_text\" conflicts with body"),
        (json!({"do": {"status": 200, "body_base64": "?"}}), "must be base64"),
        (json!({"do": {"status": 200, "headers": {"a b": "c"}}}), "invalid header"),
        (json!({"do": {"status": 200, "headers": {"a": "b\nc"}}}), "invalid header"),
        (json!({"do": {"status": 200, "headers": {"Content-Length": "1"}}}), "the server sets it"),
        (json!({"do": {"status": 500, "hang": true}}), "hang\" conflicts with status"),
        (json!({"do": {"reset": true, "commit_then_drop": true}}), "conflicts with reset"),
        (json!({"do": {"hang": true, "truncate_at": 1}}), "needs a reply"),
        (json!({"do": {"reset": "mid_reply", "truncate_at": 1}}), "conflicts with reset"),
        (json!({"do": {"dribble_bytes_per_s": 0}}), "dribble_bytes_per_s"),
        (json!({"do": {"delay_ms": u64::MAX}}), "do.delay_ms"),
        (json!({"do": {"status": 200, "drop_row": true}}), "keys that change a list"),
        (json!({"on": {"method": "tasks.info"}, "do": {"drop_row": 1}}), "must be a list"),
        (json!({"on": {"task": 1}, "do": {"cursor_loops": true}}), "a list request does not name a task"),
    ] {
        let said = refused(text.clone());
        assert!(said.contains(word), "{text}: {word} is not in {said:?}");
    }
    let both = refused(json!({"on": {"first": 0}, "do": {"status": 1}}));
    assert!(both.contains("on.first") && both.contains("do.status"), "{both}");
}

#[test]
fn rules_of_a_fixture_keep_their_ids_and_counts() {
    let mut before = faults(&[json!({"do": {"status": 503}}), json!({"do": {"delay_ms": 1}})]);
    fired(&mut before, 3);
    before.remove(|fault| fault.id == 2);
    let text = serde_json::to_string(&before.rows()).unwrap();
    let rows: Vec<FaultRow> = serde_json::from_str(&text).unwrap();
    let after = Faults::load(&rows, before.last_id(), at(9), &Table).unwrap();
    assert_eq!(after, before);
    let wrong: Vec<FaultRow> = serde_json::from_value(json!([
        {"id": 2, "do": {"status": 1}}, {"id": 2, "do": {"status": 503}}
    ]))
    .unwrap();
    let wrong = Faults::load(&wrong, 0, at(0), &Table).unwrap_err().join("; ");
    assert!(wrong.contains("faults[0]: \"do.status\"") && wrong.contains("faults[1]: id 2"), "{wrong}");
}

#[test]
fn an_act_is_written_as_it_was_read() {
    for text in [
        json!({"delay_ms": 0}),
        json!({"hang": true, "delay_ms": 5}),
        json!({"reset": "before_reply"}),
        json!({"commit_then_drop": true}),
        json!({"not_json": true, "reset": "mid_reply", "dribble_bytes_per_s": 9}),
        json!({"status": 503}),
        json!({"status": 200, "body": null, "headers": {"A": "b"}, "truncate_at": 0}),
        json!({"status": 200, "body_text": ""}),
        json!({"status": 200, "body_base64": "/wA="}),
        json!({"total_off_by": 0, "duplicate_row": 1, "drop_row": 0, "cursor_loops": true, "truncate_at": 7}),
    ] {
        let form = rule(json!({"do": text}));
        assert!(check::violations(&form, &Table).is_empty(), "{text}");
        assert_eq!(serde_json::to_value(Act::of(form.act)).unwrap(), text);
    }
}

#[test]
fn an_act_that_does_nothing_runs_no_method() {
    for (text, runs) in [
        (json!({"status": 200}), false),
        (json!({"not_json": true}), false),
        (json!({"hang": true}), false),
        (json!({"reset": true}), false),
        (json!({"reset": "mid_reply"}), true),
        (json!({"commit_then_drop": true}), true),
        (json!({"delay_ms": 1}), true),
        (json!({"drop_row": true}), true),
    ] {
        assert_eq!(Act::of(rule(json!({"do": text})).act).runs_method(), runs, "{text}");
    }
}
