//! The auto clock, over all methods: a repeat of a request whose answer depends on tasks moves it to
//! their next change, and nothing else moves it. Requests are made from METHODS and the stories, so
//! that later methods are covered.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::looks::Looks;
use slymock_engine::methods::{METHODS, Row};
use slymock_engine::request::{Input, Need};
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Call, Moment, Reaction, Refusal, Settings, WireRequest, World};

const WALL: Moment = Moment::VIRTUAL_START;
/// Ends of the stages that tasks of these tests follow, in milliseconds.
const QUICK_MS: [i64; 3] = [200, 400, 1_000];

fn world(mode: Mode, fixture: &Value) -> World {
    let settings = Settings { clock: mode, ..Settings::default() };
    World::new(Fixture::parse(fixture.to_string().as_bytes()).unwrap(), &settings, WALL).unwrap()
}

/// A world with four tasks under way: one of an app, one that serves a model and two that produce a
/// result.
fn busy(mode: Mode) -> World {
    let serves = json!({"input": {"model": {"id": 12380}}});
    let leaves = json!({"name": "mine"});
    let tasks = json!([
        {"id": 7}, {"id": 8, "type": "infer_rpc", "meta": serves},
        {"id": 9, "type": "train", "settings": leaves}, {"id": 10, "type": "inference", "settings": leaves},
    ]);
    world(mode, &json!({ "tasks": tasks }))
}

fn ask(world: &mut World, method: &str, body: &Value) -> Result<Value, Refusal> {
    let input = Input::Json(body.to_string().into(), vec![]);
    let Reaction::Completion(answered) = world.take(WireRequest::named(method, Call::at(WALL), input), WALL)
    else {
        panic!("{method} is delayed");
    };
    let output = answered.result.unwrap_or_else(|| panic!("a fault answered {method}"))?;
    Ok(serde_json::from_slice(&output.bytes()).unwrap_or_default())
}

/// The time that has passed on the clock, in milliseconds.
fn gone(world: &World) -> i64 {
    world.state().now().millis() - Moment::VIRTUAL_START.millis()
}

/// A request with the required fields of a method, about the entities of [`busy`].
fn request(row: &Row) -> Value {
    let mut body = json!({});
    let required = row.shape.fields().iter().filter(|field| field.need == Need::Required);
    for field in required {
        body[field.name] = match (field.name, row.name.split('.').next()) {
            ("id" | "taskId", Some("tasks")) => json!(7),
            ("id", Some("apps")) | ("appId", _) => json!(10370),
            ("id", Some("models")) => json!(12380),
            ("workspaceId", _) => json!(23821),
            ("teamId", _) => json!(16087),
            ("command", _) => json!("is_ready"),
            ("slug", _) => json!("supervisely-ecosystem/hello-world-app"),
            ("fields", Some("tasks")) => json!(["data"]),
            (name, _) => panic!("{}: add a value for its field {name} to this test", row.name),
        };
    }
    match row.name {
        "tasks.train-metrics" => body["taskId"] = json!(7),
        "projects.list" => body["workspaceId"] = json!(23821),
        _ => {}
    }
    body
}

fn looking() -> impl Iterator<Item = &'static Row> {
    METHODS.iter().filter(|row| !matches!(row.looks, Looks::Nothing))
}

#[test]
fn a_repeat_of_each_method_that_looks_at_tasks_moves_the_clock_one_change_at_a_time() {
    let mut methods = 0;
    for row in looking() {
        let (mut world, body) = (busy(Mode::Auto), request(row));
        let is_app = matches!(row.looks, Looks::App);
        assert_eq!(ask(&mut world, row.name, &body).is_err(), is_app, "{}", row.name);
        assert_eq!(gone(&world), 0, "{}: a first request does not move the clock", row.name);
        // The answer of a running app does not count as a look.
        let changes = if is_app { &QUICK_MS[..2] } else { &QUICK_MS[..] };
        for change in changes {
            let _ = ask(&mut world, row.name, &body);
            assert_eq!(gone(&world), *change, "{}", row.name);
        }
        for _ in 0..3 {
            assert!(ask(&mut world, row.name, &body).is_ok(), "{}", row.name);
        }
        assert_eq!(gone(&world), *changes.last().unwrap(), "{}: the task has no further changes", row.name);
        assert_eq!(world.check(), Vec::<String>::new(), "{}", row.name);
        methods += 1;
    }
    assert!(methods >= 11, "only {methods} methods depend on tasks");
}

#[test]
fn different_calls_move_nothing_whatever_their_number() {
    let mut world = busy(Mode::Auto);
    for row in looking() {
        let mut body = request(row);
        let _ = ask(&mut world, row.name, &body);
        if row.lists() {
            for per_page in 1..9 {
                body["per_page"] = per_page.into();
                ask(&mut world, row.name, &body).unwrap();
            }
        }
    }
    assert_eq!(gone(&world), 0);
}

#[test]
fn another_clock_is_moved_by_nobody() {
    let mut world = busy(Mode::Manual);
    for row in looking().chain(looking()).chain(looking()) {
        let _ = ask(&mut world, row.name, &request(row));
    }
    assert_eq!(gone(&world), 0);
}

/// The calls of a method in the stories; without those that this test cannot send, which have parts.
fn told(method: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stories");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let stories = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let scenes =
        stories.flat_map(|path| serde_json::from_slice::<Vec<Value>>(&fs::read(path).unwrap()).unwrap());
    let lines =
        scenes.flat_map(|mut scene| serde_json::from_value::<Vec<Value>>(scene["lines"].take()).unwrap());
    let of_method = lines.filter(|line| line["call"] == method && line.get("parts").is_none());
    of_method.map(|line| line["body"].clone()).collect()
}

#[test]
fn what_looks_at_nothing_moves_nothing_however_often_it_is_asked() {
    let mut done = 0;
    for row in METHODS.iter().filter(|row| matches!(row.looks, Looks::Nothing)) {
        for body in told(row.name) {
            let mut world = busy(Mode::Auto);
            for _ in 0..4 {
                done += usize::from(ask(&mut world, row.name, &body).is_ok());
                assert_eq!(gone(&world), 0, "{} {body}", row.name);
            }
        }
    }
    assert!(done > 100, "only {done} calls were answered");
}

#[test]
fn a_list_that_is_filtered_waits_for_all_that_it_chooses_from() {
    let mut world = busy(Mode::Auto);
    let started = json!({"workspaceId": 23821, "filter": [{"field": "status", "operator": "in", "value": ["started"]}]});
    let found =
        |world: &mut World| ask(world, "tasks.list", &started).unwrap()["entities"].as_array().unwrap().len();
    let seen: Vec<usize> = (0..4).map(|_| found(&mut world)).collect();
    assert_eq!(seen, [0, 0, 4, 0], "queued, consumed, started, finished");
    let mut world = busy(Mode::Auto);
    let running = json!({"teamId": 16087, "onlyRunning": true});
    let apps = |world: &mut World| ask(world, "apps.list", &running).unwrap()["total"].clone();
    let seen: Vec<Value> = (0..4).map(|_| apps(&mut world)).collect();
    assert_eq!(seen, [1, 1, 1, 0].map(Value::from));
}

#[test]
fn the_pages_of_a_sweep_agree() {
    let mut world = busy(Mode::Auto);
    let page = |page: u64| json!({"workspaceId": 23821, "per_page": 1, "page": page});
    for sweep in 0..3 {
        for number in [1, 2, 2] {
            ask(&mut world, "tasks.list", &page(number)).unwrap();
            assert_eq!(gone(&world), [0, 200, 400][sweep], "sweep {sweep}, page {number}");
        }
    }
    let mut world = busy(Mode::Auto);
    let first = json!({"workspaceId": 23821, "per_page": 1, "pagination_mode": "token"});
    for sweep in 0..2 {
        let after = ask(&mut world, "tasks.list", &first).unwrap()["after"].clone();
        let mut next = first.clone();
        next["after"] = after;
        for _ in 0..2 {
            ask(&mut world, "tasks.list", &next).unwrap();
            assert_eq!(gone(&world), [0, 200][sweep]);
        }
    }
}

#[test]
fn a_task_that_comes_or_changes_meanwhile_makes_it_a_first_look() {
    let mut world = busy(Mode::Auto);
    let list = json!({"workspaceId": 23821});
    ask(&mut world, "tasks.list", &list).unwrap();
    ask(&mut world, "tasks.run.app", &json!({"moduleId": 81})).unwrap();
    ask(&mut world, "tasks.list", &list).unwrap();
    assert_eq!(gone(&world), 0, "no answer has shown the new task yet");
    ask(&mut world, "tasks.stop", &json!({"id": 7})).unwrap();
    ask(&mut world, "tasks.list", &list).unwrap();
    assert_eq!(gone(&world), 0, "no answer has shown it stopping");
    ask(&mut world, "tasks.list", &list).unwrap();
    assert_eq!(gone(&world), 200);
}

#[test]
fn arguments_are_the_same_in_any_order_and_as_text() {
    let mut world = busy(Mode::Auto);
    let as_text = |text: &str, world: &mut World| {
        let asked =
            WireRequest::named("tasks.info", Call::at(WALL), Input::Json(text.to_owned().into(), vec![]));
        assert!(matches!(world.take(asked, WALL), Reaction::Completion(_)));
        gone(world)
    };
    assert_eq!(as_text(r#"{"id": 7, "withProgress": true}"#, &mut world), 0);
    assert_eq!(as_text(r#"{"id": 7}"#, &mut world), 0, "other arguments make another call");
    assert_eq!(as_text(r#"{"withProgress": "true", "id": "7"}"#, &mut world), 200);
}

#[test]
fn what_is_held_or_ends_by_polls_is_moved_by_its_own_script_alone() {
    let by_polls = json!({"stages": [{"status": "queued", "for_polls": 2}, {"status": "finished"}]});
    let fixture =
        json!({"tasks": [{"id": 7, "lifecycle": by_polls}, {"id": 8, "status": "started"}, {"id": 9}]});
    let mut world = world(Mode::Auto, &fixture);
    for _ in 0..5 {
        ask(&mut world, "tasks.log.download", &json!({"id": 7})).unwrap();
        ask(&mut world, "tasks.info", &json!({"id": 8})).unwrap();
    }
    assert_eq!(gone(&world), 0, "the changes of another task do not count");
    let status = |world: &mut World| ask(world, "tasks.info", &json!({"id": 7})).unwrap()["status"].clone();
    let seen: Vec<Value> = (0..3).map(|_| status(&mut world)).collect();
    assert_eq!(seen, ["queued", "queued", "finished"].map(Value::from), "only tasks.info is a poll");
}

#[test]
fn a_fault_window_that_names_a_task_is_an_edge_for_each_look_at_it() {
    for row in looking() {
        let mut world = busy(Mode::Auto);
        let rule = json!({"on": {"method": "tasks.info", "task": 7, "from_ms": 50, "until_ms": 100}, "do": {"status": 503}});
        add_fault(&mut world, &rule);
        let others = row.name.starts_with("models.") || row.name.starts_with("projects.");
        let edges: &[i64] = if others { &[0, 200] } else { &[0, 50, 100, 200] };
        for edge in edges {
            if row.name == "tasks.info" && *edge == 50 {
                // The rule answers this one at the start of the window. The second one gets past the
                // window.
                ask_in_vain(&mut world, row.name, &request(row));
            } else {
                let _ = ask(&mut world, row.name, &request(row));
            }
            assert_eq!(gone(&world), *edge, "{}", row.name);
        }
    }
}

fn add_fault(world: &mut World, rule: &Value) {
    let (outcome, body) =
        (slymock_engine::journal::Outcome::Done(None), slymock_engine::journal::Body::default());
    let record = slymock_engine::journal::Record::of("_slymock/POST faults", None, outcome, body);
    let rule = serde_json::from_value(rule.clone()).unwrap();
    world.control(WALL, record, |state| slymock_engine::control::add_fault(state, rule)).unwrap();
}

/// Sends a request that a fault must answer.
fn ask_in_vain(world: &mut World, method: &str, body: &Value) {
    let asked = WireRequest::named(method, Call::at(WALL), Input::Json(body.to_string().into(), vec![]));
    assert!(
        matches!(world.take(asked, WALL), Reaction::Completion(answered) if answered.result.is_none()),
        "{method}"
    );
}

#[test]
fn a_window_that_takes_one_call_is_left_by_that_call_alone() {
    let id = json!({"id": 7});
    let mut world = busy(Mode::Auto);
    add_fault(
        &mut world,
        &json!({"on": {"method": "tasks.log.download", "task": 7, "until_ms": 500}, "do": {"status": 503}}),
    );
    ask_in_vain(&mut world, "tasks.log.download", &id);
    ask(&mut world, "tasks.info", &id).unwrap();
    assert_eq!(gone(&world), 0, "a first request does not repeat another call");
    let mut world = busy(Mode::Auto);
    add_fault(&mut world, &json!({"on": {"task": 7, "until_ms": 500}, "do": {"status": 503}}));
    for method in ["tasks.info", "tasks.log.download"] {
        ask_in_vain(&mut world, method, &id);
        assert_eq!(gone(&world), 0, "{method}");
    }
    ask(&mut world, "tasks.info", &id).unwrap();
    assert_eq!(gone(&world), 500);
}

#[test]
fn a_fork_has_been_asked_nothing_yet() {
    let mut world = busy(Mode::Auto);
    ask(&mut world, "tasks.info", &json!({"id": 7})).unwrap();
    let mut fork = world.fork();
    for round in [0, 200] {
        ask(&mut fork, "tasks.info", &json!({"id": 7})).unwrap();
        assert_eq!(gone(&fork), round);
    }
    let mut again = fork.reset(WALL).unwrap();
    ask(&mut again, "tasks.info", &json!({"id": 7})).unwrap();
    assert_eq!(gone(&again), 0);
}

#[test]
fn a_model_and_a_project_that_tasks_leave_can_be_waited_for_by_listing() {
    let named = json!([{"field": "name", "operator": "=", "value": "mine"}]);
    for (kind, list) in [("train", "models.list"), ("inference", "projects.list")] {
        let mut world = world(Mode::Auto, &json!({"tasks": []}));
        let run =
            json!({"taskType": kind, "pluginId": 8, "projects": [1951], "models": [12380], "name": "mine"});
        ask(&mut world, "tasks.run.plugin", &run).unwrap();
        let mine = json!({"workspaceId": 23821, "filter": named});
        let totals: Vec<Value> =
            (0..5).map(|_| ask(&mut world, list, &mine).unwrap()["total"].clone()).collect();
        assert_eq!(totals, [0, 0, 0, 1, 1].map(Value::from), "{list}");
    }
}
