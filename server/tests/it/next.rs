//! Tasks of the future and of the past: the lifecycles that wait for the next tasks, and what a task is and was.

use serde_json::{Value, json};

use crate::fake::fake;
use crate::tenant::Tenant;

const HELD: &str = "stuck-queued";

fn queue(tenant: &Tenant<'_>, lifecycle: &str, times: u64) -> Value {
    let queued = tenant.control("POST", "tasks/next", json!({"lifecycle": lifecycle, "times": times})).json();
    queued["next"].clone()
}

fn start(tenant: &Tenant<'_>, method: &str, body: Value) -> u64 {
    let answer = tenant.call(method, body);
    assert_eq!(answer.status, 200, "{method}: {}", String::from_utf8_lossy(&answer.body));
    let json = answer.json();
    json[0]["id"].as_u64().or(json["taskId"].as_u64()).unwrap()
}

fn run(tenant: &Tenant<'_>) -> u64 {
    start(tenant, "tasks.run.app", json!({"moduleId": 81}))
}

fn lifecycle(tenant: &Tenant<'_>, task: u64) -> Value {
    tenant.get(&format!("tasks/{task}"))["lifecycle"].clone()
}

#[test]
fn the_next_tasks_of_a_client_follow_what_was_queued_for_them() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    assert_eq!(queue(&tenant, "fails", 2), json!([{"lifecycle": "fails", "times": 2}]));
    let both = json!([{"lifecycle": "fails", "times": 2}, {"lifecycle": "never-ends", "times": 1}]);
    assert_eq!(queue(&tenant, "never-ends", 1), both);
    let made = tenant.task(json!("instant"));
    let followed: Vec<Value> = (0..4).map(|_| lifecycle(&tenant, run(&tenant))).collect();
    assert_eq!(followed, ["fails", "fails", "never-ends", "quick"], "{made} was made by the test");
    queue(&tenant, "fails", 1);
    let refused = tenant.call("tasks.run.app", json!({"moduleId": 9}));
    assert_eq!(refused.status, 404);
    assert_eq!(tenant.get("world")["nextTasks"], json!([{"lifecycle": "fails", "times": 1}]));
}

#[test]
fn every_method_that_starts_a_task_takes_from_the_queue() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    for (method, body) in [
        ("tasks.run.app", json!({"moduleId": 81})),
        ("tasks.run.dtl", json!({"workspaceId": 23821, "config": []})),
        ("tasks.run.python", json!({"workspaceId": 23821, "script": "pass"})),
        ("tasks.run.plugin", json!({"taskType": "train", "pluginId": 8, "projects": [1951]})),
        ("tasks.run.plugin", json!({"taskType": "infer_rpc", "pluginId": 8, "projects": [1951]})),
        ("tasks.run.deploy", json!({"modelId": 12380})),
    ] {
        queue(&tenant, HELD, 1);
        let task = start(&tenant, method, body);
        assert_eq!(lifecycle(&tenant, task), HELD, "{method}");
    }
}

#[test]
fn tasks_with_a_lifecycle_or_a_machine_of_their_own_leave_the_queue_as_it_is() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    queue(&tenant, HELD, 1);
    for (method, body) in [
        ("tasks.run.app", json!({"moduleId": 81, "params": {"slymock": "fails"}})),
        ("tasks.run.app", json!({"moduleId": 81, "redirectRequests": {"port": 8000}})),
        ("tasks.run.python", json!({"workspaceId": 23821, "advanced": {"ignoreAgent": true}})),
        ("tasks.run.deploy", json!({"modelId": 12380, "settings": {"slymock": "fails"}})),
    ] {
        start(&tenant, method, body);
    }
    assert_eq!(tenant.get("world")["nextTasks"], json!([{"lifecycle": HELD, "times": 1}]));
    assert_eq!(lifecycle(&tenant, run(&tenant)), HELD);
    assert_eq!(tenant.get("world").get("nextTasks"), None);
}

#[test]
fn the_queue_is_part_of_forks_snapshots_and_fixtures() {
    let fake = fake();
    let fixture = json!({"nextTasks": [{"lifecycle": "fails"}]});
    let tenant = fake.tenant(json!({"name": "first", "fixture": fixture}));
    let fork = fake.tenant(json!({"from": "first"}));
    assert_eq!(lifecycle(&tenant, run(&tenant)), "fails");
    assert_eq!(lifecycle(&tenant, run(&tenant)), "quick");
    let copy = fake.tenant(json!({"fixture": fork.get("world")}));
    for one in [&fork, &copy] {
        assert_eq!(lifecycle(one, run(one)), "fails");
    }
    tenant.control("POST", "reset", Value::Null);
    assert_eq!(lifecycle(&tenant, run(&tenant)), "fails");
}

#[test]
fn a_queue_that_is_wrong_is_refused_and_nothing_is_queued() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let many = Value::from(vec![json!({"lifecycle": "quick"}); 1_001]);
    for (body, word) in [
        (json!({}), "lifecycle"),
        (json!({"lifecycle": "quik"}), "no lifecycle preset"),
        (json!({"lifecycle": {"stages": []}}), "1 to 1000 stages"),
        (json!({"lifecycle": "quick", "times": 0}), "times"),
        (json!({"lifecycle": "quick", "times": 1_000_001}), "times"),
        (json!({"lifecycle": "quick", "count": 1}), "count"),
    ] {
        let answer = tenant.control("POST", "tasks/next", body.clone());
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(answer.status == 400 && text.contains(word), "{body}: {text}");
    }
    for (next, word) in [
        (json!([{"lifecycle": "quik"}]), "nextTasks[0]: there is no lifecycle preset"),
        (json!([{"lifecycle": "quick", "times": 0}]), "nextTasks[0]: times must be between"),
        (json!([{"times": 1}]), "lifecycle"),
        (many, "at most 1000 entries"),
    ] {
        let answer = tenant.control("PUT", "world", json!({"nextTasks": next}));
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(answer.status == 400 && text.contains(word), "{word}: {text}");
    }
    assert_eq!(tenant.get("world").get("nextTasks"), None);
    let full = Value::from(vec![json!({"lifecycle": "quick"}); 1_000]);
    tenant.control("PUT", "world", json!({"nextTasks": full}));
    let answer = tenant.control("POST", "tasks/next", json!({"lifecycle": "quick"}));
    assert!(answer.status == 400 && String::from_utf8_lossy(&answer.body).contains("1000 already wait"));
}

#[test]
fn a_task_has_a_timeline_and_looking_at_it_moves_and_records_nothing() {
    let fake = fake();
    let tenant = fake.tenant(json!({"clock": "auto", "lifecycle": "quick"}));
    let task = run(&tenant);
    let path = format!("tasks/{task}");
    let changes = |seen: &Value| -> Vec<String> {
        let rows = seen["timeline"].as_array().unwrap().iter();
        rows.map(|row| format!("{} {}", row["status"], row["at"]).replace('"', "")).collect()
    };
    for _ in 0..3 {
        assert_eq!(changes(&tenant.get(&path)), ["queued 2026-01-01T00:00:00.000Z"]);
    }
    assert_eq!(tenant.get("journal")["counts"], json!({"tasks.run.app": 1}));
    tenant.control("POST", "clock", json!({"advance_ms": 5000}));
    let seen = tenant.get(&path);
    let times = ["queued 00.000", "consumed 00.200", "started 00.400", "finished 01.000"];
    let times = times.map(|text| {
        let (status, second) = text.split_once(' ').unwrap();
        format!("{status} 2026-01-01T00:00:{second}Z")
    });
    assert_eq!(changes(&seen), times);
    let info =
        tenant.call("tasks.info", json!({"id": task, "withProgress": true, "withAssignedUsers": true}));
    let mut shown = seen;
    for key in ["lifecycle", "timeline"] {
        shown.as_object_mut().unwrap().remove(key);
    }
    assert_eq!(shown, info.json());
    tenant.control("PATCH", &path, json!({"status": "error"}));
    assert_eq!(changes(&tenant.get(&path)).last().unwrap(), "error 2026-01-01T00:00:05.000Z");
    let copy = fake.tenant(json!({"fixture": tenant.get("world")}));
    assert_eq!(copy.get(&path)["timeline"], tenant.get(&path)["timeline"]);
    assert_eq!(tenant.control("GET", "tasks/5", Value::Null).status, 404);
    assert_eq!(tenant.control("GET", "tasks/next", Value::Null).status, 404);
}

#[test]
fn tasks_are_made_with_the_description_meta_and_settings_of_the_call() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let made = json!({"workspaceId": 23821, "description": "nightly", "meta": {"input": {"a": 1}},
                      "settings": {"b": [2]}});
    let task = tenant.control("POST", "tasks", made).json()["ids"][0].as_u64().unwrap();
    let info = tenant.call("tasks.info", json!({"id": task})).json();
    assert_eq!((&info["description"], &info["settings"]), (&json!("nightly"), &json!({"b": [2]})));
    assert_eq!((&info["meta"]["input"], &info["meta"]["app"]["moduleId"]), (&json!({"a": 1}), &json!(81)));
    let fixed = json!({"workspaceId": 23821, "meta": {"sessionToken": "x", "app": 1}});
    let refused = tenant.control("POST", "tasks", fixed);
    let text = String::from_utf8_lossy(&refused.body).into_owned();
    assert!(
        refused.status == 400 && text.contains("meta.sessionToken") && text.contains("meta.app"),
        "{text}"
    );
}
