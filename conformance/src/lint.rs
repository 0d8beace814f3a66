//! Finds mistakes in valid scenarios: faults that can never fire, checks that cover nothing, and anchors that
//! pass for a client that does nothing.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use slymock_server::engine::methods;

use crate::event::{Event, Record, Stop, What};
use crate::judge::judge;
use crate::naming::name_of;
use crate::near::hint;
use crate::operations;
use crate::outcome::Verdict;
use crate::protocol::Hello;
use crate::scenario::{Case, Check, Count, Feature, Requests, Step};
use crate::world;

/// Matches every method.
const ANY: &str = "*";
/// Triggers that limit a rule to some of the requests that match it.
const TRIGGERS: [&str; 6] = ["nth", "first", "every", "probability", "from_ms", "until_ms"];

/// Returns all findings in a case, each with its place. `promises` are the ids that checks may name.
#[must_use]
pub fn lint(case: &Case, promises: &BTreeSet<String>) -> Vec<String> {
    let mut findings: Vec<_> = world::problem(&case.scenario).into_iter().collect();
    findings.extend(idle_rules(case));
    findings.extend(missing_features(case));
    for (index, check) in case.scenario.expect.iter().enumerate() {
        let found = check_findings(case, check, promises);
        findings.extend(found.into_iter().map(|finding| format!("expect[{index}] {}: {finding}", check.id)));
    }
    findings.extend(idle_anchor(case));
    findings
}

/// Wire methods that a step may send. None if it may send any method.
fn sends(step: &Step) -> Option<BTreeSet<String>> {
    let operation = step.call.as_deref().and_then(operations::find);
    let methods = operation.map(|operation| operation.sends).unwrap_or_default();
    let named = |method: &&str| match *method {
        ANY => step.args.get("method").and_then(Value::as_str).map(str::to_owned),
        method => Some(method.to_owned()),
    };
    methods.iter().map(named).collect()
}

/// True if one of the steps may send the method.
fn may_send<'a>(mut steps: impl Iterator<Item = &'a Step>, method: &str) -> bool {
    steps.any(|step| sends(step).is_none_or(|methods| methods.contains(method)))
}

fn condition<'a>(rule: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    rule.get("on").and_then(|on| on.get(key))
}

fn idle_rules(case: &Case) -> Vec<String> {
    let rules = &case.scenario.faults;
    let mut findings = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        if let Some(method) = condition(rule, "method").and_then(Value::as_str)
            && !may_send(case.scenario.steps.iter(), method)
            && !case.scenario.ambient.iter().any(|ambient| ambient == method)
        {
            findings.push(format!("faults[{index}]: no step sends {method}"));
        }
        if let Some(before) = rules[..index].iter().position(|before| takes_all_of(before, rule)) {
            findings.push(format!("faults[{index}]: faults[{before}] already matches all of its requests"));
        }
    }
    findings
}

/// True if a rule leaves no matching request to a later rule.
fn takes_all_of(rule: &Map<String, Value>, later: &Map<String, Value>) -> bool {
    let always = TRIGGERS.iter().all(|trigger| condition(rule, trigger).is_none());
    let wider = |key| condition(rule, key).is_none_or(|wanted| condition(later, key) == Some(wanted));
    always && wider("method") && wider("task")
}

fn missing_features(case: &Case) -> Vec<String> {
    let scenario = &case.scenario;
    let used = [
        (Feature::Lanes, scenario.steps.iter().any(|step| step.lane.is_some())),
        (Feature::ClientTimeout, scenario.client.timeout_ms.is_some() || hangs(case)),
        (Feature::Logs, anchor_of(case).is_some_and(|check| !check.logs.is_empty())),
    ];
    let missing =
        used.into_iter().filter(|(feature, used)| *used && !scenario.needs.features.contains(feature));
    missing.map(|(feature, _)| format!("needs.features: {} is missing", name_of(feature))).collect()
}

fn hangs(case: &Case) -> bool {
    case.scenario.faults.iter().any(|rule| rule.get("do").is_some_and(|act| act.get("hang").is_some()))
}

fn anchor_of(case: &Case) -> Option<&Check> {
    case.scenario.expect.iter().find(|check| check.id == case.scenario.anchor)
}

fn check_findings(case: &Case, check: &Check, promises: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    let steps = || case.scenario.steps.iter().filter(|step| check.of.is_none() || step.label == check.of);
    let alternatives = check.one_of.iter().flatten().cloned();
    for words in alternatives.chain([check.words()]) {
        for (method, wanted) in words.requests.iter().flatten() {
            if let Some(finding) = unknown_method(method) {
                findings.push(finding);
            } else if method != ANY && needs_some(wanted) && !may_send(steps(), method) {
                findings.push(format!("no step that the check covers sends {method}"));
            }
        }
        if !words.same_on_retry.is_empty() && case.scenario.faults.is_empty() {
            findings.push("same_on_retry needs a fault that causes a retry".to_owned());
        }
    }
    for id in check.promises.iter().filter(|id| !promises.contains(*id)) {
        findings.push(format!("promises.json has no {id}"));
    }
    findings
}

/// Finds misspelt methods: a check that forbids them would always pass. A name with a leading slash is a
/// path.
fn unknown_method(method: &str) -> Option<String> {
    if method == ANY || method.starts_with('/') || methods::find(method).is_some() {
        return None;
    }
    Some(format!("the fake has no method {method}{}", hint(methods::nearest(method))))
}

/// True if the expectation needs at least one request.
fn needs_some(wanted: &Requests) -> bool {
    let none = matches!(wanted.count, Some(Count::Exactly(0)));
    let none = none || matches!(wanted.count, Some(Count::Range(range)) if range.min == 0);
    let Requests { count: _, at_ms, gaps_ms, body, bodies, headers, url_never_contains } = wanted;
    let others = at_ms.is_some() || gaps_ms.is_some() || body.is_some() || bodies.is_some();
    !none || others || headers.is_some() || url_never_contains.is_some()
}

/// Finds an anchor that passes for a client that does nothing.
fn idle_anchor(case: &Case) -> Option<String> {
    let ends = case.scenario.steps.iter().enumerate().filter(|(_, step)| step.call.is_some());
    let events = ends.map(|(step, _)| Event {
        at_ms: 0,
        lane: "main".to_owned(),
        number: step as u64,
        step: Some(step),
        what: What::Return { value: Value::Null },
    });
    let fired = vec![1; case.scenario.faults.len()];
    let record = Record { id: case.id.clone(), events: events.collect(), fired, stop: Stop::Done };
    let outcome = judge(case, record, &Hello::nobody());
    let passes = outcome.checks.iter().any(|check| check.verdict == Verdict::Pass);
    passes.then(|| format!("anchor: {} passes for a client that does nothing", case.scenario.anchor))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scenario::read;

    fn findings(change: impl Fn(&mut Value)) -> Vec<String> {
        let mut scenario = json!({
            "about": "A.", "why": "B", "anchor": "asks",
            "steps": [{"call": "task.info", "args": {"id": 7}, "as": "i"},
                      {"call": "task.list_all", "args": {"method": "apps.list", "data": {}}, "as": "l"}],
            "expect": [{"id": "asks", "level": "must", "of": "i", "requests": {"tasks.info": {"count": 1}}}]});
        change(&mut scenario);
        let promises = ["known".to_owned()].into();
        read("a/b", &scenario.to_string()).unwrap().iter().flat_map(|case| lint(case, &promises)).collect()
    }

    #[track_caller]
    fn finds(change: impl Fn(&mut Value), expected: &str) {
        let findings = findings(change);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains(expected), "{findings:?}");
    }

    #[test]
    fn what_makes_sense_has_no_findings() {
        assert_eq!(findings(|_| {}), Vec::<String>::new());
    }

    #[test]
    fn a_world_that_does_not_hold_together_is_found() {
        finds(|scenario| scenario["world"] = json!({"tasks": [{"id": 7, "workspaceId": 1}]}), "world: ");
        finds(|scenario| scenario["world"] = json!({"task": []}), "world.task: unknown field");
    }

    #[test]
    fn a_fault_that_nothing_meets_is_found() {
        let fault = |rules: Value| move |scenario: &mut Value| scenario["faults"] = rules.clone();
        let act = json!({"status": 503});
        finds(
            fault(json!([{"on": {"method": "tasks.stop"}, "do": act}])),
            "faults[0]: no step sends tasks.stop",
        );
        let ok = json!([{"on": {"method": "apps.list"}, "do": act}, {"on": {"method": "instance.version"}, "do": act}]);
        assert_eq!(findings(fault(ok)), Vec::<String>::new());
        let twice = json!([{"do": act}, {"on": {"method": "tasks.info", "nth": [2]}, "do": act}]);
        finds(fault(twice), "faults[1]: faults[0] already matches all");
    }

    #[test]
    fn a_check_without_a_subject_is_found() {
        let check = |words: Value| {
            move |scenario: &mut Value| {
                let mut check = json!({"id": "c", "level": "must", "of": "i"});
                check.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
                scenario["expect"].as_array_mut().unwrap().push(check);
            }
        };
        let other = json!({"requests": {"apps.list": {"count": 1}}});
        finds(check(other), "expect[1] c: no step that the check covers sends apps.list");
        assert_eq!(findings(check(json!({"requests": {"apps.list": {"count": 0}}}))), Vec::<String>::new());
        let misspelt = json!({"requests": {"apps.lits": {"count": 0}}});
        finds(check(misspelt), "expect[1] c: the fake has no method apps.lits; did you mean apps.list?");
        finds(check(json!({"same_on_retry": ["body"]})), "needs a fault that causes a retry");
        finds(check(json!({"promises": ["x"], "returns": {"any": true}})), "promises.json has no x");
        assert!(findings(check(json!({"promises": ["known"], "returns": {"any": true}}))).is_empty());
    }

    #[test]
    fn a_feature_that_is_used_and_not_needed_is_found() {
        finds(|scenario| scenario["steps"][0]["lane"] = json!("a"), "needs.features: lanes is missing");
        finds(
            |scenario| scenario["client"] = json!({"timeout_ms": 50}),
            "needs.features: client_timeout is missing",
        );
        let needs = |scenario: &mut Value| {
            scenario["client"] = json!({"timeout_ms": 50});
            scenario["needs"] = json!({"features": ["client_timeout"]});
        };
        assert!(findings(needs).is_empty());
    }

    #[test]
    fn an_anchor_that_an_idle_client_passes_is_found() {
        let idle = |scenario: &mut Value| {
            scenario["expect"][0]["requests"]["tasks.info"]["count"] = json!({"max": 3})
        };
        finds(idle, "anchor: asks passes for a client that does nothing");
    }
}
