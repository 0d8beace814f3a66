//! A naive model of what methods promise (docs/wire, docs/world.md): from the world before a call, as JSON without any
//! index, it concludes the response and the world after it. It knows the methods that make up most of what programs do.

use serde_json::{Map, Value, json};
use slymock_engine::{Moment, Refusal};

use crate::draw::{Body, Call};

/// Statuses that no other follows.
const LAST: [&str; 3] = ["finished", "error", "stopped"];
/// The tables of methods named `AREA.info`, where their names differ.
const TABLES: [(&str, &str); 2] = [("ecosystem", "modules"), ("file-storage", "files")];

/// Keys of rows that are no longer there for methods.
const ARCHIVED: [&str; 2] = ["archived", "archivedAt"];

/// True if the model knows what a call does.
pub(crate) fn knows(call: &Call) -> bool {
    match call {
        Call::Wire { method, body: Body::Json(_), .. } => {
            method.ends_with(".info")
                || [
                    "tasks.stop",
                    "tasks.status.update",
                    "tasks.list",
                    "tasks.meta.update",
                    "GetTaskContext",
                    "datasets.add",
                ]
                .contains(&method.as_str())
        }
        Call::Wire { .. } => false,
        Call::Control { name, .. } => !name.starts_with("PUT"),
    }
}

/// A call with the worlds around it.
struct Move<'a> {
    before: &'a Value,
    after: &'a Value,
    sent: &'a Value,
    result: &'a Result<Value, Refusal>,
}

/// Compares a call with the model. None if the model does not know it.
pub(crate) fn agrees(
    call: &Call,
    (before, after): (&Value, &Value),
    sent: &Value,
    result: &Result<Value, Refusal>,
) -> Option<Result<(), String>> {
    let call_made = Move { before, after, sent, result };
    match call {
        Call::Wire { body: Body::Json(_), method, .. } => match result {
            // The form of requests is not the model's matter.
            Err(Refusal::Validation(_) | Refusal::BadJson { .. } | Refusal::NotModelled { .. }) => None,
            _ => call_made.wire(method),
        },
        Call::Wire { .. } => None,
        Call::Control { name, .. } => call_made.control(name),
    }
}

fn rows<'a>(world: &'a Value, table: &str) -> &'a [Value] {
    world[table].as_array().map_or(&[], Vec::as_slice)
}

/// The row with this id, unless it is archived.
fn row<'a>(world: &'a Value, table: &str, id: &Value) -> Option<&'a Value> {
    let is_set =
        |row: &Value, key: &str| row.get(key).is_some_and(|value| !value.is_null() && *value != false);
    let row = rows(world, table).iter().find(|row| row["id"] == *id)?;
    (!ARCHIVED.into_iter().any(|key| is_set(row, key))).then_some(row)
}

fn expect(holds: bool, text: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(text()) }
}

impl Move<'_> {
    fn wire(&self, method: &str) -> Option<Result<(), String>> {
        let id = &self.sent["id"];
        match method {
            "tasks.stop" => id.is_u64().then(|| self.stop(id)),
            "tasks.status.update" => id.is_u64().then(|| self.status(id)),
            "tasks.meta.update" => id.is_u64().then(|| self.meta(id)),
            "GetTaskContext" => id.is_u64().then(|| self.context(id)),
            "tasks.list" => self.list(),
            "datasets.add" => Some(self.dataset()),
            _ => {
                // Further fields choose a part or a version of the row.
                let is_plain = self.sent.as_object().is_some_and(|sent| sent.len() == 1);
                let area = method.strip_suffix(".info").filter(|_| is_plain && id.is_u64())?;
                let table = TABLES.iter().find(|(name, _)| *name == area).map_or(area, |(_, table)| table);
                self.before.get(table)?.as_array()?;
                Some(self.info(table, id))
            }
        }
    }

    fn is_missing(&self) -> bool {
        matches!(self.result, Err(Refusal::NotFound { .. }))
    }

    fn info(&self, table: &str, id: &Value) -> Result<(), String> {
        match (row(self.before, table, id), self.result) {
            (None, _) => expect(self.is_missing(), || {
                format!("{table} has no row {id}, and the reply is {:?}", self.result)
            }),
            (Some(_), Err(refusal)) => {
                Err(format!("{table} has the row {id}, and the call is refused: {refusal}"))
            }
            (Some(row), Ok(reply)) => {
                let same = ["id", "status", "workspaceId", "teamId", "name", "title"]
                    .into_iter()
                    .all(|key| row.get(key).is_none() || reply.get(key).is_none() || row[key] == reply[key]);
                expect(same && reply["id"] == *id, || format!("the row is {row}, and the reply {reply}"))
            }
        }
    }

    fn task_after(&self, id: &Value) -> &Value {
        row(self.after, "tasks", id).map_or(&Value::Null, |task| &task["status"])
    }

    fn stop(&self, id: &Value) -> Result<(), String> {
        let Some(task) = row(self.before, "tasks", id) else {
            return expect(self.is_missing(), || "a task that does not exist can be stopped".to_owned());
        };
        let (old, new) = (task["status"].as_str().unwrap_or_default(), self.task_after(id));
        match self.result {
            Ok(reply) if LAST.contains(&old) => expect(*new == old && reply["status"] == old, || {
                format!("a task that is {old} becomes {new}, the reply is {reply}")
            }),
            Ok(_) => expect(*new == "terminating" || *new == "stopped", || {
                format!("a stop leads from {old} to {new}")
            }),
            Err(Refusal::CannotStop { .. }) => Ok(()),
            Err(refusal) => Err(format!("a stop of a task that is {old} is refused: {refusal}")),
        }
    }

    fn status(&self, id: &Value) -> Result<(), String> {
        let Some(task) = row(self.before, "tasks", id) else {
            return expect(self.is_missing(), || "the status of a missing task can be set".to_owned());
        };
        match self.result {
            Ok(_) => expect(*self.task_after(id) == self.sent["status"], || {
                format!("the status is {}", self.task_after(id))
            }),
            Err(Refusal::AlreadyFinished { .. }) => {
                expect(LAST.iter().any(|last| task["status"] == *last), || {
                    "the task has not finished".to_owned()
                })
            }
            Err(refusal) => Err(format!("setting the status is refused: {refusal}")),
        }
    }

    fn meta(&self, id: &Value) -> Result<(), String> {
        if row(self.before, "tasks", id).is_none() {
            return expect(self.is_missing(), || "the meta data of a missing task can be set".to_owned());
        }
        if self.result.is_err() {
            return Err(format!("the change of meta data is refused: {:?}", self.result));
        }
        let meta = row(self.after, "tasks", id).map_or(&Value::Null, |task| &task["meta"]);
        let missing = self
            .sent
            .as_object()
            .into_iter()
            .flatten()
            .find(|(key, value)| *key == "more" && meta.get(*key) != Some(value) && !value.is_null());
        expect(missing.is_none(), || format!("the meta data is {meta}"))
    }

    fn context(&self, id: &Value) -> Result<(), String> {
        let Some(task) = row(self.before, "tasks", id) else {
            return expect(self.is_missing(), || "a missing task has a context".to_owned());
        };
        let Ok(reply) = self.result else { return Err(format!("{:?}", self.result)) };
        expect(reply["workspace"]["id"] == task["workspaceId"], || {
            format!("the task is {task}, its context {reply}")
        })
    }

    fn list(&self) -> Option<Result<(), String>> {
        let sent = self.sent.as_object()?;
        let plain = |key: &String| ["workspaceId", "page", "per_page"].contains(&key.as_str());
        if !sent.keys().all(plain) {
            return None;
        }
        let workspace = sent.get("workspaceId")?;
        if row(self.before, "workspaces", workspace).is_none() {
            return Some(expect(self.is_missing(), || "a missing workspace has a list of tasks".to_owned()));
        }
        let Ok(reply) = self.result else {
            return Some(Err(format!("the list is refused: {:?}", self.result)));
        };
        let tasks = rows(self.before, "tasks").iter().filter(|task| task["workspaceId"] == *workspace);
        let mut all: Vec<_> = tasks.filter_map(|task| task["id"].as_u64()).collect();
        all.sort_unstable();
        let size = usize::try_from(reply["perPage"].as_u64()?).ok()?;
        let page = sent.get("page").and_then(Value::as_u64).unwrap_or(1);
        let first = size * usize::try_from(page - 1).ok()?;
        let wanted: Vec<_> = all.iter().skip(first).take(size).copied().collect();
        let shown: Vec<_> =
            reply["entities"].as_array()?.iter().filter_map(|row| row["id"].as_u64()).collect();
        let is_right = reply["total"] == all.len() && shown == wanted;
        Some(expect(is_right, || {
            format!(
                "the tasks are {all:?}, page {page} of {size} has {shown:?}, the total is {}",
                reply["total"]
            )
        }))
    }

    fn dataset(&self) -> Result<(), String> {
        let (old, new) = (rows(self.before, "datasets"), rows(self.after, "datasets"));
        match self.result {
            Ok(reply) => {
                let made = row(self.after, "datasets", &reply["id"]);
                let is_made = new.len() == old.len() + 1
                    && made.is_some_and(|made| made["projectId"] == self.sent["projectId"]);
                expect(is_made, || {
                    format!("{} datasets become {}, the reply is {reply}", old.len(), new.len())
                })
            }
            Err(Refusal::NotUnique { .. }) => {
                let same = old.iter().any(|row| {
                    row["name"] == self.sent["name"] && row["projectId"] == self.sent["projectId"]
                });
                expect(same, || "no dataset has this name".to_owned())
            }
            Err(_) => Ok(()),
        }
    }

    fn control(&self, name: &str) -> Option<Result<(), String>> {
        let number = |key: &str| (rows(self.before, key).len(), rows(self.after, key).len());
        let grows = |key: &str| {
            let (old, new) = number(key);
            expect(self.result.is_err() || new == old + 1, || format!("{old} {key} become {new}"))
        };
        match name {
            "POST tasks" => Some(grows("tasks")),
            "POST faults" => Some(grows("faults")),
            "DELETE faults" => Some(expect(number("faults").1 == 0, || "fault rules are left".to_owned())),
            "POST clock" => Some(self.clock()),
            "PATCH tasks/{id}" | "POST tasks/{id}/step" => {
                let (old, new) = number("tasks");
                Some(expect(old == new, || format!("{old} tasks become {new}")))
            }
            "POST stubs" | "DELETE stubs" => {
                let stubs = self.after.get("stubs").and_then(Value::as_object).map_or(0, Map::len);
                let wanted = usize::from(name == "POST stubs");
                Some(expect(self.result.is_err() || stubs == wanted, || {
                    format!("{stubs} stubs instead of {wanted}")
                }))
            }
            "DELETE journal" | "POST worlds" => {
                let is_same = without_name(self.before) == without_name(self.after);
                Some(expect(is_same, || "the world has changed".to_owned()))
            }
            _ => None,
        }
    }

    fn clock(&self) -> Result<(), String> {
        let now =
            |world: &Value| world["clock"]["now"].as_str().and_then(Moment::parse).map_or(0, Moment::millis);
        let passed = now(self.after) - now(self.before);
        match (self.sent["advance_ms"].as_i64(), self.result) {
            (Some(ms), Ok(_)) => expect(passed == ms, || format!("{ms} ms move the clock by {passed} ms")),
            (None, Ok(_)) => expect(passed >= 0, || format!("the clock moves by {passed} ms")),
            (_, Err(_)) => expect(passed == 0, || "a refused move of the clock moves it".to_owned()),
        }
    }
}

fn without_name(world: &Value) -> Value {
    let mut world = world.clone();
    world["name"] = json!(null);
    world
}
