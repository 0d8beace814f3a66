//! The control API under `/_slymock`. It has its own table; its changes go through the same gate as
//! wire methods.

mod address;
mod apps;
mod clock;
mod exchange;
mod faults;
mod files;
mod journal;
mod outgoing;
mod reply;
mod stubs;
mod table;
mod tasks;
mod world;
mod worlds;

use serde_json::Value;
use slymock_engine::request::Field;
use tokio::runtime::Handle;

use crate::aside::aside;
use crate::door::Door;
use crate::http::head;
use crate::http::outcome::Departure;
use crate::http::rejection::Rejection;
use crate::http::render;
use crate::http::request::Request;
use crate::refuse::{Attempt, refuse};
pub(crate) use address::Address;
use exchange::Exchange;
pub(crate) use journal::entry_view;
use reply::ControlReply;
use table::{ENDPOINTS, Endpoint, Reads};
pub(crate) use tasks::COUNT_MAX;

/// Verb, path and description of each endpoint.
pub fn endpoints() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ENDPOINTS.iter().map(|endpoint| (endpoint.verb, endpoint.path, endpoint.about))
}

/// Verb, path and fields of each endpoint, for tests that generate valid calls.
pub fn endpoint_fields() -> impl Iterator<Item = (&'static str, &'static str, &'static [Field])> {
    ENDPOINTS.iter().map(|endpoint| (endpoint.verb, endpoint.path, endpoint.reads.fields()))
}

/// Name in the journal of the endpoint with this verb and path.
pub(crate) fn name_in_journal(verb: &str, path: &str) -> &'static str {
    let mut endpoints = ENDPOINTS.iter();
    let endpoint = endpoints.find(|endpoint| endpoint.verb == verb && endpoint.path == path);
    endpoint.expect("the table has this endpoint").name
}

/// Handles a control call.
pub(crate) async fn answer(request: Request, address: Address<'_>, door: &Door) -> Departure {
    let (exchange, endpoint) = match exchange(request, address, door).await {
        Ok(there) => there,
        Err(rejection) => {
            return Departure::Whole(refuse(door, Attempt::other(&address.name()), rejection).await);
        }
    };
    let (world, worlds) = (exchange.world.clone(), &door.context.worlds);
    let reply = if exchange.is_large() {
        // Any step of a call with a large body may take long, so all of it runs on a blocking
        // thread.
        let runtime = Handle::current();
        aside(move || runtime.block_on(run(exchange, endpoint))).await
    } else {
        run(exchange, endpoint).await
    };
    let reply = reply.unwrap_or_else(|rejection| ControlReply::Whole(render::rejection(&rejection)));
    // The call may have replaced the world; the date is that of the new one.
    let world = worlds.named(&world.name).unwrap_or(world);
    let now = world.look().state().now();
    match reply {
        ControlReply::Whole(reply) => Departure::Whole(render::dated(reply, now)),
        ControlReply::Streamed(reply) => Departure::Streamed(render::dated(reply, now)),
    }
}

async fn run(exchange: Exchange, endpoint: &Endpoint) -> Result<ControlReply, Rejection> {
    // Endpoints with fields read them themselves.
    if matches!(endpoint.reads, Reads::Fields([])) {
        exchange.read::<Value>()?;
    }
    (endpoint.run)(exchange).await
}

/// Looks up the endpoint and the world of a call.
async fn exchange(
    request: Request,
    address: Address<'_>,
    door: &Door,
) -> Result<(Exchange, &'static Endpoint), Rejection> {
    let (endpoint, id) = address.endpoint()?;
    let worlds = &door.context.worlds;
    let world = match head::token(request.head())? {
        Some(token) => worlds.of_token(Some(token)).await?,
        None => worlds.default_world(),
    };
    let (fields, name) = (endpoint.reads.fields(), endpoint.name);
    Ok((Exchange { request, context: door.context.clone(), world, id, fields, name }, endpoint))
}
