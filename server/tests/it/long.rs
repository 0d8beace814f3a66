//! Long calls are applied completely or not at all, and other worlds are served meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fake::fake;
use crate::tenant::Tenant;

const TASK: u64 = 121_230;

/// The longest time of a request to a world during `work`, and the number of requests.
fn meanwhile(other: &Tenant<'_>, work: impl FnOnce()) -> (Duration, usize) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let (mut longest, mut count) = (Duration::ZERO, 0);
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                assert_eq!(other.call("tasks.info", json!({"id": TASK})).status, 200);
                longest = longest.max(began.elapsed());
                count += 1;
            }
            (longest, count)
        });
        work();
        over.store(true, Ordering::Relaxed);
        asking.join().unwrap()
    })
}

#[test]
fn a_day_of_many_tasks_goes_by_while_other_worlds_are_served() {
    let fake = fake();
    let (busy, other) = (fake.tenant(json!({})), fake.tenant(json!({})));
    let began = Instant::now();
    let mut took = Duration::ZERO;
    let (longest, count) = meanwhile(&other, || {
        let many = json!({"workspaceId": 23821, "lifecycle": "realistic", "count": 2000});
        assert_eq!(busy.control("POST", "tasks", many).status, 200);
        let moved = busy.control("POST", "clock", json!({"advance_ms": 24 * 3_600_000})).json();
        assert_eq!(moved["next_due"], Value::Null);
        took = began.elapsed();
    });
    let filter = json!([{"field": "status", "operator": "=", "value": "finished"}]);
    let done = busy.call("tasks.list", json!({"workspaceId": 23821, "filter": filter})).json();
    assert_eq!(done["total"], 2001);
    // If the other world had to wait, there would be a single request, as long as `work`.
    assert!(count > 5 && longest < took / 2, "{count} requests, {longest:?} of {took:?}");
}

#[test]
fn requests_of_the_same_world_queue_behind_a_long_call_and_see_it_whole() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let total = || tenant.call("tasks.list", json!({"workspaceId": 23821})).json()["total"].as_u64().unwrap();
    let (seen, _) = std::thread::scope(|scope| {
        let listing = scope.spawn(|| {
            let mut seen = vec![1];
            while seen.last() == Some(&1) {
                seen.push(total());
            }
            seen
        });
        let made = tenant.control("POST", "tasks", json!({"workspaceId": 23821, "count": 3000}));
        (listing.join().unwrap(), made)
    });
    assert_eq!(*seen.last().unwrap(), 3001, "none or all tasks: {seen:?}");
}

#[test]
fn a_poll_that_jumps_over_many_events_is_answered_all_the_same() {
    let fake = fake();
    let tenant = fake.tenant(json!({"clock": "auto"}));
    tenant.control("POST", "tasks", json!({"workspaceId": 23821, "lifecycle": "realistic", "count": 300}));
    let task =
        tenant.task(json!({"stages": [{"status": "started", "for_ms": 86_400_000}, {"status": "finished"}]}));
    let status = || tenant.call("tasks.info", json!({"id": task})).json()["status"].clone();
    assert_eq!([status(), status()], [json!("started"), json!("finished")]);
    assert_eq!(tenant.get("clock")["next_due"], Value::Null);
}

#[test]
fn a_refused_long_call_changes_nothing() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.control("POST", "tasks", json!({"workspaceId": 23821, "lifecycle": "realistic", "count": 300}));
    let before = tenant.get("world");
    let many = json!({"workspaceId": 23821, "lifecycle": "realistic", "count": 300, "status": "deployed"});
    assert_eq!(tenant.control("POST", "tasks", many).status, 400);
    let back = json!({"mode": "auto", "to": "2025-01-01T00:00:00Z"});
    assert_eq!(tenant.control("POST", "clock", back).status, 400);
    assert_eq!(tenant.get("world"), before);
}

#[test]
fn a_large_body_is_read_as_any_other() {
    let fake = fake();
    let tenant = fake
        .tenant(json!({"fixture": {"tasks": [{"id": 7}], "stubs": {"images.list": "x".repeat(400_000)}}}));
    let payload = "y".repeat(400_000);
    let body = json!({"taskId": 7, "fields": [{"field": "long", "payload": payload}]});
    assert_eq!(tenant.call("tasks.data.set", body).status, 200);
    let kept = tenant.call("tasks.data.get", json!({"taskId": 7, "fields": ["long"]})).json();
    assert_eq!(kept["result"]["long"], payload);
    assert_eq!(tenant.call("images.list", json!({})).body.len(), 400_002);
}
