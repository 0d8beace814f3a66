//! Makes a world from a blueprint.

use std::sync::Arc;

use imbl::Vector;

use super::blueprint::Blueprint;
use super::lifecycles::lifecycle_of;
use super::weight::{check_weight, weigh};
use super::{next, sound, tasks};
use crate::clock::Clock;
use crate::control::KnownMethods;
use crate::excerpt::Excerpt;
use crate::faults::Faults;
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::state::State;
use crate::weight::Scale;

/// Makes a state from a blueprint, or returns all problems of the fixture.
pub(crate) fn build(
    name: Arc<str>,
    blueprint: &Blueprint,
    clock: Clock,
    settings: &Settings,
) -> Result<State, Refusal> {
    let Blueprint { frame, state: rows, problems: known, .. } = blueprint;
    let limits = frame.limits.unwrap_or(settings.limits);
    let mut problems: Excerpt<String> = limits.problems().into();
    let lifecycle =
        lifecycle_of(frame.lifecycle.as_ref()).map_err(|wrong| Refusal::BadFixture(wrong.into()))?;
    problems.append(known.rows.clone());
    problems.append(known.blobs.clone());
    problems
        .extend(rows.tables.blobs.check_room(limits.upload_bytes).err().map(|full| format!("blobs: {full}")));
    problems.append(known.others.clone());
    let last_id = frame.last_fault_id.unwrap_or(0);
    let rules = Faults::load(&frame.faults, last_id, clock.now(), &KnownMethods(&rows.stubs));
    let faults = rules.unwrap_or_else(|wrong| {
        problems.extend(wrong);
        Faults::default()
    });
    let next_tasks = next::load(&frame.next_tasks).unwrap_or_else(|wrong| {
        problems.extend(wrong);
        Vector::new()
    });
    if !problems.is_empty() {
        return Err(Refusal::BadFixture(problems));
    }
    let seed = frame.seed.unwrap_or(settings.seed);
    let scale = Scale::new(settings.bytes);
    let mut state = State { name, seed, clock, lifecycle, next_tasks, faults, limits, scale, ..rows.clone() };
    tasks::add_later(&mut state, &blueprint.later, known.tasks.clone())?;
    state.settle(state.now());
    let problems = sound::of_tasks(&state);
    if !problems.is_empty() {
        return Err(Refusal::BadFixture(problems.into()));
    }
    weigh(&mut state);
    check_weight(&mut state)?;
    Ok(state)
}
