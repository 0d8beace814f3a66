//! Delays under all clocks: delayed requests, jumps of the clock, and windows of time.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use slymock_server::engine::clock::Mode;
use slymock_server::{Config, DEFAULT_TOKEN, WorldsMode};

use crate::fake::{Fake, fake, read_one, until};
use crate::tenant::Tenant;

const TASK: u64 = 121_230;

/// Sends a call that a rule delays, and waits until it is delayed.
fn send_held(tenant: &Tenant<'_>, method: &str, body: &Value) -> TcpStream {
    let fired = || tenant.get("faults")["faults"][0]["fired"].as_u64().unwrap();
    let before = fired();
    let mut stream = tenant.fake.connect();
    stream.write_all(&tenant.bytes(method, body)).unwrap();
    until("it is held", || fired() != before);
    stream
}

fn is_waiting(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let waits = stream.read(&mut [0]).err().map(|error| error.kind());
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    matches!(waits, Some(ErrorKind::WouldBlock | ErrorKind::TimedOut))
}

fn status_line(stream: &mut TcpStream) -> u16 {
    let mut start = [0; 12];
    stream.read_exact(&mut start).unwrap();
    std::str::from_utf8(&start[9..]).unwrap().parse().unwrap()
}

#[test]
fn on_a_manual_clock_a_delay_waits_for_virtual_time_and_is_an_event() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.fault(json!({"on": {"method": "tasks.info"}, "do": {"delay_ms": 5000}}));
    let mut held = send_held(&tenant, "tasks.info", &json!({"id": TASK}));
    let held_until = || tenant.get("clock").get("held_until").cloned();
    assert_eq!(tenant.get("clock")["next_due"], "2026-01-01T00:00:05.000Z");
    assert_eq!(held_until(), Some(json!("2026-01-01T00:00:05.000Z")));
    let task = tenant.task(json!({"stages": [{"status": "queued", "for_ms": 1}, {"status": "error"}]}));
    assert_eq!(tenant.get("clock")["next_due"], "2026-01-01T00:00:00.001Z", "the change of task {task}");
    assert_eq!(held_until(), Some(json!("2026-01-01T00:00:05.000Z")));
    tenant.control("POST", "clock", json!({"advance_ms": 4999}));
    assert!(is_waiting(&mut held));
    let moved = tenant.control("POST", "clock", json!({"to": "next"})).json();
    assert_eq!(moved["now"], "2026-01-01T00:00:05.000Z");
    assert_eq!(status_line(&mut held), 200);
    let entry = tenant.get("journal?method=tasks.info")["entries"][0].clone();
    assert_eq!((&entry["at"], &entry["fault"]), (&json!("2026-01-01T00:00:05.000Z"), &json!(1)));
    assert_eq!(tenant.get("clock")["next_due"], Value::Null);
    assert_eq!(held_until(), None);
}

#[test]
fn a_held_call_is_applied_to_the_world_as_it_is_when_it_goes_on() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let task = tenant.task(json!("quick"));
    tenant.fault(json!({"on": {"method": "tasks.info"}, "do": {"delay_ms": 5000}}));
    let mut held = send_held(&tenant, "tasks.info", &json!({"id": task}));
    tenant.control("POST", "clock", json!({"advance_ms": 5000}));
    let answer = read_one(&mut held);
    assert_eq!(answer.json()["status"], "finished");
}

#[test]
fn a_call_whose_client_has_left_meanwhile_is_applied_all_the_same() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.fault(json!({"on": {"method": "tasks.run.app"}, "do": {"delay_ms": 5000}}));
    drop(send_held(&tenant, "tasks.run.app", &json!({"moduleId": 81})));
    assert_eq!(tenant.count("tasks.run.app"), 0);
    tenant.control("POST", "clock", json!({"to": "next"}));
    until("it is applied", || tenant.count("tasks.run.app") == 1);
    assert_eq!(tenant.call("tasks.list", json!({"workspaceId": 23821})).json()["total"], 2);
}

#[test]
fn a_call_that_is_held_up_when_the_server_ends_is_not_applied() {
    let mut config = Config { worlds: WorldsMode::OnDemand, ..Config::default() };
    config.settings.clock = Mode::Manual;
    let fake = Fake::start(config);
    let task = fake.control("POST", "tasks", r#"{"workspaceId": 23821, "status": "started"}"#).json();
    fake.control("POST", "faults", r#"{"on": {"method": "tasks.stop"}, "do": {"delay_ms": 5000}}"#);
    let mut held = fake.connect();
    let body = json!({"id": task["ids"][0]}).to_string();
    let head = format!(
        "POST /public/api/v3/tasks.stop HTTP/1.1\r\nHost: localhost\r\nx-api-key: {DEFAULT_TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    held.write_all(head.as_bytes()).unwrap();
    until("it is held", || fake.control("GET", "faults", "").json()["faults"][0]["fired"] == 1);
    let began = Instant::now();
    let world = fake.end();
    assert!(began.elapsed() < Duration::from_millis(1_500), "{:?}", began.elapsed());
    assert_eq!(held.read(&mut [0]).unwrap(), 0, "no answer");
    let world = serde_json::to_value(world).unwrap();
    let row = world["tasks"].as_array().unwrap().iter().find(|row| row["id"] == task["ids"][0]);
    assert_eq!(row.unwrap()["status"], "started");
}

#[test]
fn what_is_held_up_goes_on_though_the_client_that_moved_the_clock_has_left() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.control("POST", "tasks", json!({"workspaceId": 23821, "lifecycle": "realistic", "count": 2000}));
    tenant.fault(json!({"on": {"method": "tasks.info"}, "do": {"delay_ms": 5000}}));
    let mut held = send_held(&tenant, "tasks.info", &json!({"id": TASK}));
    let mut mover = fake.connect();
    let body = r#"{"advance_ms": 86400000}"#;
    let (address, token, length) = (fake.address, &tenant.token, body.len());
    let head = format!(
        "POST /_slymock/clock HTTP/1.1\r\nHost: {address}\r\nx-api-key: {token}\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    mover.write_all(head.as_bytes()).unwrap();
    // The move takes longer than its client waits.
    let _ = is_waiting(&mut mover);
    drop(mover);
    // No request reaches this world now, because that would wake the waiting one.
    assert_eq!(status_line(&mut held), 200);
}

#[test]
fn polls_that_a_fault_answers_are_not_taken_past_what_is_to_come() {
    let fake = fake();
    let tenant = fake.tenant(json!({"clock": "auto"}));
    let task = tenant.task(json!("quick"));
    let on = |trigger: Value| {
        let mut on = json!({"method": "tasks.info", "task": task});
        on.as_object_mut().unwrap().extend(trigger.as_object().unwrap().clone());
        on
    };
    tenant.fault(json!({"on": on(json!({"first": 2, "until_ms": 100})), "do": {"status": 503}}));
    tenant.fault(
        json!({"on": on(json!({"from_ms": 3_600_000, "until_ms": 3_700_000})), "do": {"status": 502}}),
    );
    let statuses: Vec<Value> = polled(&tenant, task).into_iter().take(5).collect();
    // The end of the stage at 100 ms is an event of the task, which is still queued then.
    let (queued, consumed) = (json!("queued"), json!("consumed"));
    assert_eq!(statuses, [json!(503), json!(503), queued.clone(), queued, consumed]);
}

#[test]
fn a_delay_may_come_before_any_other_action() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.fault(json!({"do": {"delay_ms": 5000, "status": 503}}));
    let mut held = send_held(&tenant, "tasks.info", &json!({"id": TASK}));
    assert!(is_waiting(&mut held));
    tenant.control("POST", "clock", json!({"to": "next"}));
    assert_eq!(status_line(&mut held), 503);
}

#[test]
fn on_a_real_clock_a_delay_takes_real_time_and_on_an_auto_clock_the_clock_moves() {
    let fake = fake();
    let real = fake.tenant(json!({"clock": "real"}));
    real.fault(json!({"do": {"delay_ms": 60}}));
    let began = Instant::now();
    assert_eq!(real.call("tasks.info", json!({"id": TASK})).status, 200);
    assert!(began.elapsed() >= Duration::from_millis(60));
    let auto = fake.tenant(json!({"clock": "auto"}));
    auto.fault(json!({"do": {"delay_ms": 3_600_000}}));
    assert_eq!(auto.call("tasks.info", json!({"id": TASK})).status, 200);
    assert_eq!(auto.get("clock")["now"], "2026-01-01T01:00:00.000Z");
}

#[test]
fn what_waits_on_a_manual_clock_goes_on_when_it_turns_real() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.fault(json!({"do": {"delay_ms": 5000}}));
    let mut held = send_held(&tenant, "tasks.info", &json!({"id": TASK}));
    assert!(is_waiting(&mut held));
    // Real time is far ahead of a virtual clock that switches to it.
    tenant.control("POST", "clock", json!({"mode": "real"}));
    assert_eq!(status_line(&mut held), 200);
}

/// Polls a task until it has ended. Returns the statuses: the task's, or that of a faulty reply.
fn polled(tenant: &Tenant<'_>, task: u64) -> Vec<Value> {
    let mut seen = Vec::new();
    while seen.len() < 50 && seen.last() != Some(&json!("finished")) {
        let answer = tenant.call("tasks.info", json!({"id": task}));
        seen.push(if answer.status == 200 { answer.json()["status"].clone() } else { answer.status.into() });
    }
    seen
}

#[test]
fn the_auto_clock_stops_at_the_edges_of_windows_that_name_the_task() {
    let fake = fake();
    let tenant = fake.tenant(json!({"clock": "auto"}));
    let task = tenant.task(json!("quick"));
    let on = json!({"method": "tasks.info", "task": task, "from_ms": 300, "until_ms": 350});
    tenant.fault(json!({"on": on, "do": {"status": 503}}));
    let (queued, consumed, started) = (json!("queued"), json!("consumed"), json!("started"));
    let (failed, finished) = (json!(503), json!("finished"));
    // Consumed from 200 to 400 ms: shown, lost in the window, shown again after it.
    assert_eq!(polled(&tenant, task), [queued, consumed.clone(), failed, consumed, started, finished]);
}

#[test]
fn the_auto_clock_gets_past_a_window_that_a_task_begins_in() {
    let fake = fake();
    let tenant = fake.tenant(json!({"clock": "auto"}));
    let task = tenant.task(json!("quick"));
    tenant.fault(json!({"on": {"task": task, "until_ms": 100}, "do": {"status": 503}}));
    let seen = polled(&tenant, task);
    assert_eq!(seen[..2], [json!(503), json!("queued")]);
    assert_eq!(seen.len(), 5);
}

#[test]
fn polls_that_a_fault_answers_skip_no_stage_and_count_for_nothing() {
    let fake = fake();
    let tenant = fake.tenant(json!({"clock": "auto"}));
    let stages = json!({"stages": [
        {"status": "queued", "for_ms": 1000}, {"status": "started", "for_polls": 2}, {"status": "finished"}]});
    let task = tenant.task(stages);
    tenant.fault(json!({"on": {"method": "tasks.info", "every": 2}, "do": {"status": 503}}));
    let (failed, started) = (json!(503), json!("started"));
    assert_eq!(
        polled(&tenant, task),
        [
            json!("queued"),
            failed.clone(),
            started.clone(),
            failed.clone(),
            started,
            failed,
            json!("finished")
        ]
    );
}

#[test]
fn a_poll_whose_reply_is_lost_after_the_commit_counts() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let task =
        tenant.task(json!({"stages": [{"status": "started", "for_polls": 1}, {"status": "finished"}]}));
    tenant.fault(json!({"on": {"nth": [1]}, "do": {"commit_then_drop": true}}));
    let mut stream = fake.connect();
    stream.write_all(&tenant.bytes("tasks.info", &json!({"id": task}))).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    assert_eq!(tenant.status(task), "finished");
}

#[test]
fn looks_of_the_control_api_and_held_tasks_never_move_an_auto_clock() {
    let fake = fake();
    let tenant = fake.tenant(json!({"clock": "auto"}));
    let task = tenant.task(json!("quick"));
    let start = tenant.get("clock")["now"].clone();
    for _ in 0..3 {
        tenant.status(task);
        tenant.get("clock");
        tenant.get("journal");
    }
    assert_eq!(tenant.get("clock")["now"], start);
    let held = tenant.control("POST", "tasks", json!({"workspaceId": 23821, "status": "started"})).json();
    for _ in 0..3 {
        tenant.call("tasks.info", json!({"id": held["ids"][0]}));
    }
    assert_eq!(tenant.get("clock")["now"], start, "a held task has no next event");
}

#[test]
fn a_window_of_a_rule_opens_and_closes_with_the_worlds_clock() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.control("POST", "clock", json!({"advance_ms": 60_000}));
    tenant.fault(json!({"on": {"from_ms": 1000, "until_ms": 2000}, "do": {"status": 503}}));
    let status = || tenant.call("tasks.info", json!({"id": TASK})).status;
    let after = |ms: u64| {
        tenant.control("POST", "clock", json!({"advance_ms": ms}));
        status()
    };
    assert_eq!([status(), after(999), after(1), after(999), after(1)], [200, 200, 503, 503, 200]);
}
