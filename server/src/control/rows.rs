//! The endpoints of the control API, one row each.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::control::{NewTasks, Target};
use slymock_engine::ids::{TaskId, WorkspaceId};
use slymock_engine::journal::{Entry, Journal, Outcome, Query, Record};
use slymock_engine::lifecycle::Status;
use slymock_engine::refusal::{Entity, Violation};
use slymock_engine::request::{Field, Input, Kind, Payload, Shape, shape_input};
use slymock_engine::snapshot::Fixture;
use slymock_engine::tables::AppReplies;
use slymock_engine::{Call, Moment, Refusal, State};

use crate::http::render::{self, Reply};
use crate::http::request::Request;
use crate::server::Context;
use crate::worlds::Shared;
use crate::{app, clock};

/// One endpoint.
pub(super) struct Endpoint {
    pub(super) verb: &'static str,
    /// The path after `/_slymock/`; `{id}` stands for a task.
    pub(super) path: &'static str,
    pub(super) about: &'static str,
    fields: &'static [Field],
    pub(super) run: fn(&Exchange<'_>) -> Result<Reply, Refusal>,
}

/// A control call on its way.
pub(super) struct Exchange<'a> {
    pub(super) request: &'a Request,
    pub(super) context: &'a Context,
    pub(super) world: &'a Shared,
    pub(super) id: Option<String>,
    pub(super) endpoint: &'static Endpoint,
}

const STATUS: Kind = Kind::Choice(Status::NAMES);
/// The most tasks of one call.
const COUNT_MAX: u64 = 1_000_000;
/// The longest jump of a clock: a hundred years, in milliseconds.
const ADVANCE_MAX: u64 = 100 * 366 * 24 * 3_600_000;

pub(super) static ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        verb: "GET",
        path: "health",
        about: "Says that the server answers.",
        fields: &[],
        run: health,
    },
    Endpoint {
        verb: "GET",
        path: "world",
        about: "The whole world as a fixture.",
        fields: &[],
        run: world_get,
    },
    Endpoint {
        verb: "PUT",
        path: "world",
        about: "Replaces the world by a fixture; empties its journal.",
        fields: &[],
        run: world_put,
    },
    Endpoint { verb: "GET", path: "clock", about: "Where the clock stands.", fields: &[], run: clock_get },
    Endpoint {
        verb: "POST",
        path: "clock",
        about: "Changes the clock's mode, or moves it forward.",
        fields: &[
            Field::optional("mode", Kind::Choice(&["real", "manual", "auto"]), "How it moves."),
            Field::optional("advance_ms", Kind::Int { min: 0 }, "So many milliseconds on."),
            Field::optional("to", Kind::Text { max: 64 }, "`next`, or an RFC 3339 moment to come."),
        ],
        run: clock_post,
    },
    Endpoint {
        verb: "POST",
        path: "tasks",
        about: "Makes tasks.",
        fields: &[
            Field::required("workspaceId", Kind::Id, "Their workspace."),
            Field::optional("type", Kind::Text { max: 64 }, "Their type; `app` when absent."),
            Field::optional("status", STATUS, "The status they hold, or the stage they start in."),
            Field::optional("lifecycle", Kind::Any, "What they walk: a preset's name or an object."),
            Field::optional("count", Kind::Int { min: 1 }, "How many; 1 when absent."),
        ],
        run: tasks_post,
    },
    Endpoint {
        verb: "PATCH",
        path: "tasks/{id}",
        about: "Puts a task into any status and holds it there.",
        fields: &[Field::required("status", STATUS, "The status.")],
        run: task_patch,
    },
    Endpoint {
        verb: "POST",
        path: "tasks/{id}/step",
        about: "Has a task leave its present stage.",
        fields: &[],
        run: task_step,
    },
    Endpoint {
        verb: "PUT",
        path: "tasks/{id}/app",
        about: "Says who answers requests to a task's app.",
        fields: &[
            Field::optional("replies", Kind::Map, "Canned answers by command."),
            Field::optional("forward_to", Kind::Text { max: 2048 }, "Where a real app listens."),
        ],
        run: task_app,
    },
    Endpoint {
        verb: "GET",
        path: "files",
        about: "The stored bytes of an upload, by `hash`, or by `task` and `path`.",
        fields: &[
            Field::optional("hash", Kind::Text { max: 64 }, "Base64 of the SHA-256."),
            Field::optional("task", Kind::Id, "The task."),
            Field::optional("path", Kind::Text { max: 4096 }, "The path of the task's file."),
        ],
        run: files_get,
    },
    Endpoint {
        verb: "GET",
        path: "journal",
        about: "What was asked and what became of it.",
        fields: JOURNAL,
        run: journal_get,
    },
    Endpoint {
        verb: "DELETE",
        path: "journal",
        about: "Forgets the journal.",
        fields: JOURNAL,
        run: journal_delete,
    },
];

const JOURNAL: &[Field] = &[
    Field::optional("method", Kind::Text { max: 256 }, "Only this method."),
    Field::optional("task", Kind::Id, "Only this task."),
    Field::optional("since", Kind::Int { min: 0 }, "Only entries with a greater number."),
    Field::optional("limit", Kind::Int { min: 0 }, "Only the newest so many entries."),
    Field::optional("scope", Kind::Choice(&["world", "server"]), "`server`: requests without a world."),
];

impl Exchange<'_> {
    /// The body, or the query where there is none, as the endpoint's typed request.
    fn read<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Refusal> {
        let query = self.request.query();
        let body = self.request.body.clone();
        let input = if body.is_empty() { Input::Query(query) } else { Input::Json(body, query) };
        // A typo in a test's own set-up must not pass silently: unknown fields are refused here.
        let (payload, _) = shape_input(input, Shape::Object(self.endpoint.fields), true)?;
        let Payload::Value(value) = payload else { return Err(Refusal::BadJson { why: "not JSON".into() }) };
        serde_json::from_value(value).map_err(|error| Refusal::BadJson { why: error.to_string() })
    }

    fn task(&self) -> Result<TaskId, Refusal> {
        let id = self.id.as_deref().unwrap_or_default();
        let missing = || Refusal::NotFound { entity: Entity::Task, id: id.to_owned() };
        id.parse().map(TaskId).map_err(|_| missing())
    }

    /// Runs a change through the world's gate.
    fn change<T>(
        &self,
        task: Option<TaskId>,
        run: impl FnOnce(&mut State, Moment) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let call = Call::at(clock::now());
        let method = format!("_slymock/{} {}", self.endpoint.verb, self.endpoint.path);
        let body = self.request.body.clone();
        let record = Record { method: &method, task, outcome: Outcome::Done, body, warnings: Vec::new() };
        self.world.lock().control(&call, record, |state| run(state, call.now))
    }
}

fn health(_: &Exchange<'_>) -> Result<Reply, Refusal> {
    Ok(render::json_value(&json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")})))
}

fn world_get(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let fixture = {
        let mut world = exchange.world.lock();
        world.settle(clock::now());
        world.snapshot()
    };
    Ok(render::json_value(&fixture))
}

fn world_put(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let fixture = Fixture::parse(&exchange.request.body)?;
    exchange.world.lock().replace(fixture, clock::now())?;
    world_get(exchange)
}

fn clock_get(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let mut world = exchange.world.lock();
    world.settle(clock::now());
    Ok(render::json_value(&world.state().clock_view()))
}

#[derive(Deserialize)]
struct ClockRequest {
    mode: Option<Mode>,
    advance_ms: Option<u64>,
    to: Option<String>,
}

fn clock_post(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let request: ClockRequest = exchange.read()?;
    let refuse =
        |field: &str, rest: &str| Refusal::Validation(vec![Violation::of(field, "any.invalid", rest)]);
    let target = match (request.advance_ms, request.to.as_deref()) {
        (None, None) => None,
        (Some(ms), None) if ms > ADVANCE_MAX => {
            return Err(refuse("advance_ms", &format!("must be less than or equal to {ADVANCE_MAX}")));
        }
        (Some(ms), None) => Some(Target::Advance(ms)),
        (None, Some("next")) => Some(Target::Next),
        (None, Some(text)) => {
            let moment = Moment::parse(text);
            Some(Target::To(moment.ok_or_else(|| refuse("to", "must be next or an RFC 3339 moment"))?))
        }
        (Some(_), Some(_)) => return Err(refuse("to", "conflicts with advance_ms")),
    };
    let view = exchange.change(None, |state, wall| state.set_clock(request.mode, target, wall))?;
    Ok(render::json_value(&view))
}

#[derive(Deserialize)]
struct TasksRequest {
    #[serde(rename = "workspaceId")]
    workspace: WorkspaceId,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<Status>,
    lifecycle: Option<Value>,
    count: Option<u64>,
}

fn tasks_post(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let request: TasksRequest = exchange.read()?;
    let count = request.count.unwrap_or(1);
    if count > COUNT_MAX {
        let rest = format!("must be less than or equal to {COUNT_MAX}");
        return Err(Refusal::Validation(vec![Violation::of("count", "number.max", &rest)]));
    }
    let new = NewTasks {
        workspace: request.workspace,
        kind: request.kind.unwrap_or_else(|| "app".to_owned()),
        status: request.status,
        lifecycle: request.lifecycle,
        count,
    };
    let ids = exchange.change(None, |state, _| state.create_tasks(&new))?;
    Ok(render::json_value(&json!({"ids": ids})))
}

#[derive(Deserialize)]
struct PatchRequest {
    status: Status,
}

fn task_patch(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let task = exchange.task()?;
    let PatchRequest { status } = exchange.read()?;
    exchange.change(Some(task), |state, _| state.set_status(task, status))?;
    Ok(render::json_value(&json!({"id": task, "status": status})))
}

fn task_step(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let task = exchange.task()?;
    let status = exchange.change(Some(task), |state, _| state.step(task))?;
    Ok(render::json_value(&json!({"id": task, "status": status})))
}

fn task_app(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let task = exchange.task()?;
    let replies: AppReplies = exchange.read()?;
    if let Some(to) = &replies.forward_to {
        app::check_address(to, &exchange.context.allow_forwards)?;
    }
    exchange.change(Some(task), |state, _| state.set_app(task, replies.clone()))?;
    Ok(render::json_value(&replies))
}

#[derive(Deserialize)]
struct FilesRequest {
    hash: Option<String>,
    task: Option<TaskId>,
    path: Option<String>,
}

fn files_get(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let request: FilesRequest = exchange.read()?;
    let world = exchange.world.lock();
    let bytes: Bytes = match (request.hash, request.task, request.path) {
        (Some(hash), None, None) => world.state().bytes_of(&hash)?,
        (None, Some(task), Some(path)) => world.state().file_of(task, &path)?,
        _ => {
            let rest = "give hash, or task and path";
            return Err(Refusal::Validation(vec![Violation::new(&[], "object.xor", rest)]));
        }
    };
    Ok(render::file(bytes))
}

#[derive(Deserialize)]
struct JournalRequest {
    method: Option<String>,
    task: Option<TaskId>,
    since: Option<u64>,
    limit: Option<usize>,
    scope: Option<String>,
}

fn journal_get(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let request: JournalRequest = exchange.read()?;
    let query =
        Query { method: request.method, task: request.task, since: request.since, limit: request.limit };
    Ok(if request.scope.as_deref() == Some("server") {
        journal_view(&exchange.context.worlds.server_journal(), &query)
    } else {
        journal_view(exchange.world.lock().journal(), &query)
    })
}

fn journal_delete(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let request: JournalRequest = exchange.read()?;
    if request.scope.as_deref() == Some("server") {
        exchange.context.worlds.server_journal().clear();
    } else {
        exchange.world.lock().clear_journal();
    }
    journal_get(exchange)
}

fn journal_view(journal: &Journal, query: &Query) -> Reply {
    let entries: Vec<Value> = journal.entries(query).into_iter().map(entry_view).collect();
    render::json_value(&json!({
        "counts": journal.counts(query), "dropped": journal.dropped(), "entries": entries,
    }))
}

fn entry_view(entry: &Entry) -> Value {
    let status = match &entry.outcome {
        Outcome::Done => 200,
        Outcome::Refused(refusal) => render::status(refusal),
    };
    // A body that is not whole JSON, cut or never so, is shown as text.
    let body: Value = serde_json::from_slice(&entry.body)
        .unwrap_or_else(|_| String::from_utf8_lossy(&entry.body).into_owned().into());
    let mut view = json!({
        "seq": entry.seq, "at": entry.at, "method": entry.method, "task": entry.task,
        "status": status, "body": body,
    });
    if !entry.warnings.is_empty() {
        view["warnings"] = json!(entry.warnings);
    }
    view
}
