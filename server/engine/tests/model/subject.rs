//! The engine as the subject of a test: a world, with what has been seen of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::control::{self, NewTasks, Target};
use slymock_engine::ids::{ModuleId, TaskId, WorkspaceId};
use slymock_engine::journal::{Body as Kept, Outcome, Query, Record};
use slymock_engine::lifecycle::Status;
use slymock_engine::request::{Input, Part};
use slymock_engine::snapshot::Fixture;
use slymock_engine::tables::AppPlace;
use slymock_engine::{Call as Context, Moment, Reaction, Refusal, Settings, State, WireRequest, World};

use crate::draw::{Body, Call, ID};

/// Seed of every world.
const SEED: u64 = 3;

pub(crate) fn wall() -> Moment {
    Moment::from_millis(0)
}

pub(crate) fn settings() -> Settings {
    Settings { clock: Mode::Manual, seed: SEED, ..Settings::default() }
}

pub(crate) struct Subject {
    pub(crate) world: World,
    /// Ids of the rows of each table, when they were last read.
    pub(crate) ids: BTreeMap<String, Vec<u64>>,
    /// All ids of each table since the world began.
    pub(crate) used: BTreeMap<String, BTreeSet<u64>>,
    /// Number of calls.
    pub(crate) number: u64,
    /// The snapshot that a later call restores.
    taken: Option<String>,
}

/// The result of a call.
pub(crate) struct Answer {
    pub(crate) result: Result<Value, Refusal>,
    /// True if a fault rule has fired.
    pub(crate) is_faulty: bool,
    /// True if the world has begun anew, so that ids and time may start again.
    pub(crate) is_new: bool,
}

impl Subject {
    pub(crate) fn new() -> Self {
        let world = World::new(Fixture::default(), &settings(), wall()).unwrap();
        let mut subject = Self { world, ids: BTreeMap::new(), used: BTreeMap::new(), number: 0, taken: None };
        let snapshot = subject.snapshot();
        subject.learn(&snapshot);
        subject
    }

    pub(crate) fn snapshot(&self) -> Value {
        serde_json::to_value(self.world.snapshot()).unwrap()
    }

    /// Remembers the ids of a snapshot.
    pub(crate) fn learn(&mut self, snapshot: &Value) {
        self.ids = ids(snapshot);
        for (table, ids) in &self.ids {
            self.used.entry(table.clone()).or_default().extend(ids);
        }
    }

    /// Replaces the ids that a call leaves open.
    pub(crate) fn resolved(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.resolved(item)).collect(),
            Value::Object(object) => match object.get(ID).and_then(Value::as_array).map(Vec::as_slice) {
                Some([table, number]) => {
                    let none = Vec::new();
                    let ids = self.ids.get(table.as_str().unwrap_or_default()).unwrap_or(&none);
                    let number = usize::try_from(number.as_u64().unwrap_or(0)).unwrap_or(0);
                    // The newest rows first: calls are mostly about what was made before.
                    ids.iter().rev().nth(number % ids.len().max(1)).map_or(json!(1), |id| json!(id))
                }
                _ => object.iter().map(|(key, value)| (key.clone(), self.resolved(value))).collect(),
            },
            plain => plain.clone(),
        }
    }

    pub(crate) fn perform(&mut self, call: &Call) -> Answer {
        match call {
            Call::Wire { method, body, task } => {
                let task = task.as_ref().and_then(|task| self.resolved(task).as_u64());
                self.wire(method, body, task)
            }
            Call::Control { name, id, body } => {
                let id = self.resolved(id).as_u64().unwrap_or(0);
                self.control(name, id, &self.resolved(body))
            }
        }
    }

    pub(crate) fn wire(&mut self, method: &str, body: &Body, task: Option<u64>) -> Answer {
        let input = match body {
            Body::Json(value) => Input::Json(self.resolved(value).to_string().into(), Vec::new()),
            Body::Text(text) => Input::Json((*text).into(), Vec::new()),
            Body::Parts(parts) => Input::Parts(parts.iter().map(part).collect()),
        };
        let context = Context { now: wall(), task: task.map(TaskId), strict: false };
        let mut taken = self.world.take(WireRequest::named(method, context, input), wall());
        let answered = loop {
            match taken {
                Reaction::Completion(answered) => break answered,
                Reaction::Delay(held) => taken = self.world.resume(*held, wall()),
            }
        };
        let is_faulty = answered.fired.is_some();
        let result = match answered.result {
            Some(Ok(output)) => Ok(serde_json::from_slice(&output.bytes()).unwrap_or(Value::Null)),
            Some(Err(refusal)) => Err(refusal),
            None => Ok(Value::Null),
        };
        Answer { result, is_faulty, is_new: false }
    }

    fn change<T>(&mut self, run: impl FnOnce(&mut State) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let record = Record::of("control", None, Outcome::Done(None), Kept::default());
        self.world.control(wall(), record, run)
    }

    fn control(&mut self, name: &str, id: u64, body: &Value) -> Answer {
        let task = TaskId(id);
        let status = |value: &Value| serde_json::from_value::<Status>(value.clone()).ok();
        let done = |result: Result<Value, Refusal>| Answer { result, is_faulty: false, is_new: false };
        match name {
            "POST tasks" => {
                let new = NewTasks {
                    status: status(&body["status"]),
                    lifecycle: body.get("lifecycle").cloned(),
                    ..NewTasks::of(WorkspaceId(23_821))
                };
                done(self.change(|state| state.create_tasks(&new)).map(|ids| json!(ids)))
            }
            "POST tasks/next" => {
                done(self.change(|state| state.queue_lifecycle(&body["lifecycle"], 1)).map(|()| Value::Null))
            }
            "PATCH tasks/{id}" => {
                let status = status(&body["status"]).unwrap_or(Status::Queued);
                done(self.change(|state| state.set_status(task, status)).map(|()| Value::Null))
            }
            "POST tasks/{id}/step" => done(self.change(|state| state.step(task)).map(|status| json!(status))),
            "POST clock" => done(self.move_clock(body)),
            "PUT app" => done(self.set_app(AppPlace::World, body)),
            "PUT modules/{id}/app" => done(self.set_app(AppPlace::Module(ModuleId(id)), body)),
            "PUT tasks/{id}/app" => done(self.set_app(AppPlace::Task(task), body)),
            "POST faults" => {
                let rule = serde_json::from_value(body.clone()).unwrap();
                done(self.change(|state| control::add_fault(state, rule)).map(|id| json!(id)))
            }
            "DELETE faults" => {
                done(self.change(|state| control::remove_faults(state, None)).map(|()| Value::Null))
            }
            "POST stubs" => {
                let (method, reply) =
                    (body["method"].as_str().unwrap_or_default().to_owned(), body["reply"].clone());
                done(self.change(|state| control::add_stub(state, method, reply)).map(|()| Value::Null))
            }
            "DELETE stubs" => {
                done(self.change(|state| control::remove_stubs(state, None)).map(|()| Value::Null))
            }
            "DELETE journal" => {
                self.world.forget(&Query::default());
                done(Ok(Value::Null))
            }
            "POST reset" => {
                let world = self.world.reset(wall());
                self.begin(world)
            }
            // A fork is a world of its own, which goes on instead of the one that it is a copy of.
            "POST worlds" => {
                let mut fork = self.world.fork();
                fork.rename(&Arc::from("fork"));
                self.world = fork;
                done(Ok(Value::Null))
            }
            "GET world" => {
                self.taken = Some(self.snapshot().to_string());
                done(Ok(Value::Null))
            }
            "PUT world" => {
                let text = self.taken.clone().unwrap_or_else(|| self.snapshot().to_string());
                let world = Fixture::parse(text.as_bytes());
                let world = world.and_then(|fixture| World::new(fixture, &settings(), wall()));
                self.begin(world)
            }
            other => panic!("{other} is not a call of the control API"),
        }
    }

    fn move_clock(&mut self, body: &Value) -> Result<Value, Refusal> {
        let target = match body["advance_ms"].as_u64() {
            Some(ms) => Target::Advance(ms),
            None if body["to"] == "next" => Target::Next(None),
            None => Target::To(Moment::parse(body["to"].as_str().unwrap_or_default()).unwrap()),
        };
        self.change(|state| state.set_clock(None, Some(target), wall())).map(|_| Value::Null)
    }

    fn set_app(&mut self, place: AppPlace, body: &Value) -> Result<Value, Refusal> {
        let app = serde_json::from_value(body.clone()).unwrap();
        self.change(|state| state.set_app(place, app)).map(|()| Value::Null)
    }

    fn begin(&mut self, world: Result<World, Refusal>) -> Answer {
        let result = world.map(|world| {
            self.world = world;
            self.used.clear();
            Value::Null
        });
        Answer { result, is_faulty: false, is_new: true }
    }
}

fn part((name, content): &(String, String)) -> Part {
    Part { name: name.clone(), file_name: None, content: content.clone().into() }
}

/// The ids of each table of a snapshot.
pub(crate) fn ids(snapshot: &Value) -> BTreeMap<String, Vec<u64>> {
    let tables = snapshot.as_object().into_iter().flatten().filter(|(name, _)| *name != "faults");
    let rows = |rows: &Value| -> Option<Vec<u64>> {
        rows.as_array()?.iter().map(|row| row.get("id")?.as_u64()).collect()
    };
    let mut ids: BTreeMap<String, Vec<u64>> =
        tables.filter_map(|(name, table)| Some((name.clone(), rows(table)?))).collect();
    // The names of two areas differ from those of their tables.
    for (area, table) in [("ecosystem", "modules"), ("file-storage", "files")] {
        let rows = ids.get(table).cloned().unwrap_or_default();
        ids.insert(area.to_owned(), rows);
    }
    ids
}
