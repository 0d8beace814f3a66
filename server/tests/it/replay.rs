//! A journal that is replayed in sequence order, into a new world with the same seed and name,
//! gives the same world and journal. Two runs give the same bytes.

use serde_json::{Value, json};

use crate::fake::fake;
use crate::random_calls::{histories, send};

/// The call of a journal entry.
fn told(entry: &Value) -> (String, Value) {
    let method = entry["method"].as_str().unwrap();
    let what = method.strip_prefix("_slymock/").unwrap_or(method);
    let mut body = if entry["body"] == json!([]) { Value::Null } else { entry["body"].clone() };
    if method == "net" {
        let text = |key: &str| entry[key].as_str().unwrap();
        let query = if text("query").is_empty() { String::new() } else { format!("?{}", text("query")) };
        return (format!("{} /net/{}{}{query}", text("verb"), entry["task"], text("path")), body);
    }
    // An entry has a field for a task; another id in a path is in the body.
    let id = if entry["task"].is_null() && what.contains("{id}") {
        body.as_object_mut().and_then(|body| body.remove("id")).unwrap_or_default()
    } else {
        entry["task"].clone()
    };
    (what.replace("{id}", &id.to_string()), body)
}

#[test]
fn a_replayed_journal_gives_the_same_world_and_journal_and_each_run_the_same_bytes() {
    let fakes = [fake(), fake(), fake()];
    let mut answered = 0;
    for (number, history) in histories().iter().enumerate() {
        // With an auto clock a delay moves the clock, so no second client has to.
        let wanted = json!({"clock": "auto", "seed": number, "name": format!("w{number}")});
        let [first, second, replayed] = fakes.each_ref().map(|fake| fake.tenant(wanted.clone()));
        for call in history {
            let bytes = send(&first, call);
            assert_eq!(bytes, send(&second, call), "{number}: {call:?}");
        }
        let journal = first.get("journal");
        assert_eq!(journal, second.get("journal"));
        for entry in journal["entries"].as_array().unwrap() {
            send(&replayed, &told(entry));
        }
        assert_eq!(replayed.get("journal"), journal, "{number}");
        assert_eq!(replayed.get("world"), first.get("world"), "{number}");
        let entries = journal["entries"].as_array().unwrap();
        answered += entries.iter().filter(|entry| entry["method"] == "net" && entry["status"] == 200).count();
    }
    assert!(answered > 5, "an app answers some of the visits: {answered}");
}

/// Concurrent calls are replayed one by one, in the order in which they were applied.
#[test]
fn what_came_at_once_is_replayed_in_sequence() {
    let fakes = [fake(), fake()];
    let wanted = json!({"clock": "manual", "seed": 1, "name": "one"});
    let [tenant, replayed] = fakes.each_ref().map(|fake| fake.tenant(wanted.clone()));
    tenant.fault(json!({"on": {"method": "tasks.info", "every": 3}, "do": {"status": 503}}));
    let histories = histories();
    std::thread::scope(|scope| {
        for history in &histories {
            let wire = history.iter().filter(|(what, _)| !what.contains(' '));
            scope.spawn(|| wire.for_each(|call| drop(send(&tenant, call))));
        }
    });
    let journal = tenant.get("journal");
    assert!(journal["entries"].as_array().unwrap().len() > 100);
    for entry in journal["entries"].as_array().unwrap() {
        send(&replayed, &told(entry));
    }
    assert_eq!(replayed.get("journal"), journal);
    assert_eq!(replayed.get("world"), tenant.get("world"));
}
