//! Calls of wire methods: the world of the request's token, and what the method is asked.

use std::sync::Arc;

use slymock_engine::methods::Row;
use slymock_engine::{Call, WireRequest};

use super::errand::{Errand, call};
use crate::aside::aside;
use crate::door::Door;
use crate::http::head;
use crate::http::outcome::Departure;
use crate::http::request::Request;
use crate::refuse::{Attempt, refuse};
use crate::secrets::Secrets;
use crate::tap::Tap;

/// Answers a call of the method with that name, and with that row where it is modelled.
pub(super) async fn answer(
    request: &Arc<Request>,
    (method, row): (&str, Option<&'static Row>),
    tap: &Tap,
    door: &Door,
) -> Departure {
    let (worlds, context) = (&door.context.worlds, &door.context);
    let world = match worlds.of_key(head::token(request.head())).await {
        Ok(world) => world,
        Err(_) if row.is_some_and(|row| row.open) => {
            door.pinned().await.unwrap_or_else(|| worlds.default_world())
        }
        Err(refusal) => return Departure::Whole(refuse(door, Attempt::call(method, row), refusal).await),
    };
    let asked = ask(request, (method, row), call(request, context), &worlds.secrets).await;
    Errand { request, tap, path: "", world: &world, context }.run(asked).await
}

/// Reads what a method is asked, away from other requests where that takes its time.
async fn ask(
    request: &Arc<Request>,
    (method, row): (&str, Option<&'static Row>),
    call: Call,
    secrets: &Arc<Secrets>,
) -> WireRequest {
    let read = move |request: &Request, method: &str, secrets: &Secrets| match request.input() {
        Ok(input) => {
            let told = secrets.cut(&input);
            let asked = match row {
                Some(row) => WireRequest::of(row, call, input),
                None => WireRequest::unknown(method, call, input),
            };
            asked.telling(told)
        }
        Err(refusal) => WireRequest::unread(method, row, call, secrets.body(&request.body), refusal),
    };
    if !request.is_large() {
        return read(request, method, secrets);
    }
    let (request, method, secrets) = (Arc::clone(request), method.to_owned(), Arc::clone(secrets));
    aside(move || read(&request, &method, &secrets)).await
}
