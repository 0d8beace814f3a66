//! Random sequences of calls on a world: after each, the world holds together, a refusal has changed
//! nothing, time has not gone back, and a naive model agrees on every status it can tell.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::control::{NewTasks, Target};
use slymock_engine::ids::{ModuleId, TaskId, WorkspaceId};
use slymock_engine::journal::{Body, Outcome, Query, Record};
use slymock_engine::lifecycle::Status;
use slymock_engine::request::{Input, Part};
use slymock_engine::snapshot::Fixture;
use slymock_engine::tables::{AppPlace, AppReplies, hash_of};
use slymock_engine::{Asked, Call, Moment, Refusal, Settings, State, Taken, World};

#[derive(Clone, Debug)]
enum Action {
    Wire(&'static str, Value, Option<u64>),
    Make(Option<&'static str>, Option<Status>),
    Patch(u64, Status),
    Step(u64),
    Advance(u64),
    Next,
    App(AppPlace, Value),
    Upload(u64, &'static str),
    Fault(Value),
    NoFault(u64),
    Stub(u64),
    NoStub,
}

const FIRST: u64 = 121_231;

fn task() -> impl Strategy<Value = u64> {
    prop_oneof![8 => FIRST..FIRST + 6, 1 => Just(121_230), 1 => Just(5)]
}

fn status() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::ALL.to_vec())
}

fn preset() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "instant",
        "quick",
        "realistic",
        "fails",
        "deploys",
        "slow-stop",
        "flaky",
        "stuck-queued",
    ])
}

fn payload() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![json!(1), json!([1]), json!({"a": 1}), json!({"a": {"b": [2]}}), json!(null)])
}

fn path() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "a.b", "a[1]", "a.b[0].c", "data.x", "a[", ""])
}

fn run_app() -> impl Strategy<Value = Action> {
    (preset(), prop::sample::select(vec![81_u64, 81, 81, 9]), any::<bool>(), 0..3_usize).prop_map(
        |(preset, module, restart, users)| {
            let policy = if restart { "on_error" } else { "never" };
            let users = &[16154, 16155, 3][..users];
            let body = json!({"moduleId": module, "params": {"slymock": preset}, "restartPolicy": policy,
                              "usersIds": users});
            Action::Wire("tasks.run.app", body, None)
        },
    )
}

fn run_plugin() -> impl Strategy<Value = Action> {
    let kinds = ["train", "inference", "inference_rpc", "infer_rpc", "smarttool", "custom"];
    (prop::sample::select(kinds.to_vec()), preset(), any::<bool>()).prop_map(|(kind, preset, named)| {
        let mut body = json!({"taskType": kind, "pluginId": 8, "projects": [1951], "models": [12380],
                              "config": {"slymock": preset}});
        if named {
            body["name"] = json!("result");
        }
        Action::Wire("tasks.run.plugin", body, None)
    })
}

/// Starts of tasks that are no app's, and what trainings are asked.
fn legacy() -> impl Strategy<Value = Action> {
    let checkpoint = json!({"event_type": "EventType.CHECKPOINT", "id": 0, "subdir": "0", "sizeb": 1});
    let metrics = json!({"event_type": "EventType.METRICS", "type": "val", "epoch": 1, "metrics": {}});
    prop_oneof![
        4 => run_plugin(),
        2 => preset().prop_map(|preset| Action::Wire(
            "tasks.run.deploy", json!({"modelId": 12380, "settings": {"slymock": preset}}), None)),
        1 => Just(Action::Wire("tasks.run.deploy", json!({"modelId": 12380}), None)),
        1 => Just(Action::Wire("tasks.run.dtl", json!({"workspaceId": 23821, "config": []}), None)),
        1 => any::<bool>().prop_map(|detached| Action::Wire(
            "tasks.run.python", json!({"workspaceId": 23821, "advanced": {"ignoreAgent": detached}}), None)),
        2 => task().prop_map(|id| Action::Wire("tasks.checkpoints.clear", json!({"id": id}), None)),
        1 => task().prop_map(move |id| Action::Wire(
            "tasks.logs.add", json!({"logs": [checkpoint.clone(), metrics.clone()]}), Some(id))),
        1 => task().prop_map(|id| Action::Wire(
            "workflow.node.add-input",
            json!({"teamId": 16087, "node": {"type": "task", "id": id}, "type": "project", "id": 1951}), None)),
    ]
}

fn rule() -> impl Strategy<Value = Value> {
    let on = prop::sample::select(vec![
        json!({"nth": [1, 2]}),
        json!({"task": FIRST, "from_ms": 100, "until_ms": 900}),
        json!({"task": FIRST + 1, "until_ms": 300}),
        json!({"method": "tasks.info", "probability": 0.5}),
        json!({"method": "tasks.list", "every": 2}),
        json!({"method": "images.list"}),
    ]);
    let act = prop::sample::select(vec![
        json!({"status": 503}),
        json!({"commit_then_drop": true}),
        json!({"delay_ms": 150}),
        json!({"duplicate_row": true, "total_off_by": -1}),
    ]);
    (on, act).prop_map(|(on, act)| json!({"on": on, "do": act}))
}

fn place() -> impl Strategy<Value = AppPlace> {
    prop_oneof![
        2 => task().prop_map(|id| AppPlace::Task(TaskId(id))),
        1 => prop::sample::select(vec![81, 9]).prop_map(|id| AppPlace::Module(ModuleId(id))),
        1 => Just(AppPlace::World),
    ]
}

fn app() -> impl Strategy<Value = Value> {
    prop_oneof![
        payload().prop_map(|reply| json!({"replies": {"sum": reply}})),
        Just(json!({"answers": {
            "sum": [{"reply": 1, "times": 2}, {"reply": 2, "status": 503}],
            "slow": [{"reply": null, "delay_ms": 250}, {"reply": "done"}],
        }})),
        Just(json!({"replies": {"sum": 1}, "answers": {"sum": [{"reply": 1}]}})),
        Just(json!({"answers": {"sum": []}})),
    ]
}

fn command() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["sum", "sum", "slow", "is_running", "sly/shutdown"])
}

/// Apps' answers, uploads and what else belongs to tasks, written and read back.
fn belongings() -> impl Strategy<Value = Action> {
    let ask = |id: u64, command: &str| json!({"taskId": id, "command": command});
    let node =
        |id: u64| json!({"teamId": 16087, "node": {"type": "task", "id": id}, "type": "project", "id": 1951});
    prop_oneof![
        3 => (place(), app()).prop_map(|(place, app)| Action::App(place, app)),
        4 => (task(), command()).prop_map(move |(id, command)| Action::Wire("tasks.request.direct", ask(id, command), None)),
        2 => (task(), prop::sample::select(vec!["one", "two"])).prop_map(|(id, text)| Action::Upload(id, text)),
        1 => Just(Action::Wire("images.internal.hashes.list", json!([hash_of(b"one"), hash_of(b"two")]), None)),
        1 => task().prop_map(|id| Action::Wire("tasks.import.files_list", json!({"id": id}), None)),
        1 => (task(), payload()).prop_map(|(id, state)| Action::Wire(
            "tasks.app-v2.data.set", json!({"taskId": id, "payload": {"state": {"a": state}}}), None)),
        1 => task().prop_map(|id| Action::Wire("tasks.data.get", json!({"taskId": id, "fields": ["a", "state.a"]}), None)),
        1 => Just(Action::Wire("projects.editInfo", json!({"id": 1951, "customData": {"a": 1}}), None)),
        1 => Just(Action::Wire("projects.info", json!({"id": 1951}), None)),
        1 => task().prop_map(move |id| Action::Wire("workflow.node.add-output", node(id), None)),
    ]
}

/// Faults and stubs, and the calls that only they make interesting.
fn control_plane() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => rule().prop_map(Action::Fault),
        1 => (1_u64..4).prop_map(Action::NoFault),
        1 => (0_u64..9).prop_map(Action::Stub),
        1 => Just(Action::NoStub),
        1 => Just(Action::Wire("images.list", json!({}), None)),
        2 => Just(Action::Wire("tasks.list", json!({"workspaceId": 23821, "per_page": 2}), None)),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    let wire = |method: &'static str| move |id: u64| Action::Wire(method, json!({ "id": id }), None);
    prop_oneof![
        4 => run_app(),
        4 => legacy(),
        4 => control_plane(),
        4 => belongings(),
        4 => task().prop_map(wire("tasks.info")),
        2 => task().prop_map(wire("tasks.stop")),
        1 => task().prop_map(wire("tasks.log.download")),
        2 => (task(), status()).prop_map(|(id, status)| {
            Action::Wire("tasks.status.update", json!({"id": id, "status": status}), None)
        }),
        2 => (task(), path(), payload(), any::<bool>(), any::<bool>()).prop_map(|(id, path, payload, append, recursive)| {
            let field = json!({"field": path, "payload": payload, "append": append, "recursive": recursive});
            Action::Wire("tasks.data.set", json!({"taskId": id, "fields": [field]}), None)
        }),
        1 => (task(), payload()).prop_map(|(id, logs)| Action::Wire("tasks.logs.add", json!({"logs": logs}), Some(id))),
        1 => (task(), payload()).prop_map(|(id, x)| Action::Wire("tasks.meta.update", json!({"id": id, "x": x}), None)),
        1 => (task(), payload()).prop_map(|(id, x)| Action::Wire("tasks.output.set", json!({"taskId": id, "output": x}), None)),
        2 => (prop::option::of(preset()), prop::option::of(status())).prop_map(|(preset, status)| Action::Make(preset, status)),
        2 => (task(), status()).prop_map(|(id, status)| Action::Patch(id, status)),
        2 => task().prop_map(Action::Step),
        3 => prop::sample::select(vec![0_u64, 1, 199, 200, 1_000, 60_000]).prop_map(Action::Advance),
        2 => Just(Action::Next),
    ]
}

fn control<T: Serialize>(
    world: &mut World,
    run: impl FnOnce(&mut State) -> Result<T, Refusal>,
) -> Result<String, Refusal> {
    let record = Record::of("control", None, Outcome::Done(None), Body::default());
    let done = world.control(Moment::from_millis(0), record, run)?;
    Ok(serde_json::to_string(&done).unwrap())
}

/// Sends a wire call through the gate, fault rules and all. What was answered: the bytes, or that a fault
/// came between.
fn wire(world: &mut World, method: &str, body: &Value, header: Option<u64>) -> Result<String, Refusal> {
    send(world, method, Input::Json(body.to_string().into(), vec![]), header)
}

fn send(world: &mut World, method: &str, input: Input, header: Option<u64>) -> Result<String, Refusal> {
    let wall = Moment::from_millis(0);
    let call = Call { now: wall, task: header.map(TaskId), strict: false };
    let asked = Asked::named(method, call, input);
    let mut taken = world.take(asked, wall);
    let answered = loop {
        match taken {
            Taken::Answered(answered) => break answered,
            Taken::Held(held) => taken = world.resume(*held, wall),
        }
    };
    let fault = answered.fired.map(|fired| fired.id);
    let reply = answered.result.transpose()?.map(|output| output.bytes());
    Ok(format!("{fault:?} {reply:?} at {}", answered.now))
}

/// Does it; what came of it, as text.
fn perform(world: &mut World, action: &Action) -> Result<String, Refusal> {
    let wall = Moment::from_millis(0);
    match action {
        Action::Wire(method, body, header) => wire(world, method, body, *header),
        Action::Make(lifecycle, status) => {
            let new = NewTasks {
                workspace: WorkspaceId(23_821),
                kind: "app".to_owned(),
                status: *status,
                lifecycle: lifecycle.map(Value::from),
                count: 1,
            };
            control(world, |state| state.create_tasks(&new))
        }
        Action::Patch(id, status) => control(world, |state| state.set_status(TaskId(*id), *status)),
        Action::Step(id) => control(world, |state| state.step(TaskId(*id))),
        Action::Advance(ms) => {
            control(world, |state| state.set_clock(None, Some(Target::Advance(*ms)), wall))
        }
        Action::Next => control(world, |state| state.set_clock(None, Some(Target::Next(None)), wall)),
        Action::App(place, app) => {
            let app: AppReplies = serde_json::from_value(app.clone()).unwrap();
            control(world, |state| state.set_app(*place, app))
        }
        Action::Upload(id, text) => {
            let label = json!({"fullpath": format!("/{text}"), "hash": hash_of(text.as_bytes())}).to_string();
            let part = |name: &str, content: String| Part {
                name: name.to_owned(),
                file_name: None,
                content: content.into(),
            };
            let parts = Input::Parts(vec![part("0", label), part("0-file", (*text).to_owned())]);
            send(world, "tasks.files.bulk.upload", parts, Some(*id))
        }
        Action::Fault(rule) => {
            let rule = serde_json::from_value(rule.clone()).unwrap();
            control(world, |state| state.add_fault(rule))
        }
        Action::NoFault(id) => control(world, |state| state.remove_faults(Some(*id))),
        Action::Stub(reply) => control(world, |state| state.add_stub("images.list".to_owned(), json!(reply))),
        Action::NoStub => control(world, |state| state.remove_stubs(Some("images.list"))),
    }
}

fn world(mode: Mode) -> World {
    let settings = Settings { clock: mode, seed: 3, ..Settings::default() };
    World::new(Fixture::default(), &settings, Moment::from_millis(0)).unwrap()
}

fn snapshot(world: &World) -> Value {
    serde_json::to_value(world.snapshot()).unwrap()
}

/// How often fault rules have fired.
fn fired(snapshot: &Value) -> u64 {
    let rules = snapshot["faults"].as_array().into_iter().flatten();
    rules.map(|rule| rule["fired"].as_u64().unwrap()).sum()
}

/// Whether a refusal of the call shows a client that it has to wait on.
fn waits(action: &Action) -> bool {
    matches!(action, Action::Wire("tasks.request.direct", ..))
}

/// A snapshot but for how often fault rules were met, which refused calls count for, too.
fn without_counts(mut snapshot: Value) -> Value {
    for rule in snapshot["faults"].as_array_mut().into_iter().flatten() {
        rule["matched"] = Value::Null;
    }
    snapshot
}

fn uncounted(world: &World) -> Value {
    without_counts(snapshot(world))
}

fn statuses(world: &World) -> BTreeMap<u64, Status> {
    let rows = world.snapshot().tasks.unwrap();
    rows.into_iter().map(|row| (row.id.0, row.status.unwrap())).collect()
}

/// What the promise says of one call, without a thought for how the engine does it.
fn agrees(
    action: &Action,
    before: &BTreeMap<u64, Status>,
    after: &BTreeMap<u64, Status>,
) -> Result<(), String> {
    let free_hand = matches!(action, Action::Patch(..));
    for (id, old) in before {
        let new = after.get(id).ok_or_else(|| format!("task {id} is gone"))?;
        if old.is_terminal() && new != old && !free_hand {
            return Err(format!("task {id} went from {old} to {new}: terminal statuses are final"));
        }
    }
    let target = |id: &Value| after.get(&id.as_u64().unwrap_or(0)).copied();
    match action {
        Action::Wire("tasks.stop", body, _) => match target(&body["id"]) {
            Some(Status::Terminating | Status::Finished | Status::Error | Status::Stopped) => Ok(()),
            other => Err(format!("after a stop the task is {other:?}")),
        },
        Action::Wire("tasks.status.update", body, _) => {
            let now = target(&body["id"]).map(Status::as_str);
            if now == body["status"].as_str() { Ok(()) } else { Err(format!("the status is {now:?}")) }
        }
        Action::Patch(id, status) if after.get(id) != Some(status) => {
            Err("the hand did not set it".to_owned())
        }
        _ => Ok(()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_calls_leaves_a_sound_world(
        actions in prop::collection::vec(action(), 1..40), auto in any::<bool>(),
    ) {
        let mut world = world(if auto { Mode::Auto } else { Mode::Manual });
        let mut clock = world.state().now();
        for (number, action) in actions.iter().enumerate() {
            world.settle(Moment::from_millis(0));
            let (before, was) = (snapshot(&world), statuses(&world));
            match perform(&mut world, action) {
                Ok(done) if done.contains("None at") => {}
                // A delay lets time go by, whatever comes of the call.
                Err(_) if fired(&snapshot(&world)) != fired(&before) => {}
                // An auto clock goes on when an app is asked for that does not run yet.
                Err(_) if auto && waits(action) => {}
                Err(_) => prop_assert_eq!(uncounted(&world), without_counts(before), "{}: {:?} was refused", number, action),
                Ok(_) => {
                    let agreed = agrees(action, &was, &statuses(&world));
                    prop_assert!(agreed.is_ok(), "{}: {:?}: {:?}", number, action, agreed);
                }
            }
            prop_assert_eq!(world.check(), Vec::<String>::new(), "{}: {:?}", number, action);
            prop_assert!(world.state().now() >= clock);
            clock = world.state().now();
        }
        prop_assert_eq!(world.journal().entries(&Query::default()).len(), actions.len());
    }

    #[test]
    fn the_same_calls_give_the_same_world(actions in prop::collection::vec(action(), 1..30)) {
        let (mut first, mut second) = (world(Mode::Auto), world(Mode::Auto));
        for action in &actions {
            prop_assert_eq!(perform(&mut first, action), perform(&mut second, action));
        }
        prop_assert_eq!(snapshot(&first), snapshot(&second));
    }

    /// A world restored from its snapshot answers any later calls as the first one does.
    #[test]
    fn a_restored_world_goes_on_like_the_first(
        before in prop::collection::vec(action(), 1..20), after in prop::collection::vec(action(), 1..20),
        auto in any::<bool>(),
    ) {
        let mode = if auto { Mode::Auto } else { Mode::Manual };
        let mut first = world(mode);
        for action in &before { let _ = perform(&mut first, action); }
        let fixture = Fixture::parse(snapshot(&first).to_string().as_bytes()).unwrap();
        let mut second = World::new(fixture, &Settings { clock: mode, ..Settings::default() }, Moment::from_millis(0)).unwrap();
        for action in &after {
            prop_assert_eq!(perform(&mut first, action), perform(&mut second, action), "{:?}", action);
        }
        prop_assert_eq!(snapshot(&first), snapshot(&second));
    }
}
