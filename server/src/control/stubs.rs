//! `stubs`, `methods`: canned replies of methods that are not modelled, and the list of all methods
//! with a reply.

use serde::Deserialize;
use serde_json::{Value, json};
use slymock_engine::State;
use slymock_engine::control::{add_stub, remove_stubs};
use slymock_engine::methods::METHODS;

use super::exchange::Exchange;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};

#[derive(Deserialize)]
struct StubRequest {
    method: String,
    reply: Value,
}

#[derive(Deserialize)]
struct OneStub {
    method: Option<String>,
}

pub(super) async fn get(exchange: Exchange) -> Result<Reply, Rejection> {
    let view = exchange.see(|world| view(world.state())).await;
    Ok(render::json_value(&view))
}

pub(super) async fn post(exchange: Exchange) -> Result<Reply, Rejection> {
    let StubRequest { method, reply } = exchange.read()?;
    let set = exchange.change(None, move |state, _| {
        add_stub(state, method, reply)?;
        Ok(view(state))
    });
    Ok(render::json_value(&set.await?))
}

pub(super) async fn delete(exchange: Exchange) -> Result<Reply, Rejection> {
    let OneStub { method } = exchange.read()?;
    let removed = exchange.change(None, move |state, _| {
        remove_stubs(state, method.as_deref())?;
        Ok(view(state))
    });
    Ok(render::json_value(&removed.await?))
}

pub(super) async fn methods(exchange: Exchange) -> Result<Reply, Rejection> {
    let modelled = METHODS.iter().map(|row| json!({"method": row.name, "about": row.about, "stub": false}));
    let stubs = exchange.see(|world| {
        let row = |(method, _): (&str, &Value)| json!({"method": method, "stub": true});
        world.state().stubs().map(row).collect::<Vec<_>>()
    });
    let stubs = stubs.await;
    let counts = json!({"implemented": METHODS.len(), "stubs": stubs.len()});
    let methods: Vec<Value> = modelled.chain(stubs).collect();
    Ok(render::json_value(&json!({"counts": counts, "methods": methods})))
}

fn view(state: &State) -> Value {
    let one = |(method, reply): (&str, &Value)| json!({"method": method, "reply": reply});
    json!({"stubs": state.stubs().map(one).collect::<Vec<_>>()})
}
