//! The initial world of a scenario: a fixture with the timelines of tasks as lifecycles and with the
//! scenario's fault rules. The server's own types validate it.

use serde_json::{Map, Value, json};
use slymock_server::engine::clock::Mode;
use slymock_server::engine::snapshot::Fixture;
use slymock_server::engine::{Moment, Settings, World};

use crate::scenario::Scenario;

/// Returns the fixture of a scenario.
///
/// # Errors
///
/// The path of the wrong value, and what is wrong with it.
pub(crate) fn fixture(scenario: &Scenario) -> Result<Fixture, String> {
    let mut world = scenario.world.clone();
    for key in ["faults", "lastFaultId"] {
        if world.contains_key(key) {
            return Err(format!("world.{key}: fault rules belong into `faults` next to `world`"));
        }
    }
    if world.contains_key("clock") {
        return Err(
            "world.clock: the kit controls the clock, which starts at 2026-01-01T00:00:00Z".to_owned()
        );
    }
    if let Some(tasks) = world.get_mut("tasks").and_then(Value::as_array_mut) {
        for (index, task) in tasks.iter_mut().enumerate() {
            along_timeline(task).map_err(|why| format!("world.tasks[{index}].timeline: {why}"))?;
        }
    }
    world.insert("faults".to_owned(), rules(scenario));
    serde_path_to_error::deserialize(Value::Object(world)).map_err(|error| {
        let path = error.path().to_string();
        let place = if path.starts_with("faults") { path } else { format!("world.{path}") };
        format!("{place}: {}", error.inner())
    })
}

/// Returns why the world of a scenario cannot be made, if so.
pub(crate) fn problem(scenario: &Scenario) -> Option<String> {
    let settings = Settings { clock: Mode::Manual, ..Settings::default() };
    let world = fixture(scenario).and_then(|fixture| {
        World::new(fixture, &settings, Moment::VIRTUAL_START).map_err(|refusal| format!("world: {refusal}"))
    });
    world.err()
}

/// The fault rules without the keys that only the kit reads.
fn rules(scenario: &Scenario) -> Value {
    let rule = |rule: &Map<String, Value>| {
        let mut rule = rule.clone();
        rule.shift_remove("optional");
        Value::Object(rule)
    };
    scenario.faults.iter().map(rule).collect()
}

/// Start of a status in a timeline.
#[derive(Clone, Copy, PartialEq)]
enum Begin {
    Ms(u64),
    Poll(u64),
}

/// Replaces the timeline of a task by an equivalent lifecycle.
fn along_timeline(task: &mut Value) -> Result<(), String> {
    let Some(timeline) = task.as_object_mut().and_then(|task| task.shift_remove("timeline")) else {
        return Ok(());
    };
    if task.get("lifecycle").is_some() || task.get("status").is_some() {
        return Err("it replaces lifecycle and status; remove them".to_owned());
    }
    let moments =
        timeline.as_array().filter(|moments| !moments.is_empty()).ok_or("not a list of moments, or empty")?;
    let moments = moments
        .iter()
        .enumerate()
        .map(|(index, moment)| read_moment(moment).map_err(|why| format!("[{index}]: {why}")));
    let moments: Vec<(Begin, &str)> = moments.collect::<Result<_, _>>()?;
    if !matches!(moments[0].0, Begin::Ms(0) | Begin::Poll(0)) {
        return Err("[0]: the first moment must be 0".to_owned());
    }
    task["lifecycle"] = json!({"stages": stages(&moments)?});
    Ok(())
}

fn read_moment(moment: &Value) -> Result<(Begin, &str), String> {
    let object = moment
        .as_object()
        .filter(|object| object.len() == 2)
        .ok_or("not an object of status and either at_ms or at_poll")?;
    let status = object.get("status").and_then(Value::as_str).ok_or("no status")?;
    let number = |key| object.get(key).and_then(Value::as_u64);
    let begin = number("at_ms").map(Begin::Ms).or_else(|| number("at_poll").map(Begin::Poll));
    begin.map(|begin| (begin, status)).ok_or_else(|| "no at_ms or at_poll".to_owned())
}

fn stages(moments: &[(Begin, &str)]) -> Result<Vec<Value>, String> {
    let mut stages = Vec::new();
    for (index, (begin, status)) in moments.iter().enumerate() {
        let mut stage = json!({"status": status, "name": format!("{index}-{status}")});
        match (begin, moments.get(index + 1).map(|(next, _)| next)) {
            (_, None) if ["finished", "error", "stopped"].contains(status) => {}
            (_, None) => stage["hold"] = true.into(),
            (Begin::Ms(from), Some(Begin::Ms(to))) if to > from => stage["for_ms"] = (to - from).into(),
            (Begin::Poll(from), Some(Begin::Poll(to))) if to > from => {
                stage["for_polls"] = (to - from).into()
            }
            _ => {
                return Err(format!(
                    "[{}]: not later than the previous moment, or at_ms and at_poll are mixed",
                    index + 1
                ));
            }
        }
        stages.push(stage);
    }
    Ok(stages)
}

#[cfg(test)]
mod tests {
    use slymock_server::engine::clock::Mode;
    use slymock_server::engine::{Moment, Settings, World};

    use super::*;
    use crate::scenario::read;

    fn of(world: &Value, faults: &Value) -> Result<Fixture, String> {
        let scenario = json!({
            "about": "A.", "why": "B", "anchor": "a", "world": world, "faults": faults,
            "steps": [{"call": "task.info", "args": {"id": 1}, "as": "w"}],
            "expect": [{"id": "a", "level": "must", "of": "w", "returns": {"any": true}}]});
        fixture(&read("a/b", &scenario.to_string()).unwrap()[0].scenario)
    }

    #[track_caller]
    fn refused(world: &Value, faults: &Value, expected: &str) {
        let why = of(world, faults).expect_err("it is refused");
        assert!(why.contains(expected), "{why}");
    }

    #[test]
    fn a_timeline_is_a_lifecycle() {
        let timeline = json!([{"at_ms": 0, "status": "queued"}, {"at_ms": 1500, "status": "started"},
                              {"at_ms": 4200, "status": "finished"}]);
        let polls = json!([{"at_poll": 0, "status": "started"}, {"at_poll": 2, "status": "deployed"}]);
        let world = json!({"tasks": [{"id": 7, "timeline": timeline}, {"id": 8, "timeline": polls}]});
        let fixture = of(&world, &json!([{"optional": true, "do": {"status": 503}}])).unwrap();
        let settings = Settings { clock: Mode::Manual, ..Settings::default() };
        let world = World::new(fixture, &settings, Moment::VIRTUAL_START).unwrap().snapshot();
        let stages = serde_json::to_value(&world).unwrap();
        let of_task = |index: usize| stages["tasks"][index]["lifecycle"]["stages"].clone();
        let times: Vec<_> =
            of_task(0).as_array().unwrap().iter().map(|stage| stage["for_ms"].clone()).collect();
        assert_eq!(times, [json!(1500), json!(2700), Value::Null]);
        assert_eq!(of_task(1)[0]["for_polls"], 2);
        assert_eq!(of_task(1)[1]["hold"], true);
        assert_eq!(stages["faults"][0]["do"], json!({"status": 503}));
    }

    #[test]
    fn what_is_unsound_is_told_with_its_place() {
        let none = json!([]);
        let timeline = |timeline: Value| json!({"tasks": [{"id": 7, "timeline": timeline}]});
        refused(&timeline(json!([])), &none, "world.tasks[0].timeline: not a list");
        refused(
            &timeline(json!([{"at_ms": 1, "status": "queued"}])),
            &none,
            "[0]: the first moment must be 0",
        );
        refused(&timeline(json!([{"at_ms": 0}])), &none, "[0]: not an object of status");
        let back = json!([{"at_ms": 0, "status": "queued"}, {"at_ms": 0, "status": "started"}]);
        refused(&timeline(back), &none, "[1]: not later than the previous moment");
        let mixed = json!([{"at_ms": 0, "status": "queued"}, {"at_poll": 1, "status": "started"}]);
        refused(&timeline(mixed), &none, "[1]: not later than the previous moment");
        let both = json!({"tasks": [{"id": 7, "timeline": [], "status": "queued"}]});
        refused(&both, &none, "it replaces lifecycle and status");
        refused(&json!({"taks": []}), &none, "world.taks: unknown field");
        for clock in [json!({"mode": "auto"}), json!({"now": "2026-03-01T08:00:00Z"})] {
            refused(&json!({"clock": clock}), &none, "world.clock: the kit controls the clock");
        }
        refused(&json!({"faults": []}), &none, "world.faults: fault rules belong into `faults`");
        refused(&json!({}), &json!([{"do": {"staus": 1}}]), "faults[0].do.staus: unknown field");
    }
}
