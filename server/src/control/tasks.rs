//! `tasks`: makes and shows tasks, sets their status, ends a stage, and sets the lifecycle of those to come.

use serde::Deserialize;
use serde_json::{Value, json};
use slymock_engine::Refusal;
use slymock_engine::control::{NewTasks, inspect_task};
use slymock_engine::ids::WorkspaceId;
use slymock_engine::lifecycle::Status;
use slymock_engine::refusal::Violation;
use slymock_engine::reply::Object;
use slymock_engine::snapshot::next_tasks;

use super::exchange::Exchange;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};

/// Maximum number of tasks that one call makes.
pub(crate) const COUNT_MAX: u64 = 1_000_000;

#[derive(Deserialize)]
struct TasksRequest {
    #[serde(rename = "workspaceId")]
    workspace: WorkspaceId,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<Status>,
    lifecycle: Option<Value>,
    count: Option<u64>,
    description: Option<String>,
    #[serde(default)]
    meta: Object,
    #[serde(default)]
    settings: Object,
}

pub(super) async fn post(exchange: Exchange) -> Result<Reply, Rejection> {
    let request: TasksRequest = exchange.read()?;
    let count = request.count.unwrap_or(1);
    if count > COUNT_MAX {
        let rest = format!("must be less than or equal to {COUNT_MAX}");
        return Err(Refusal::Validation(vec![Violation::of("count", "number.max", &rest)].into()).into());
    }
    let new = NewTasks {
        workspace: request.workspace,
        kind: request.kind.unwrap_or_else(|| "app".to_owned()),
        status: request.status,
        lifecycle: request.lifecycle,
        count,
        description: request.description,
        meta: request.meta,
        settings: request.settings,
    };
    let many = new.are_many();
    let made = exchange.change_long(None, move |_| many, move |state, _| state.create_tasks(&new));
    Ok(render::json_value(&json!({"ids": made.await?})))
}

pub(super) async fn get(exchange: Exchange) -> Result<Reply, Rejection> {
    let task = exchange.task()?;
    let view = exchange.see(move |world| inspect_task(world.state(), task)).await?;
    Ok(render::json_value(&view))
}

#[derive(Deserialize)]
struct NextRequest {
    lifecycle: Value,
    times: Option<u64>,
}

pub(super) async fn next(exchange: Exchange) -> Result<Reply, Rejection> {
    let NextRequest { lifecycle, times } = exchange.read()?;
    let queued = exchange.change(None, move |state, _| {
        state.queue_lifecycle(&lifecycle, times.unwrap_or(1))?;
        Ok(json!({"next": next_tasks(state)}))
    });
    Ok(render::json_value(&queued.await?))
}

#[derive(Deserialize)]
struct PatchRequest {
    status: Status,
}

pub(super) async fn patch(exchange: Exchange) -> Result<Reply, Rejection> {
    let task = exchange.task()?;
    let PatchRequest { status } = exchange.read()?;
    exchange.change(Some(task), move |state, _| state.set_status(task, status)).await?;
    Ok(render::json_value(&json!({"id": task, "status": status})))
}

pub(super) async fn step(exchange: Exchange) -> Result<Reply, Rejection> {
    let task = exchange.task()?;
    let status = exchange.change(Some(task), move |state, _| state.step(task)).await?;
    Ok(render::json_value(&json!({"id": task, "status": status})))
}
