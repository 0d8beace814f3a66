//! `tasks.logs.add` and `tasks.log.download`: a task's log.

use imbl::Vector;
use serde::Deserialize;
use serde_json::Value;

use super::fields::ID;
use crate::call::Call;
use crate::ids::TaskId;
use crate::looks::Looks;
use crate::method::{Method, Read, TaskRef, Write};
use crate::refusal::{Refusal, Step, Violation};
use crate::reply::{Json, Object, SUCCESS, Success};
use crate::request::{Field, Kind, Shape};
use crate::state::State;
use crate::tables::LogLine;

pub(in crate::methods) enum Add {}

#[derive(Debug, Deserialize)]
pub(in crate::methods) struct AddRequest {
    logs: Vec<Value>,
}

impl Method for Add {
    const NAME: &'static str = "tasks.logs.add";
    const ABOUT: &'static str = "Appends lines to the log of the task in the `x-task-id` header.";
    const ANSWER: &'static str = "`{success: true}`, which the SDK ignores";
    const SHAPE: Shape = Shape::Object(&[Field::required(
        "logs",
        Kind::List(&Kind::Any),
        "Lines: objects such as `{level, message}`, or texts.",
    )]);
    const TASK: TaskRef = TaskRef::Header;
    const LOOKS: Looks = Looks::Nothing;
    type Request = AddRequest;
    type Reply = Json<Success>;
}

impl Write for Add {
    fn run(state: &mut State, call: &Call, request: AddRequest) -> Result<Json<Success>, Refusal> {
        let id = header_task(call)?;
        state.task(id)?;
        let now = state.now();
        let lines = request.logs.into_iter().enumerate();
        let lines: Result<Vec<Object>, Violation> =
            lines.map(|(index, line)| read_line(index, line)).collect();
        for line in lines.map_err(Refusal::invalid)? {
            state.append_log(id, line, now);
        }
        Ok(SUCCESS)
    }
}

/// Returns the task in the `x-task-id` header; refuses a request without it.
pub(super) fn header_task(call: &Call) -> Result<TaskId, Refusal> {
    call.task.ok_or_else(|| {
        let rest = "is required: this request names its task in that header alone";
        Refusal::invalid(Violation::of("x-task-id", "any.required", rest))
    })
}

fn read_line(index: usize, line: Value) -> Result<Object, Violation> {
    match line {
        Value::Object(line) => Ok(line),
        Value::String(message) => {
            Ok([("level".into(), "info".into()), ("message".into(), message.into())].into_iter().collect())
        }
        _ => {
            let path = [Step::Key("logs".into()), Step::Index(index)];
            Err(Violation::new(&path, "object.base", "must be of type object"))
        }
    }
}

pub(in crate::methods) enum Download {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct DownloadRequest {
    id: TaskId,
    /// Milliseconds since 1970; may be beyond the range of the world's clock.
    since_time: Option<i64>,
    limit: Option<usize>,
}

impl Method for Download {
    const NAME: &'static str = "tasks.log.download";
    const ABOUT: &'static str = "Reads a task's log, oldest line first.";
    const ANSWER: &'static str = "an array of `{level, message, timestamp, task_id, ...}`";
    const SHAPE: Shape = Shape::Object(&[
        ID,
        Field::optional(
            "sinceTime",
            Kind::Moment,
            "Time after which lines are returned; in UTC unless it has a zone.",
        ),
        Field::optional("limit", Kind::Int { min: 1 }, "Maximum number of lines, counted from the oldest."),
    ]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Task;
    type Request = DownloadRequest;
    type Reply = Json<Vec<LogLine>>;
}

impl Read for Download {
    fn run(state: &State, _: &Call, request: DownloadRequest) -> Result<Json<Vec<LogLine>>, Refusal> {
        state.task(request.id)?;
        let logs = state.tables.records.logs.get(&request.id);
        let after = |logs: &Vector<LogLine>, since| {
            // Timestamps ascend, so a binary search finds the start: a client that follows a long log does
            // not make the server read every line.
            logs.binary_search_by_key(&since, LogLine::stamp).map_or_else(|place| place, |at| at + 1)
        };
        let known = logs.zip(request.since_time).map_or(0, |(logs, since)| after(logs, since));
        let limit = request.limit.unwrap_or(usize::MAX);
        Ok(Json(logs.into_iter().flat_map(|logs| logs.skip(known)).take(limit).collect()))
    }
}
