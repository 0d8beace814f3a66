//! Calls of wire methods: the world of the token, and the arguments.

use std::sync::Arc;

use slymock_engine::methods::Row;
use slymock_engine::{Call, WireRequest};

use super::errand::{Errand, call};
use super::peer::Peer;
use crate::aside::aside;
use crate::door::Door;
use crate::http::outcome::Departure;
use crate::http::request::{InputSource, Request};
use crate::refuse::{Attempt, refuse};
use crate::secrets::Secrets;
use crate::tap::Tap;

/// Handles a call of a method; `row` is absent if it is not modelled.
pub(super) async fn answer(
    request: &Request,
    (method, row): (&str, Option<&'static Row>),
    tap: &Tap,
    (door, peer): (&Door, &Peer),
) -> Departure {
    let (worlds, context) = (&door.context.worlds, &door.context);
    let world = match peer.world(request.head(), worlds).await {
        Ok(world) => world,
        Err(_) if row.is_some_and(|row| row.open) => {
            Box::pin(door.pinned()).await.unwrap_or_else(|| worlds.default_world())
        }
        Err(refusal) => {
            return Departure::Whole(Box::pin(refuse(door, Attempt::call(method, row), refusal)).await);
        }
    };
    let asked = ask(request, (method, row), call(request, context), &worlds.secrets).await;
    Errand { request, tap, path: "", world: &world, context }.run(asked).await
}

/// Parses the arguments; large ones on a blocking thread.
async fn ask(
    request: &Request,
    (method, row): (&str, Option<&'static Row>),
    call: Call,
    secrets: &Arc<Secrets>,
) -> WireRequest {
    if !request.is_large() {
        return read(request.source(), (method, row), call, secrets);
    }
    let (source, method, secrets) = (request.source(), method.to_owned(), Arc::clone(secrets));
    Box::pin(aside(move || read(source, (&method, row), call, &secrets))).await
}

fn read(
    source: InputSource,
    (method, row): (&str, Option<&'static Row>),
    call: Call,
    secrets: &Secrets,
) -> WireRequest {
    match source.read() {
        Ok(input) => {
            let told = secrets.cut(&input);
            let asked = match row {
                Some(row) => WireRequest::of(row, call, input),
                None => WireRequest::unknown(method, call, input),
            };
            asked.telling(told)
        }
        Err((refusal, body)) => WireRequest::unread(method, row, call, secrets.body(&body), refusal),
    }
}
