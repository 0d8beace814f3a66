//! A world made from a fixture.

use std::sync::Arc;

use imbl::OrdMap;
use serde_json::Value;

use super::fixture::Fixture;
use super::lifecycles::lifecycle_of;
use super::rows::load_rows;
use super::weight::{check_weight, weigh};
use super::{apps, sound, tasks};
use crate::clock::Clock;
use crate::control::{KnownMethods, wrong_stub};
use crate::faults::Faults;
use crate::limits::WorldLimits;
use crate::refusal::Refusal;
use crate::repeats::Repeats;
use crate::settings::Settings;
use crate::state::State;
use crate::tables::{Tables, hash_of};
use crate::time::Moment;
use crate::timers::Timers;
use crate::weight::Scale;

/// Builds a state from a fixture, or says everything that does not hold together.
pub(crate) fn build(
    name: Arc<str>,
    fixture: &Fixture,
    clock: Clock,
    settings: &Settings,
) -> Result<State, Refusal> {
    let limits = fixture.limits.unwrap_or(settings.limits);
    let mut problems = limits.problems();
    let lifecycle =
        lifecycle_of(fixture.lifecycle.as_ref()).map_err(|wrong| Refusal::BadFixture(wrong.into()))?;
    let mut tables = Tables::default();
    load_rows(fixture, &mut tables, &mut problems);
    problems.extend(store(fixture, &mut tables, limits));
    problems.extend(apps::load(fixture.app.as_ref(), &mut tables));
    problems.extend(sound::rows(&tables));
    let (stubs, rules) = control_rows(fixture, clock.now(), &mut problems);
    if !problems.is_empty() {
        return Err(Refusal::BadFixture(problems.into()));
    }
    let mut state = State {
        name,
        seed: fixture.seed.unwrap_or(settings.seed),
        clock,
        lifecycle,
        tables,
        timers: Timers::default(),
        shown: OrdMap::new(),
        repeats: Repeats::default(),
        faults: rules,
        stubs,
        limits,
        scale: Scale::new(settings.bytes),
    };
    tasks::load_all(&mut state, fixture.tasks.as_deref(), Fixture::default_world().tasks.as_deref())?;
    for (call, stages) in &fixture.seen_lists {
        state.repeats.note_list(call.as_str().into(), *stages);
    }
    state.settle(state.now());
    let problems = sound::of_tasks(&state);
    if !problems.is_empty() {
        return Err(Refusal::BadFixture(problems.into()));
    }
    weigh(&mut state);
    check_weight(&mut state)?;
    Ok(state)
}

fn store(fixture: &Fixture, tables: &mut Tables, limits: WorldLimits) -> Vec<String> {
    let mut problems = Vec::new();
    for (hash, blob) in &fixture.blobs {
        if hash_of(&blob.0) != *hash {
            problems.push(format!("blobs: {hash} is not the hash of its bytes"));
        } else if let Err(full) = tables.blobs.store(hash.as_str().into(), blob.clone(), limits.upload_bytes)
        {
            problems.push(format!("blobs: {full}"));
            break;
        }
    }
    problems
}

/// The stubs and the fault rules, which may name them.
fn control_rows(
    fixture: &Fixture,
    now: Moment,
    problems: &mut Vec<String>,
) -> (OrdMap<String, Arc<Value>>, Faults) {
    let stubs = fixture.stubs.iter().map(|(method, reply)| (method.clone(), Arc::new(reply.clone())));
    let stubs: OrdMap<String, Arc<Value>> = stubs.collect();
    let wrong = stubs.keys().filter_map(|name| Some((name, wrong_stub(name)?)));
    problems.extend(wrong.map(|(name, why)| format!("stubs: {name:?} {why}")));
    let last_id = fixture.last_fault_id.unwrap_or(0);
    let rules = Faults::load(&fixture.faults, last_id, now, &KnownMethods(&stubs)).unwrap_or_else(|wrong| {
        problems.extend(wrong);
        Faults::default()
    });
    (stubs, rules)
}
