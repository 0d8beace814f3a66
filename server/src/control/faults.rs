//! `faults`: the fault rules of a world.

use serde::Deserialize;
use serde_json::{Value, json};
use slymock_engine::State;
use slymock_engine::control::{add_fault, remove_faults};
use slymock_engine::faults::{ActForm, Fault, On, RuleForm};

use super::exchange::{Exchange, typed};
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};

#[derive(Deserialize)]
struct RuleRequest {
    on: Option<Value>,
    #[serde(rename = "do")]
    act: Value,
}

#[derive(Deserialize)]
struct OneFault {
    id: Option<u64>,
}

pub(super) async fn get(exchange: Exchange) -> Result<Reply, Rejection> {
    let view = exchange.see(|world| view(world.state())).await;
    Ok(render::json_value(&view))
}

pub(super) async fn post(exchange: Exchange) -> Result<Reply, Rejection> {
    let request: RuleRequest = exchange.read()?;
    let on: On = request.on.map(|on| typed(on, "on")).transpose()?.unwrap_or_default();
    let act: ActForm = typed(request.act, "do")?;
    let id = exchange.change(None, move |state, _| add_fault(state, RuleForm { on, act })).await?;
    Ok(render::json_value(&json!({"id": id})))
}

pub(super) async fn delete(exchange: Exchange) -> Result<Reply, Rejection> {
    let OneFault { id } = exchange.read()?;
    let removed = exchange.change(None, move |state, _| {
        remove_faults(state, id)?;
        Ok(view(state))
    });
    Ok(render::json_value(&removed.await?))
}

fn view(state: &State) -> Value {
    let one = |fault: &Fault| {
        json!({
            "id": fault.id, "on": fault.rule.on, "do": fault.rule.act,
            "matched": fault.matched, "fired": fault.fired,
        })
    };
    json!({"faults": state.faults().map(one).collect::<Vec<_>>()})
}
