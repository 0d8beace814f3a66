//! Reading logs in parts. The timestamps of a task's lines rise, so a client that continues after the
//! last timestamp, or after the number of lines so far, gets each line once. Lines from fixtures follow
//! the same rule.

use serde_json::{Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::ids::TaskId;
use slymock_engine::methods;
use slymock_engine::request::Input;
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Call, Moment, Settings, World};

const TASK: u64 = 7;
const MODES: [Mode; 3] = [Mode::Real, Mode::Manual, Mode::Auto];

fn world(mode: Mode, fixture: &Value) -> World {
    let settings = Settings { clock: mode, ..Settings::default() };
    let fixture = Fixture::parse(fixture.to_string().as_bytes()).unwrap();
    World::new(fixture, &settings, Moment::VIRTUAL_START).unwrap()
}

fn ask(world: &mut World, now: Moment, method: &str, body: &Value) -> Value {
    let call = Call { task: Some(TaskId(TASK)), ..Call::at(now) };
    let input = Input::Json(body.to_string().into(), Vec::new());
    let reply = world.apply(methods::find(method).unwrap(), &call, input).unwrap();
    assert_eq!(world.check(), Vec::<String>::new());
    serde_json::from_slice(&reply.bytes()).unwrap()
}

/// The lines of the task's log after `since`.
fn lines(world: &mut World, now: Moment, since: Option<&Value>) -> Vec<Value> {
    let lines = ask(world, now, "tasks.log.download", &json!({"id": TASK, "sinceTime": since}));
    lines.as_array().unwrap().clone()
}

fn messages(lines: &[Value]) -> Vec<u64> {
    lines.iter().map(|line| line["message"].as_u64().unwrap()).collect()
}

#[test]
fn a_follower_by_the_last_stamp_or_by_count_gets_each_line_once_on_each_clock() {
    for mode in MODES {
        let mut world = world(mode, &json!({"tasks": [{"id": TASK, "status": "started"}]}));
        let (mut now, mut sent) = (Moment::VIRTUAL_START, 0);
        let (mut by_stamp, mut by_count): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
        for (burst, pause_ms) in [(3, 0), (1, 0), (50, 0), (0, 1), (2, 7), (9, 0), (1, 100), (4, 2)] {
            let logs: Vec<Value> = (sent..sent + burst).map(|n| json!({"message": n})).collect();
            sent += burst;
            ask(&mut world, now, "tasks.logs.add", &json!({"logs": logs}));
            let last = by_stamp.last().map(|line| line["timestamp"].clone());
            by_stamp.extend(lines(&mut world, now, last.as_ref()));
            by_count.extend(lines(&mut world, now, None).into_iter().skip(by_count.len()));
            now = now.plus_ms(pause_ms);
        }
        let all: Vec<u64> = (0..sent).collect();
        assert_eq!(messages(&by_stamp), all, "{mode:?}");
        assert_eq!(by_stamp, by_count, "{mode:?}");
        let rest = lines(&mut world, now, by_stamp.last().map(|line| &line["timestamp"]));
        assert!(rest.is_empty(), "{mode:?}: {rest:?}");
    }
}

#[test]
fn stamps_of_a_fixture_that_rise_are_kept_and_all_others_are_given() {
    let given = [
        json!({"timestamp": "2025-01-01T00:00:00.0009Z", "message": 0}),
        json!({"timestamp": "2025-01-01T00:00:00.0005Z", "message": 1}),
        json!({"timestamp": "yesterday", "message": 2}),
        json!({"timestamp": "2026-01-02 10:30", "message": 3, "task_id": 3}),
        json!({"message": 4}),
        json!({"timestamp": "2026-01-02T10:30:00Z", "ownTimestamp": "mine", "message": 5}),
        json!({"ownTimestamp": "mine", "message": 6}),
        json!({"timestamp": "2026-01-02T10:30:00.003Z", "ownTimestamp": "mine", "message": 7}),
        json!({"timestamp": "+022026-01-01", "message": 8}),
    ];
    let stages = json!({"stages": [{"status": "started", "logs": [{"message": "9"}, {"message": "10"}]}]});
    let row = json!({"id": TASK, "logs": given, "lifecycle": stages});
    let mut world = world(Mode::Manual, &json!({"tasks": [row]}));
    let log = lines(&mut world, Moment::VIRTUAL_START, None);
    let stamps: Vec<(&Value, &Value)> =
        log.iter().map(|line| (&line["timestamp"], &line["ownTimestamp"])).collect();
    assert_eq!(
        serde_json::to_value(stamps).unwrap(),
        json!([
            ["2025-01-01T00:00:00.0009Z", null],
            ["2026-01-01T00:00:00.000Z", "2025-01-01T00:00:00.0005Z"],
            ["2026-01-01T00:00:00.001Z", "yesterday"],
            ["2026-01-02 10:30", null],
            ["2026-01-02T10:30:00.001Z", null],
            ["2026-01-02T10:30:00.002Z", "2026-01-02T10:30:00Z"],
            ["2026-01-02T10:30:00.003Z", "mine"],
            ["2026-01-02T10:30:00.004Z", "2026-01-02T10:30:00.003Z"],
            ["2026-01-02T10:30:00.005Z", "+022026-01-01"],
            ["2026-01-02T10:30:00.006Z", null],
            ["2026-01-02T10:30:00.007Z", null],
        ])
    );
    let tasks: Vec<u64> = log.iter().map(|line| line["task_id"].as_u64().unwrap()).collect();
    assert_eq!(tasks[..5], [TASK, TASK, TASK, 3, TASK]);
    assert_eq!(log[9]["message"], "9", "lines of the first stage come after those of the fixture");
    for (place, line) in log.iter().enumerate() {
        let rest = lines(&mut world, Moment::VIRTUAL_START, Some(&line["timestamp"]));
        assert_eq!(rest, log[place + 1..], "after {line}");
    }
}

/// A snapshot, and the snapshot of the world made from it.
fn twice(world: &World) -> [String; 2] {
    let first = serde_json::to_string(&world.snapshot()).unwrap();
    let fixture = Fixture::parse(first.as_bytes()).unwrap();
    // A later wall clock must leave no trace.
    let again = world.replaced(fixture, Moment::VIRTUAL_START.plus_ms(12_345)).unwrap();
    [first, serde_json::to_string(&again.snapshot()).unwrap()]
}

#[test]
fn a_snapshot_put_back_has_the_same_lines_also_where_time_ends() {
    for now in [Moment::VIRTUAL_START, Moment::LAST] {
        let task = json!({"id": TASK, "status": "started", "logs": [{"message": 0}, {"message": 1}]});
        let mut world =
            world(Mode::Manual, &json!({"clock": {"mode": "manual", "now": now}, "tasks": [task]}));
        ask(&mut world, now, "tasks.logs.add", &json!({"logs": [{"message": 2}, {"message": 3}]}));
        let [first, second] = twice(&world);
        assert_eq!(first, second);
        let log = lines(&mut world, now, None);
        assert_eq!(lines(&mut world, now, Some(&log[1]["timestamp"])), log[2..], "{now}");
    }
}
