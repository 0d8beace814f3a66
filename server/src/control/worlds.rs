//! `worlds`: makes, lists and deletes worlds.

use serde::Deserialize;
use serde_json::{Value, json};
use slymock_engine::Refusal;
use slymock_engine::clock::Mode;
use slymock_engine::refusal::Violation;
use slymock_engine::snapshot::Blueprint;

use super::exchange::{Exchange, unread};
use crate::aside::aside;
use crate::http::head;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};
use crate::spool::Text;
use crate::worlds::{NewWorld, SharedWorld};

#[derive(Deserialize)]
struct WorldRequest {
    name: Option<String>,
    seed: Option<u64>,
    clock: Option<Mode>,
    lifecycle: Option<Value>,
    /// The fixture as JSON text; only `{}` if the body is on disk, where `read_with_fixture` finds it.
    /// Absent if none was sent.
    fixture: Option<String>,
    from: Option<String>,
}

pub(super) async fn make(exchange: Exchange) -> Result<Reply, Rejection> {
    let (request, text) = exchange.read_with_fixture("fixture")?;
    let WorldRequest { name, seed, clock, lifecycle, fixture, from } = request;
    if fixture.is_some() && from.is_some() {
        let violation = Violation::of("from", "object.nand", "conflicts with fixture");
        return Err(Refusal::Validation(vec![violation].into()).into());
    }
    let new = NewWorld { name, seed, clock, lifecycle, fixture: None };
    let worlds = exchange.context.worlds.clone();
    let world = match from {
        Some(from) => worlds.fork(&from, new).await?,
        None => {
            let made = move || {
                let text = text.or(fixture.map(|text| Text::in_memory(text.into())));
                let read = |mut text| Blueprint::read(&mut text).map_err(unread);
                let fixture = text.map(read).transpose()?;
                worlds.make(NewWorld { fixture, ..new }, None)
            };
            aside(made).await?
        }
    };
    exchange.record_in_server();
    Ok(render::json_value(&view(&world, &exchange)))
}

pub(super) async fn list(exchange: Exchange) -> Result<Reply, Rejection> {
    let all = exchange.context.worlds.all();
    let views: Vec<Value> = all.iter().map(|world| view(world, &exchange)).collect();
    Ok(render::json_value(&json!({"worlds": views})))
}

pub(super) async fn delete(exchange: Exchange) -> Result<Reply, Rejection> {
    let name = exchange.id.clone().unwrap_or_default();
    let worlds = exchange.context.worlds.clone();
    // Freeing a world with many tasks takes long.
    aside(move || worlds.delete(&name)).await?;
    exchange.record_in_server();
    Ok(render::no_content())
}

fn view(world: &SharedWorld, exchange: &Exchange) -> Value {
    // The address by which this client reached the server works for it again.
    let host = head::host(exchange.request.head());
    let address = host.map_or_else(|| exchange.context.address.to_string(), str::to_owned);
    json!({"name": *world.name, "token": *world.token, "server_address": format!("http://{address}")})
}
