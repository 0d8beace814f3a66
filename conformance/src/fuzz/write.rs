//! A case that fails, as a scenario file.

use serde_json::{Map, Value, json};

use crate::oracle::{Objection, Rule, decisive_method};
use crate::scenario::{Case, Settings, Step};

/// Writes a case with one check of the objection as a scenario.
pub(super) fn scenario(case: &Case, objection: &Objection, words: &Value, fired: &[u64]) -> Value {
    let scenario = &case.scenario;
    let row = objection.rule.row();
    let judged = objection.step.map(|step| &scenario.steps[step]);
    let label = judged.and_then(|step| step.label.as_deref());
    let check = check(row.name, label, words);
    let mut file = json!({
        "about": row.about,
        "why": row.why,
        "cites": row.cites,
        "needs": {"clock": "virtual"},
        "world": scenario.world,
    });
    if objection.rule == Rule::SilentRepeat {
        file["needs"]["features"] = json!(["logs"]);
    }
    if scenario.client != Settings::default() {
        file["client"] = json!(scenario.client);
    }
    if !scenario.faults.is_empty() {
        file["faults"] = scenario.faults.iter().zip(fired).map(|(rule, fired)| fault(rule, *fired)).collect();
    }
    file["steps"] = scenario.steps.iter().map(step).collect();
    let anchor = anchor(case, judged).filter(|_| objection.rule != Rule::NoRequest);
    file["anchor"] = if anchor.is_some() { ANCHOR } else { row.name }.into();
    file["expect"] = anchor.into_iter().chain([check]).collect();
    file["budget"] = json!({"virtual_ms": scenario.budget.virtual_ms, "requests": scenario.budget.requests});
    file
}

/// A rule that never fired on the sane client need not fire.
fn fault(rule: &Map<String, Value>, fired: u64) -> Value {
    let mut rule = rule.clone();
    if fired == 0 {
        rule.insert("optional".to_owned(), true.into());
    }
    Value::Object(rule)
}

fn step(Step { call, args, label, lane, advance_ms }: &Step) -> Value {
    let mut step = Map::new();
    if let Some(ms) = advance_ms {
        step.insert("advance_ms".to_owned(), (*ms).into());
        return Value::Object(step);
    }
    step.insert("call".to_owned(), json!(call));
    step.insert("args".to_owned(), Value::Object(args.clone()));
    for (key, value) in [("as", label), ("lane", lane)] {
        if let Some(value) = value {
            step.insert(key.to_owned(), value.as_str().into());
        }
    }
    Value::Object(step)
}

/// Id of the check that shows that the client did anything at all.
const ANCHOR: &str = "asks";

/// A check of the request that the call is made for; none if the call needs none, so that its result has to show it.
fn anchor(case: &Case, step: Option<&Step>) -> Option<Value> {
    let step = step.or_else(|| case.scenario.steps.iter().find(|step| step.call.is_some()))?;
    let method = decisive_method(step.call.as_deref()?, &step.args)?;
    Some(check(ANCHOR, step.label.as_deref(), &json!({"requests": {method: {"count": {"min": 1}}}})))
}

fn check(id: &str, label: Option<&str>, words: &Value) -> Value {
    let mut check = json!({"id": id, "level": "must"});
    if let Some(label) = label {
        check["of"] = label.into();
    }
    if let (Some(check), Some(words)) = (check.as_object_mut(), words.as_object()) {
        check.extend(words.clone());
    }
    check
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::judge;
    use crate::oracle::tests::{Play, objections, reporting, rows};
    use crate::outcome::{ScenarioVerdict, Verdict};
    use crate::scenario::read;

    /// True if the written check fails on the record that the oracle objects to.
    fn fails(play: &Play, objection: &Objection, words: &Value, about: &str) -> bool {
        let file = scenario(&play.case, objection, words, &play.record.fired);
        let cases = read("found/case", &file.to_string());
        let cases = cases.unwrap_or_else(|error| panic!("{about}: {error}: {words}"));
        assert_eq!(cases.len(), 1, "{about}");
        let outcome = judge(&cases[0], play.record.clone(), &reporting());
        let name = objection.rule.name();
        let check = outcome.checks.iter().find(|check| check.id == name).expect("the check is judged");
        check.verdict == Verdict::Fail || outcome.verdict == ScenarioVerdict::Runaway
    }

    /// A file that cannot be read, or a check that passes, would hide the objection from its readers.
    #[test]
    fn each_objection_of_the_oracle_is_written_as_a_sound_scenario_that_fails() {
        let (mut count, mut wrong) = (0, Vec::new());
        for row in rows() {
            let play = (row.play)();
            for objection in objections(&play) {
                count += objection.checks.len();
                let failing =
                    objection.checks.iter().filter(|words| fails(&play, &objection, words, row.about));
                if failing.count() == 0 {
                    wrong.push(format!("{}: {}: {:?}", row.about, objection.rule.name(), objection.checks));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(count > 80, "only {count} checks were read");
    }
}
