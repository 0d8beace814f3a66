//! Clients that behave like the Rust client, except for the part that a test breaks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use slymock_conformance::adapter::in_process::InProcess;
use slymock_conformance::adapter::{Adapter, Say};
use slymock_conformance::outcome::ScenarioOutcome;
use slymock_conformance::protocol::{Call, CallEnd, Statement};
use slymock_conformance::scenario::Case;

use crate::common::judged::judged;

/// Changes a call before the client gets it.
pub(crate) type ChangeCall = fn(&mut Call);
/// Changes the result of a call before the kit gets it.
pub(crate) type ChangeEnd = fn(&str, CallEnd) -> CallEnd;

/// The broken part of a client.
#[derive(Clone, Copy)]
pub(crate) struct Break {
    pub(crate) call: ChangeCall,
    pub(crate) end: ChangeEnd,
}

impl Break {
    pub(crate) const NONE: Self = Self { call: |_| {}, end: |_, ended| ended };
}

/// The Rust client with a break in it.
pub(crate) struct Broken {
    inner: InProcess,
    change: Break,
    ops: Arc<Mutex<HashMap<u64, String>>>,
}

impl Broken {
    pub(crate) fn new(change: Break, say: Say) -> Self {
        let ops: Arc<Mutex<HashMap<u64, String>>> = Arc::default();
        let known = Arc::clone(&ops);
        let changed: Say = Arc::new(move |lane, said| {
            let said = match said {
                Statement::Result { id, ended } => {
                    let op = known.lock().unwrap().get(&id).cloned().unwrap_or_default();
                    Statement::Result { id, ended: (change.end)(&op, ended) }
                }
                said => said,
            };
            say(lane, said);
        });
        Self { inner: InProcess::new(changed), change, ops }
    }
}

impl Adapter for Broken {
    fn probe(&mut self, id: u64, op: &str) {
        self.inner.probe(id, op);
    }

    fn call(&mut self, mut call: Call) {
        self.ops.lock().unwrap().insert(call.id, call.op.clone());
        (self.change.call)(&mut call);
        self.inner.call(call);
    }

    fn wake(&mut self, lane: &str, ticket: u64, now_ms: u64) {
        self.inner.wake(lane, ticket, now_ms);
    }

    fn end(&mut self) {
        self.inner.end();
    }
}

/// Runs and judges cases on the Rust client with a break in it.
pub(crate) fn judged_with(cases: &[Case], change: Break) -> Vec<ScenarioOutcome> {
    judged(cases, 2, &move |say| Ok(Box::new(Broken::new(change, say))))
}
