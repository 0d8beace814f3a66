//! Random actions on a world: wire calls, and calls of the control API.

use proptest::prelude::*;
use serde_json::{Value, json};
use slymock_engine::ids::{ModuleId, TaskId};
use slymock_engine::lifecycle::Status;
use slymock_engine::tables::{AppPlace, hash_of};

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Wire(&'static str, Value, Option<u64>),
    Make(Option<&'static str>, Option<Status>),
    Queue(&'static str, u64),
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

/// Starts of tasks without an app, and requests to trainings.
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

/// Nested datasets with few names and parents, so that they collide.
fn datasets() -> impl Strategy<Value = Action> {
    const FIRST: u64 = 2532;
    let id = || FIRST..FIRST + 5;
    let name = || prop::sample::select(vec!["a", "b", "lemons"]);
    prop_oneof![
        4 => (name(), prop::option::of(id())).prop_map(|(name, parent)| Action::Wire(
            "datasets.add", json!({"projectId": 1951, "name": name, "parentId": parent}), None)),
        2 => (id(), name()).prop_map(|(id, name)| Action::Wire(
            "datasets.editInfo", json!({"id": id, "name": name}), None)),
        1 => id().prop_map(|id| Action::Wire("datasets.archive", json!({"id": id}), None)),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(recursive, archived)| Action::Wire(
            "datasets.list",
            json!({"projectId": 1951, "recursive": recursive, "archived": archived, "sort": "name"}),
            None,
        )),
    ]
}

/// Answers of apps, uploads and other records of tasks, written and read back.
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

/// Faults and stubs, and calls that only they make interesting.
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

pub(crate) fn action() -> impl Strategy<Value = Action> {
    let wire = |method: &'static str| move |id: u64| Action::Wire(method, json!({ "id": id }), None);
    prop_oneof![
        4 => run_app(),
        4 => legacy(),
        4 => control_plane(),
        4 => belongings(),
        4 => datasets(),
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
        1 => (preset(), 0..3_u64).prop_map(|(preset, times)| Action::Queue(preset, times)),
        2 => (task(), status()).prop_map(|(id, status)| Action::Patch(id, status)),
        2 => task().prop_map(Action::Step),
        3 => prop::sample::select(vec![0_u64, 1, 199, 200, 1_000, 60_000]).prop_map(Action::Advance),
        2 => Just(Action::Next),
    ]
}
