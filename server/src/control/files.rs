//! `files`: the bytes of uploads.

use bytes::Bytes;
use serde::Deserialize;
use slymock_engine::Refusal;
use slymock_engine::ids::TaskId;
use slymock_engine::refusal::Violation;

use super::exchange::Exchange;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};

#[derive(Deserialize)]
struct FilesRequest {
    hash: Option<String>,
    task: Option<TaskId>,
    path: Option<String>,
}

pub(super) async fn get(exchange: Exchange) -> Result<Reply, Rejection> {
    let request: FilesRequest = exchange.read()?;
    let bytes: Bytes = match (request.hash, request.task, request.path) {
        (Some(hash), None, None) => exchange.see(move |world| world.state().bytes_of(&hash)).await?,
        (None, Some(task), Some(path)) => {
            exchange.see(move |world| world.state().file_of(task, &path)).await?
        }
        _ => {
            let rest = "needs hash, or task and path";
            return Err(Refusal::Validation(vec![Violation::new(&[], "object.xor", rest)].into()).into());
        }
    };
    Ok(render::file(bytes))
}
