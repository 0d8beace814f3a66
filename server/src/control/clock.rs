//! `clock`: reads and moves the clock.

use std::sync::Arc;

use serde::Deserialize;
use slymock_engine::clock::ClockView;
use slymock_engine::clock::Mode;
use slymock_engine::control::Target;
use slymock_engine::refusal::Violation;
use slymock_engine::time::NoMoment;
use slymock_engine::{Moment, Refusal, State, World};

use super::exchange::Exchange;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};
use crate::worlds::SharedWorld;

/// The longest jump of a clock, in milliseconds: 100 years.
const ADVANCE_MAX: u64 = 100 * 366 * 24 * 3_600_000;

#[derive(Deserialize)]
struct ClockRequest {
    mode: Option<Mode>,
    advance_ms: Option<u64>,
    to: Option<String>,
}

pub(super) async fn get(exchange: Exchange) -> Result<Reply, Rejection> {
    Ok(render::json_value(&view(&exchange).await))
}

pub(super) async fn post(exchange: Exchange) -> Result<Reply, Rejection> {
    let request: ClockRequest = exchange.read()?;
    let (target, mode) = (target(&request)?, request.mode);
    let (there, world) = (Arc::clone(&exchange.world), Arc::clone(&exchange.world));
    // The next event is looked up in this call's turn, because other requests may change it until
    // then.
    let is_far = move |world: &World| world.state().is_far_to(with_holds(target, &there, world.state()));
    let set = move |state: &mut State, wall| {
        let target = with_holds(target, &world, state);
        state.set_clock(mode, target, wall)
    };
    exchange.change_long(None, is_far, set).await?;
    Ok(render::json_value(&view(&exchange).await))
}

/// The release of a delayed request is an event, too, but the engine does not know of it.
fn with_holds(target: Option<Target>, world: &SharedWorld, state: &State) -> Option<Target> {
    match target {
        Some(Target::Next(_)) => Some(Target::Next(world.next_release(state.now()))),
        other => other,
    }
}

async fn view(exchange: &Exchange) -> ClockView {
    let world = Arc::clone(&exchange.world);
    exchange.see(move |seen| seen.clock_view(world.next_release(seen.state().now()))).await
}

fn target(request: &ClockRequest) -> Result<Option<Target>, Refusal> {
    let refuse =
        |field: &str, rest: &str| Refusal::Validation(vec![Violation::of(field, "any.invalid", rest)].into());
    Ok(match (request.advance_ms, request.to.as_deref()) {
        (None, None) => None,
        (Some(ms), None) if ms > ADVANCE_MAX => {
            return Err(refuse("advance_ms", &format!("must be less than or equal to {ADVANCE_MAX}")));
        }
        (Some(ms), None) => Some(Target::Advance(ms)),
        (None, Some("next")) => Some(Target::Next(None)),
        (None, Some(text)) => {
            let why = |why: NoMoment| match why {
                NoMoment::Form => refuse("to", "must be next or an RFC 3339 time"),
                NoMoment::Range => refuse("to", &why.to_string()),
            };
            Some(Target::To(Moment::read(text).map_err(why)?))
        }
        (Some(_), Some(_)) => return Err(refuse("to", "conflicts with advance_ms")),
    })
}
