//! The state machine: any call may follow any other one.

use std::marker::PhantomData;

use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use serde_json::{Value, json};
use slymock_engine::methods::METHODS;

use crate::counts::{count, hand_over};
use crate::draw::{CONTROLS, Call, call, id_of, small};
use crate::laws;
use crate::subject::Subject;

/// The drawing of calls. What a call does is known only when it is made: ids in calls are numbers of rows.
pub(crate) struct Calls;

impl ReferenceStateMachine for Calls {
    type State = u64;
    type Transition = Call;

    fn init_state() -> BoxedStrategy<u64> {
        Just(0).boxed()
    }

    fn transitions(_state: &u64) -> BoxedStrategy<Call> {
        thread_local! {
            // Made once, because the strategies of all methods take longer to make than to use.
            static CALLS: BoxedStrategy<Call> = call();
        }
        CALLS.with(Clone::clone)
    }

    fn apply(state: u64, _call: &Call) -> u64 {
        state + 1
    }
}

/// An engine, or one with a fault.
pub(crate) trait World {
    /// Changes the reply of a method.
    fn answer(reply: Value) -> Value;
}

/// The engine as it is.
pub(crate) struct Faithful;

impl World for Faithful {
    fn answer(reply: Value) -> Value {
        reply
    }
}

/// An engine that loses the last row of each list.
pub(crate) struct Forgetful;

impl World for Forgetful {
    fn answer(mut reply: Value) -> Value {
        if let Some(rows) = reply.get_mut("entities").and_then(Value::as_array_mut) {
            rows.pop();
        }
        reply
    }
}

pub(crate) struct Machine<W>(PhantomData<W>);

/// A subject whose numbers are counted when it ends.
pub(crate) struct Counted(Subject);

impl Drop for Counted {
    fn drop(&mut self) {
        hand_over();
    }
}

impl<W: World> StateMachineTest for Machine<W> {
    type SystemUnderTest = Counted;
    type Reference = Calls;

    fn init_test(_state: &u64) -> Counted {
        Counted(Subject::new())
    }

    fn apply(mut subject: Counted, _state: &u64, call: Call) -> Counted {
        count(|counts| {
            counts.transitions += 1;
            let (names, name) = match &call {
                Call::Wire { method, .. } if METHODS.iter().any(|row| row.name == method) => {
                    (&mut counts.methods, method.as_str())
                }
                Call::Wire { .. } => return,
                Call::Control { name, .. } => (&mut counts.controls, *name),
            };
            *names.entry(name.to_owned()).or_default() += 1;
        });
        laws::hold(&mut subject.0, &call, W::answer);
        subject
    }
}

/// Calls of the control API.
pub(crate) fn control() -> impl Strategy<Value = Call> {
    select(CONTROLS.to_vec()).prop_flat_map(|name| {
        let id = if name.starts_with("PUT modules") { id_of("modules") } else { id_of("tasks") };
        (id, body(name)).prop_map(move |(id, body)| Call::Control { name, id, body })
    })
}

fn body(name: &'static str) -> BoxedStrategy<Value> {
    let preset =
        || select(vec!["instant", "quick", "never-ends", "deploys", "flaky", "slow-stop", "stuck-queued"]);
    let status =
        || select(vec!["queued", "started", "finished", "error", "stopped", "deployed", "terminating"]);
    match name {
        "POST tasks" => prop_oneof![
            preset().prop_map(|preset| json!({"workspaceId": 23_821, "lifecycle": preset})),
            status().prop_map(|status| json!({"workspaceId": 23_821, "status": status})),
        ]
        .boxed(),
        "POST tasks/next" => preset().prop_map(|preset| json!({"lifecycle": preset})).boxed(),
        "PATCH tasks/{id}" => status().prop_map(|status| json!({"status": status})).boxed(),
        "POST clock" => prop_oneof![
            4 => select(vec![0_u64, 1, 200, 1_000]).prop_map(|ms| json!({"advance_ms": ms})),
            2 => Just(json!({"to": "next"})),
            1 => Just(json!({"to": "2000-01-01T00:00:00.000Z"})),
        ]
        .boxed(),
        "PUT app" | "PUT modules/{id}/app" | "PUT tasks/{id}/app" => prop_oneof![
            small().prop_map(|reply| json!({"replies": {"count": reply}})),
            Just(json!({"answers": {"count": [{"reply": 1, "times": 2}, {"reply": 2}]}})),
            Just(json!({})),
        ]
        .boxed(),
        // No more than one of several calls is faulty, or little would be left to compare.
        "POST faults" => prop_oneof![
            Just(json!({"on": {"method": "tasks.info", "nth": [2]}, "do": {"status": 503}})),
            Just(json!({"on": {"every": 7}, "do": {"commit_then_drop": true}})),
            Just(json!({"on": {"method": "tasks.list", "first": 1}, "do": {"total_off_by": 1}})),
        ]
        .boxed(),
        "POST stubs" => small().prop_map(|reply| json!({"method": "images.list", "reply": reply})).boxed(),
        "POST worlds" => Just(json!({"from": "default"})).boxed(),
        _ => Just(json!({})).boxed(),
    }
}
