//! `health`, `world`, `reset`, `save`: the world as a whole.

use serde_json::json;
use slymock_engine::refusal::Violation;
use slymock_engine::snapshot::Blueprint;
use slymock_engine::{Refusal, World};

use super::exchange::{Exchange, unread};
use super::outgoing::world_text;
use super::reply::ControlReply;
use crate::aside::aside;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};
use crate::{clock, forwards, save};

pub(super) async fn health(_: Exchange) -> Result<Reply, Rejection> {
    Ok(render::json_value(&json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")})))
}

pub(super) async fn get(exchange: Exchange) -> Result<ControlReply, Rejection> {
    let state = exchange.see(|world| world.state().clone()).await;
    Ok(world_text(state).await)
}

pub(super) async fn put(exchange: Exchange) -> Result<ControlReply, Rejection> {
    let mut text = exchange.request.text();
    let place = exchange.see(World::stand_in).await;
    let context = exchange.context.clone();
    let made = move || {
        let blueprint = Blueprint::read(&mut text).map_err(unread)?;
        forwards::check_world(&blueprint, &context.allow_forwards)?;
        let world = place.replaced(blueprint, clock::now())?;
        let state = world.state().clone();
        Ok::<_, Rejection>((world, state))
    };
    let (world, state) = aside(made).await?;
    exchange.context.worlds.swap(&exchange.world, world);
    Ok(world_text(state).await)
}

pub(super) async fn reset(exchange: Exchange) -> Result<Reply, Rejection> {
    let place = exchange.see(World::stand_in).await;
    let world = aside(move || place.reset(clock::now())).await?;
    let view = world.clock_view(None);
    exchange.context.worlds.swap(&exchange.world, world);
    Ok(render::json_value(&view))
}

pub(super) async fn save(exchange: Exchange) -> Result<Reply, Rejection> {
    let refuse = |rest: &str| {
        Rejection::from(Refusal::Validation(vec![Violation::new(&[], "any.invalid", rest)].into()))
    };
    let Some(file) = exchange.context.save_world.clone() else {
        return Err(refuse("needs a server that was started with --save-world FILE"));
    };
    let world = exchange.context.worlds.default_world();
    let state = world.quick(|world| world.state().clone()).await;
    let name = file.display().to_string();
    let written = aside(move || save::world(&file, state)).await;
    written.map_err(|error| refuse(&format!("cannot be saved to {name}: {error}")))?;
    Ok(render::json_value(&json!({"file": name})))
}
