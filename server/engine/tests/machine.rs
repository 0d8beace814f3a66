//! Random sequences of calls on a world. After each call the world is consistent, a refusal has changed
//! nothing, time has not gone back, and a naive model agrees with every status that it can predict.

mod actions;

use std::collections::BTreeMap;

use actions::{Action, action};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::control::{NewTasks, Target};
use slymock_engine::ids::{TaskId, WorkspaceId};
use slymock_engine::journal::{Body, Outcome, Query, Record};
use slymock_engine::lifecycle::Status;
use slymock_engine::request::{Input, Part};
use slymock_engine::snapshot::Fixture;
use slymock_engine::tables::{AppReplies, hash_of};
use slymock_engine::{Call, Moment, Reaction, Refusal, Settings, State, WireRequest, World};

fn control<T: Serialize>(
    world: &mut World,
    run: impl FnOnce(&mut State) -> Result<T, Refusal>,
) -> Result<String, Refusal> {
    let record = Record::of("control", None, Outcome::Done(None), Body::default());
    let done = world.control(Moment::from_millis(0), record, run)?;
    Ok(serde_json::to_string(&done).unwrap())
}

/// Sends a wire call through the gate, including fault rules. Returns the reply as text, with the id of
/// a fault that fired.
fn wire(world: &mut World, method: &str, body: &Value, header: Option<u64>) -> Result<String, Refusal> {
    send(world, method, Input::Json(body.to_string().into(), vec![]), header)
}

fn send(world: &mut World, method: &str, input: Input, header: Option<u64>) -> Result<String, Refusal> {
    let wall = Moment::from_millis(0);
    let call = Call { now: wall, task: header.map(TaskId), strict: false };
    let asked = WireRequest::named(method, call, input);
    let mut taken = world.take(asked, wall);
    let answered = loop {
        match taken {
            Reaction::Completion(answered) => break answered,
            Reaction::Delay(held) => taken = world.resume(*held, wall),
        }
    };
    let fault = answered.fired.map(|fired| fired.id);
    let reply = answered.result.transpose()?.map(|output| output.bytes());
    Ok(format!("{fault:?} {reply:?} at {}", answered.now))
}

/// Performs an action and returns its result as text.
fn perform(world: &mut World, action: &Action) -> Result<String, Refusal> {
    let wall = Moment::from_millis(0);
    match action {
        Action::Wire(method, body, header) => wire(world, method, body, *header),
        Action::Make(lifecycle, status) => {
            let new = NewTasks {
                status: *status,
                lifecycle: lifecycle.map(Value::from),
                ..NewTasks::of(WorkspaceId(23_821))
            };
            control(world, |state| state.create_tasks(&new))
        }
        Action::Queue(lifecycle, times) => {
            control(world, |state| state.queue_lifecycle(&json!(lifecycle), *times))
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
            control(world, |state| slymock_engine::control::add_fault(state, rule))
        }
        Action::NoFault(id) => {
            control(world, |state| slymock_engine::control::remove_faults(state, Some(*id)))
        }
        Action::Stub(reply) => control(world, |state| {
            slymock_engine::control::add_stub(state, "images.list".to_owned(), json!(reply))
        }),
        Action::NoStub => {
            control(world, |state| slymock_engine::control::remove_stubs(state, Some("images.list")))
        }
    }
}

fn world(mode: Mode) -> World {
    let settings = Settings { clock: mode, seed: 3, ..Settings::default() };
    World::new(Fixture::default(), &settings, Moment::from_millis(0)).unwrap()
}

fn snapshot(world: &World) -> Value {
    serde_json::to_value(world.snapshot()).unwrap()
}

/// The number of times that fault rules have fired.
fn fired(snapshot: &Value) -> u64 {
    let rules = snapshot["faults"].as_array().into_iter().flatten();
    rules.map(|rule| rule["fired"].as_u64().unwrap()).sum()
}

/// True if a refusal of the call means that the client must wait, so that an auto clock may move.
fn waits(action: &Action) -> bool {
    matches!(action, Action::Wire("tasks.request.direct", ..))
}

/// A snapshot without the counts of matched requests, which refused calls increase, too.
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

/// Checks a call against the documented behaviour, without knowledge of the engine.
fn agrees(
    action: &Action,
    before: &BTreeMap<u64, Status>,
    after: &BTreeMap<u64, Status>,
) -> Result<(), String> {
    let free_hand = matches!(action, Action::Patch(..));
    for (id, old) in before {
        let new = after.get(id).ok_or_else(|| format!("task {id} is gone"))?;
        if old.is_terminal() && new != old && !free_hand {
            return Err(format!("task {id} went from {old} to {new}, but terminal statuses are final"));
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
            Err("the control API did not set the status".to_owned())
        }
        _ => Ok(()),
    }
}

proptest! {
    #![proptest_config(crate::sample::of(400))]

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
                // Time passes during a delay, even if the call is refused.
                Err(_) if fired(&snapshot(&world)) != fired(&before) => {}
                // An auto clock moves when a request is for an app that is not running yet.
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

    /// A world restored from its snapshot answers all later calls as the original does.
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
