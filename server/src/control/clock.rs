//! `clock`: where it stands, and moving it.

use serde::Deserialize;
use slymock_engine::clock::Mode;
use slymock_engine::control::{ClockView, Target};
use slymock_engine::refusal::Violation;
use slymock_engine::{Moment, Refusal, World};

use super::exchange::Exchange;
use crate::http::render::{self, Reply};
use crate::worlds::Shared;

/// The longest jump of a clock: a hundred years, in milliseconds.
const ADVANCE_MAX: u64 = 100 * 366 * 24 * 3_600_000;

#[derive(Deserialize)]
struct ClockRequest {
    mode: Option<Mode>,
    advance_ms: Option<u64>,
    to: Option<String>,
}

pub(super) async fn get(exchange: Exchange) -> Result<Reply, Refusal> {
    let view = exchange.see(World::clock_view).await;
    Ok(render::json_value(&with_holds(view, &exchange.world)))
}

pub(super) async fn post(exchange: Exchange) -> Result<Reply, Refusal> {
    let request: ClockRequest = exchange.read()?;
    let target = target(&request, &exchange.world)?;
    let is_far = move |world: &World| world.state().is_far_to(target);
    let moved =
        exchange.change_long(None, is_far, move |state, wall| state.set_clock(request.mode, target, wall));
    Ok(render::json_value(&with_holds(moved.await?, &exchange.world)))
}

/// A request that is held up is due, too, when it may go on.
fn with_holds(view: ClockView, world: &Shared) -> ClockView {
    ClockView { next_due: view.next_due.into_iter().chain(world.next_release()).min(), ..view }
}

fn target(request: &ClockRequest, world: &Shared) -> Result<Option<Target>, Refusal> {
    let refuse =
        |field: &str, rest: &str| Refusal::Validation(vec![Violation::of(field, "any.invalid", rest)]);
    Ok(match (request.advance_ms, request.to.as_deref()) {
        (None, None) => None,
        (Some(ms), None) if ms > ADVANCE_MAX => {
            return Err(refuse("advance_ms", &format!("must be less than or equal to {ADVANCE_MAX}")));
        }
        (Some(ms), None) => Some(Target::Advance(ms)),
        (None, Some("next")) => Some(Target::Next(world.next_release())),
        (None, Some(text)) => {
            let moment = Moment::parse(text);
            Some(Target::To(moment.ok_or_else(|| refuse("to", "must be next or an RFC 3339 moment"))?))
        }
        (Some(_), Some(_)) => return Err(refuse("to", "conflicts with advance_ms")),
    })
}
