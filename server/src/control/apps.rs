//! `app`: sets the answers, or the real app, for requests to the apps of a task, a module or a
//! world.

use slymock_engine::Refusal;
use slymock_engine::ids::ModuleId;
use slymock_engine::refusal::Noun;
use slymock_engine::tables::{AppPlace, AppReplies};

use super::exchange::Exchange;
use crate::forwards::check_address;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};

pub(super) async fn of_task(exchange: Exchange) -> Result<Reply, Rejection> {
    let task = exchange.task()?;
    set(&exchange, AppPlace::Task(task)).await
}

pub(super) async fn of_module(exchange: Exchange) -> Result<Reply, Rejection> {
    let id = exchange.id.as_deref().unwrap_or_default();
    let missing = || Refusal::NotFound { entity: Noun::Module, id: id.to_owned() };
    let module = id.parse().map(ModuleId).map_err(|_| missing())?;
    set(&exchange, AppPlace::Module(module)).await
}

pub(super) async fn of_world(exchange: Exchange) -> Result<Reply, Rejection> {
    set(&exchange, AppPlace::World).await
}

async fn set(exchange: &Exchange, place: AppPlace) -> Result<Reply, Rejection> {
    let app: AppReplies = exchange.read()?;
    if let Some(to) = &app.forward_to {
        let checked = check_address(to, &exchange.context.allow_forwards);
        checked.map_err(|violation| Refusal::Validation(vec![violation].into()))?;
    }
    let (task, given) = (if let AppPlace::Task(task) = place { Some(task) } else { None }, app.clone());
    exchange.change(task, move |state, _| state.set_app(place, given)).await?;
    Ok(render::json_value(&app))
}
