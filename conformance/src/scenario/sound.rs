//! Finds errors in scenarios whose form is right: names that do not exist, and words without meaning.

use std::collections::BTreeSet;

use semver::VersionReq;
use serde_json::Value;

use super::{Check, Layer, Level, Scenario, Step, hollow};
use crate::near::{hint, nearest};
use crate::operations::{self, Operation};

/// Maximum number of lanes: each has a listener, and time moves only when every lane has been heard.
const LANES_MAX: usize = 64;

/// Returns all errors, each with its place.
pub(super) fn problems(scenario: &Scenario) -> Vec<String> {
    let mut problems = says_too_little(scenario);
    let mut labels = BTreeSet::new();
    for (index, step) in scenario.steps.iter().enumerate() {
        let found = step_problems(step, &labels);
        problems.extend(found.into_iter().map(|problem| format!("steps[{index}]: {problem}")));
        if let Some(label) = &step.label
            && !labels.insert(label.as_str())
        {
            problems.push(format!("steps[{index}]: the label {label} is used twice"));
        }
    }
    let mut ids = BTreeSet::new();
    for (index, check) in scenario.expect.iter().enumerate() {
        let mut found = check_problems(check, &labels);
        found.extend(lane_problem(check, scenario));
        problems.extend(found.into_iter().map(|problem| format!("expect[{index}]: {problem}")));
        if !ids.insert(check.id.as_str()) {
            problems.push(format!("expect[{index}]: the id {} is used twice", check.id));
        }
    }
    for name in scenario.needs.ops.iter().filter(|name| operations::find(name).is_none()) {
        problems.push(format!("needs.ops: {}", unknown(name)));
    }
    for (index, rule) in scenario.faults.iter().enumerate() {
        if rule.get("optional").is_some_and(|optional| !optional.is_boolean()) {
            problems.push(format!("faults[{index}].optional: not a boolean"));
        }
    }
    let lanes: BTreeSet<_> = scenario.steps.iter().filter_map(|step| step.lane.as_deref()).collect();
    if lanes.len() > LANES_MAX {
        problems.push(format!("steps: more than {LANES_MAX} lanes"));
    }
    problems.extend(anchor_problem(scenario));
    problems
}

fn says_too_little(scenario: &Scenario) -> Vec<String> {
    let slips = [
        (!scenario.about.ends_with('.'), "about: not a sentence that ends with a full stop"),
        (scenario.why.is_empty(), "why: empty; name the document or behaviour that justifies the scenario"),
        (scenario.steps.is_empty(), "steps: empty; a scenario needs at least one call"),
    ];
    slips.into_iter().filter(|(slip, _)| *slip).map(|(_, problem)| problem.to_owned()).collect()
}

fn anchor_problem(scenario: &Scenario) -> Option<String> {
    let anchor = &scenario.anchor;
    match scenario.expect.iter().find(|check| check.id == *anchor) {
        None => Some(format!("anchor: there is no check {anchor}")),
        Some(check) if check.layer == Layer::Parity => {
            Some(format!("anchor: the check {anchor} has the layer parity; it must apply to every client"))
        }
        Some(check) if check.level != Level::Must => {
            Some(format!("anchor: the check {anchor} must have the level must"))
        }
        Some(_) => None,
    }
}

fn step_problems(step: &Step, labels: &BTreeSet<&str>) -> Vec<String> {
    match (&step.call, step.advance_ms) {
        (None, Some(_)) => {
            let idle = !step.args.is_empty() || step.label.is_some() || step.lane.is_some();
            idle.then(|| "advance_ms cannot be combined with args, as or lane".to_owned())
                .into_iter()
                .collect()
        }
        (Some(_), Some(_)) | (None, None) => vec!["needs either call or advance_ms".to_owned()],
        (Some(name), None) => {
            let Some(operation) = operations::find(name) else { return vec![unknown(name)] };
            let mut problems = arg_problems(step, operation);
            for value in step.args.values() {
                captures(value, labels, &mut problems);
            }
            problems
        }
    }
}

fn unknown(name: &str) -> String {
    let names = operations::OPERATIONS.iter().map(|operation| operation.name);
    format!("unknown operation {name}{}", hint(nearest(name, names)))
}

fn arg_problems(step: &Step, operation: &Operation) -> Vec<String> {
    let known = |name: &str| operation.args.iter().any(|arg| arg.name == name);
    let surplus = step.args.keys().filter(|name| !known(name));
    let surplus = surplus.map(|name| format!("{} has no argument {name}", operation.name));
    let missing = operation.args.iter().filter(|arg| arg.required && !step.args.contains_key(arg.name));
    let missing = missing.map(|arg| format!("{} needs the argument {}", operation.name, arg.name));
    surplus.chain(missing).collect()
}

/// Appends the errors of the captures in a value.
fn captures(value: &Value, labels: &BTreeSet<&str>, problems: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| captures(item, labels, problems)),
        Value::Object(object) => match object.get("$from") {
            Some(from) if !from.as_str().is_some_and(|label| labels.contains(label)) => {
                problems.push(format!("no earlier step has the label {from}"));
            }
            Some(_) if object.keys().any(|key| key != "$from" && key != "at") => {
                problems.push("$from can only be combined with at".to_owned());
            }
            Some(_) if object.get("at").is_some_and(|at| !is_pointer(at)) => {
                problems.push(format!("at: {} is not a JSON pointer", object["at"]));
            }
            Some(_) => {}
            None => object.values().for_each(|value| captures(value, labels, problems)),
        },
        _ => {}
    }
}

fn is_pointer(value: &Value) -> bool {
    value.as_str().is_some_and(|pointer| pointer.is_empty() || pointer.starts_with('/'))
}

fn lane_problem(check: &Check, scenario: &Scenario) -> Option<String> {
    let at_once = scenario.steps.iter().any(|step| step.lane.is_some());
    let words = check.words();
    let mut words = check.one_of.iter().flatten().chain([&words]);
    let mixes = at_once && words.any(|words| hollow::mixes_lanes(check, words));
    mixes.then(|| "gaps_ms of concurrent calls needs `of`".to_owned())
}

fn check_problems(check: &Check, labels: &BTreeSet<&str>) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(of) = check.of.as_deref().filter(|of| !labels.contains(of)) {
        problems.push(format!("of: no step has the label {of}"));
    }
    let words = check.words();
    let alternatives = check.one_of.as_deref().unwrap_or_default();
    if words.are_none() && check.one_of.is_none() {
        problems.push("the check expects nothing".to_owned());
    }
    if check.one_of.is_some() && (alternatives.len() < 2 || alternatives.iter().any(super::Words::are_none)) {
        problems.push("one_of needs at least two alternatives that each expect something".to_owned());
    }
    for words in alternatives.iter().chain([&words]) {
        let result = words.returns.is_some() || words.raises.is_some();
        if result && check.of.is_none() {
            problems.push("returns and raises need `of`".to_owned());
        }
        if words.returns.is_some() && words.raises.is_some() {
            problems.push("returns and raises exclude each other".to_owned());
        }
        if words.raises.as_ref().is_some_and(hollow::raises_in_two_ways) {
            problems.push("raises needs exactly one of kind, any_of and any".to_owned());
        }
        let hollow = hollow::of(words).into_iter();
        problems.extend(
            hollow.map(|word| format!("{word} is meaningless: it holds for every client, or for none")),
        );
        problems.extend(hollow::no_names(words));
        let no_pointers = hollow::no_pointers(words);
        problems.extend(
            no_pointers.map(|text| format!("absent: {text:?} is not a JSON pointer to a part of the value")),
        );
        if words.and_no_others && words.requests.is_none() {
            problems.push("and_no_others needs requests".to_owned());
        }
    }
    match (check.layer, check.versions.as_deref().map(VersionReq::parse)) {
        (_, Some(Err(why))) => problems.push(format!("versions: {why}")),
        (Layer::Parity, None) => problems.push("a parity check needs versions".to_owned()),
        (Layer::Core, Some(Ok(_))) => problems.push("only a parity check has versions".to_owned()),
        _ => {}
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::scenario::read;

    fn scenario() -> Value {
        json!({
            "about": "A.", "why": "B", "anchor": "a",
            "steps": [{"call": "task.wait", "args": {"id": 1, "target": "finished"}, "as": "w"}],
            "expect": [{"id": "a", "level": "must", "of": "w", "returns": {"any": true}}]})
    }

    #[track_caller]
    fn refused(change: impl Fn(&mut Value), expected: &str) {
        let mut scenario = scenario();
        change(&mut scenario);
        let error = read("area/case", &scenario.to_string()).unwrap_err().to_string();
        assert!(error.starts_with("scenario area/case: ") && error.contains(expected), "{error}");
    }

    #[test]
    fn a_sound_one_is_read() {
        let cases = read("area/case", &scenario().to_string()).unwrap();
        assert_eq!((cases.len(), &*cases[0].id), (1, "area/case"));
        assert_eq!(cases[0].scenario.budget.requests, 200);
    }

    #[test]
    fn what_is_of_the_wrong_form_is_refused_with_its_place() {
        assert!(read("a", "{").unwrap_err().to_string().contains("line 1 column 1"));
        for key in ["needs", "client", "budget"] {
            refused(|scenario| scenario[key] = json!([]), &format!("{key}: a list instead of an object"));
        }
        refused(|scenario| scenario["abuot"] = json!(1), "unknown field `abuot`");
        refused(|scenario| scenario["steps"][0]["lable"] = json!(1), "steps[0].lable");
        refused(|scenario| scenario["expect"][0]["level"] = json!("may"), "expect[0].level");
        refused(|scenario| scenario["expect"][0]["layer"] = json!("x"), "expect[0].layer");
        refused(|scenario| scenario["expect"][0]["retruns"] = json!(1), "unknown field `retruns`");
        let requests = json!({"tasks.info": {"cuont": 1}});
        refused(|scenario| scenario["expect"][0]["requests"] = requests.clone(), "requests.tasks.info.cuont");
        refused(|scenario| scenario["client"] = json!({"attemps": 1}), "client.attemps");
        let gaps = json!({"tasks.info": {"gaps_ms": {"first": 1, "factor": 2, "cap": 4, "max": 4}}});
        refused(
            |scenario| scenario["expect"][0]["requests"] = gaps.clone(),
            "one with first, factor and cap",
        );
        refused(|scenario| scenario["expect"][0]["raises"] = json!({"kind": "lost"}), "raises.kind");
    }

    #[test]
    fn what_says_too_little_is_refused() {
        refused(|scenario| scenario["about"] = json!("A"), "about: not a sentence");
        refused(|scenario| scenario["why"] = json!(""), "why: empty");
        refused(|scenario| scenario["steps"] = json!([]), "steps: empty");
    }

    #[test]
    fn names_that_lead_nowhere_are_refused() {
        refused(|scenario| scenario["anchor"] = json!("b"), "anchor: there is no check b");
        refused(
            |scenario| scenario["expect"][0]["of"] = json!("x"),
            "expect[0]: of: no step has the label x",
        );
        refused(|scenario| scenario["steps"][0]["call"] = json!("task.wiat"), "did you mean task.wait?");
        refused(
            |scenario| scenario["needs"] = json!({"ops": ["task.x"]}),
            "needs.ops: unknown operation task.x",
        );
        refused(|scenario| scenario["steps"][0]["args"]["ID"] = json!(1), "task.wait has no argument ID");
        refused(
            |scenario| scenario["steps"][0]["args"] = json!({"id": 1}),
            "task.wait needs the argument target",
        );
        let id = json!({"$from": "w", "at": "/id"});
        refused(
            |scenario| scenario["steps"][0]["args"]["id"] = id.clone(),
            "no earlier step has the label \"w\"",
        );
        for at in [json!("id"), json!(7)] {
            let status = json!({"call": "task.status", "args": {"id": {"$from": "w", "at": at}}});
            let change =
                |scenario: &mut Value| scenario["steps"].as_array_mut().unwrap().push(status.clone());
            refused(change, &format!("steps[1]: at: {at} is not a JSON pointer"));
        }
        refused(|scenario| scenario["steps"] = json!([{}]), "steps[0]: needs either call or advance_ms");
        refused(
            |scenario| scenario["steps"] = json!([{"advance_ms": 1, "as": "x"}]),
            "cannot be combined with args",
        );
        refused(|scenario| scenario["faults"] = json!([{"optional": 1}]), "faults[0].optional");
        let twice = |scenario: &mut Value, key: &str| {
            let item = scenario[key][0].clone();
            scenario[key] = json!([item, item]);
        };
        refused(|scenario| twice(scenario, "expect"), "expect[1]: the id a is used twice");
        refused(|scenario| twice(scenario, "steps"), "steps[1]: the label w is used twice");
    }

    #[test]
    fn times_between_requests_of_several_lanes_are_refused() {
        let gaps = json!({"id": "a", "level": "must", "requests": {"*": {"gaps_ms": [1]}}});
        let expected = "expect[0]: gaps_ms of concurrent calls needs `of`";
        let change = |scenario: &mut Value| {
            scenario["steps"][0]["lane"] = json!("one");
            scenario["expect"][0] = gaps.clone();
        };
        refused(change, expected);
    }

    #[test]
    fn words_that_say_nothing_are_refused() {
        let bare = |more: Value| {
            let mut check = json!({"id": "a", "level": "must", "of": "w"});
            check.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            move |scenario: &mut Value| scenario["expect"][0] = check.clone()
        };
        refused(bare(json!({})), "expect[0]: the check expects nothing");
        refused(bare(json!({"and_no_others": true})), "and_no_others needs requests");
        refused(bare(json!({"one_of": [{"returns": {"any": true}}]})), "at least two alternatives");
        let hollow = [
            (json!({"returns": {}}), "returns is meaningless"),
            (json!({"returns": {"any": false}}), "returns is meaningless"),
            (json!({"returns": {"any_of": []}}), "returns is meaningless"),
            (json!({"returns": {"absent": []}}), "returns is meaningless"),
            (json!({"raises": {"any": false}}), "raises is meaningless"),
            (json!({"requests": {}}), "requests is meaningless"),
            (json!({"requests": {"*": {}}}), "requests is meaningless"),
            (json!({"requests": {"*": {"count": {"min": 0}}}}), "count is meaningless"),
            (json!({"requests": {"*": {"headers": {}}}}), "requests is meaningless"),
            (json!({"requests": {"*": {"bodies": [{}]}}}), "requests is meaningless"),
            (json!({"requests": {"*": {"gaps_ms": {}}}}), "gaps_ms is meaningless"),
            (json!({"returns": {"absent": []}}), "returns is meaningless"),
            (json!({"returns": {"any_of": []}}), "returns is meaningless"),
            (json!({"requests": {"*": {"count": {}}}}), "count is meaningless"),
            (json!({"requests": {"*": {"count": {"min": 5, "max": 1}}}}), "count is meaningless"),
            (json!({"sleeps": {}}), "sleeps is meaningless"),
            (json!({"sleeps": {"count": 1, "total_ms": {}}}), "sleeps is meaningless"),
            (json!({"sleeps": {"count": {"min": 0}}}), "sleeps is meaningless"),
            (json!({"logs": [{}]}), "logs is meaningless"),
            (json!({"logs": [{"level": "warn", "count": {}}]}), "logs is meaningless"),
        ];
        for (words, expected) in hollow {
            refused(bare(words.clone()), expected);
            let alternatives = json!({"one_of": [{"returns": {"any": true}}, words]});
            refused(bare(alternatives), expected);
        }
        for words in [
            json!({"returns": {"absent": ["id"]}}),
            json!({"requests": {"*": {"body": {"absent": ["id"]}}}}),
            json!({"requests": {"*": {"bodies": [{"absent": ["id"]}]}}}),
        ] {
            refused(bare(words), "absent: \"id\" is not a JSON pointer");
        }
        let header = json!({"requests": {"*": {"headers": {"X-Api-Key": null}}}});
        refused(bare(header), "headers: X-Api-Key is not in lower case");
        let level = json!({"logs": [{"level": "wran", "count": 0}]});
        refused(bare(level), "logs: the level wran is not one of debug, info, warn, error");
        let both = json!({"returns": {"any": true}, "raises": {"any": true}});
        refused(bare(both), "returns and raises exclude each other");
        refused(bare(json!({"raises": {"any": true, "kind": "auth"}})), "raises needs exactly one of");
        let result = json!({"returns": {"any": true}, "of": null});
        refused(bare(result), "returns and raises need `of`");
        refused(bare(json!({"returns": {"any": true}, "layer": "parity"})), "a parity check needs versions");
        refused(
            bare(json!({"returns": {"any": true}, "versions": ">=1"})),
            "only a parity check has versions",
        );
        let parity = json!({"returns": {"any": true}, "layer": "parity", "versions": ">=1"});
        refused(bare(parity), "anchor: the check a has the layer parity");
        let unread = json!({"returns": {"any": true}, "layer": "parity", "versions": "new"});
        refused(bare(unread), "versions: ");
        let no_must = json!({"returns": {"any": true}, "level": "info"});
        refused(bare(no_must), "anchor: the check a must have the level must");
    }

    #[test]
    fn so_many_lanes_that_it_would_take_minutes_are_refused() {
        let step = |lane: usize| json!({"call": "task.status", "args": {"id": 1}, "lane": lane.to_string()});
        let change = |scenario: &mut Value| {
            let steps = scenario["steps"].as_array_mut().unwrap();
            steps.extend((0..=super::LANES_MAX).map(step));
        };
        refused(change, "steps: more than 64 lanes");
    }
}
