//! The cost of worlds of several sizes. Each is measured in its own process, whose memory is that
//! of the world.

use std::io::{Seek as _, Write as _};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use slymock_engine::control::{NewTasks, Target};
use slymock_engine::ids::WorkspaceId;
use slymock_engine::journal::{Body, Outcome, Record};
use slymock_engine::snapshot::{FixtureText, Layout};
use slymock_engine::{Moment, State, World};

use super::ask::{Questions, now};
use super::error::BenchError;
use super::memory;
use super::worlds::{self, FIRST_TASK, LIST_METHODS, ListMethod, WORKSPACE};

/// Maximum number of rows.
pub const ROWS_MAX: u64 = 1_000_000;
/// Tasks that one call makes.
const MADE: u64 = 1_000;
/// Number of forks.
const FORKS: u32 = 100;
/// A day, in milliseconds.
const DAY_MS: u64 = 24 * 3_600_000;

/// The cost of a world with this many tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeReport {
    /// Number of tasks.
    pub rows: u64,
    /// Bytes of memory per task, before it is rendered and after lists and `tasks.info` have
    /// rendered it.
    pub memory: [f64; 2],
    /// Peak memory during the load, as a multiple of the memory after it.
    pub peak: f64,
    /// Megabytes of text per second of CPU, loading and saving.
    pub load_save: [f64; 2],
    /// Microseconds of CPU per task, loading and saving.
    pub load_save_us: [f64; 2],
    /// Microseconds of CPU per `tasks.info`, without HTTP.
    pub info_us: f64,
    /// Microseconds of CPU per page of 100: by id, by descending id, filtered by status, sorted by
    /// `startedAt`.
    pub pages_us: [f64; 4],
    /// Microseconds of CPU to make one task in a world of this size.
    pub create_us: f64,
    /// Microseconds of CPU per fork.
    pub fork_us: f64,
    /// Milliseconds of CPU for a day of this many `realistic` tasks.
    pub day_ms: f64,
}

/// The cost of a page of 100 rows of a list, in microseconds of CPU without HTTP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListReport {
    /// The list method.
    pub method: String,
    /// In the default order.
    pub by_id_us: f64,
    /// Sorted by another column, descending.
    pub by_column_us: f64,
}

/// Measures a world with `rows` tasks in this process, which should do nothing else.
///
/// # Errors
///
/// [`BenchError`] if anything goes wrong.
pub fn of_size(rows: u64) -> Result<SizeReport, BenchError> {
    let (text, _) = worlds::text("tasks", rows, worlds::task)?;
    let nothing = resident("VmRSS:")?;
    let mut world = worlds::world(text)?;
    let (plain, most) = (resident("VmRSS:")? - nothing, resident("VmHWM:")? - nothing);
    let by_id = format!(r#""workspaceId": {WORKSPACE}, "#);
    Questions { world: &mut world, method: "tasks.list" }.sweep(&by_id, rows)?;
    Questions { world: &mut world, method: "tasks.info" }.each(FIRST_TASK, rows)?;
    let shown = resident("VmRSS:")? - nothing;
    let info_us = Questions { world: &mut world, method: "tasks.info" }.info(FIRST_TASK, rows)?;
    let (times, bytes) = load_and_save(&world)?;
    Ok(SizeReport {
        rows,
        memory: [plain / rows as f64, shown / rows as f64],
        peak: most / plain,
        load_save: times.map(|time| bytes / 1e6 / time.as_secs_f64()),
        load_save_us: times.map(|time| time.as_secs_f64() * 1e6 / rows as f64),
        info_us,
        pages_us: pages(&mut world, &by_id, rows)?,
        create_us: create(&mut world)?,
        fork_us: fork(&world)?,
        day_ms: day(rows)?,
    })
}

/// CPU time to load and to save a world, and the size of its text in bytes.
fn load_and_save(world: &World) -> Result<([Duration; 2], f64), BenchError> {
    let before = now()?;
    let mut saved = FixtureText::of(world.state().clone(), Layout::Compact);
    let bytes: usize = saved.by_ref().map(|piece| piece.len()).sum();
    let save = now()? - before;
    // Written again, so that the file is not part of the timing.
    let mut file = tempfile::tempfile().map_err(BenchError::Start)?;
    let mut pieces = FixtureText::of(world.state().clone(), Layout::Compact);
    pieces.try_for_each(|piece| file.write_all(&piece)).map_err(BenchError::Start)?;
    file.rewind().map_err(BenchError::Start)?;
    let before = now()?;
    worlds::world(file)?;
    Ok(([now()? - before, save], bytes as f64))
}

fn pages(world: &mut World, by_id: &str, rows: u64) -> Result<[f64; 4], BenchError> {
    let mut asked = Questions { world, method: "tasks.list" };
    let mut page = |more: &str, rows| asked.page(&format!("{by_id}{more}"), rows);
    let by_status = r#""filter": [{"field": "status", "operator": "=", "value": "finished"}], "#;
    Ok([
        page("", rows)?,
        page(r#""sort_order": "desc", "#, rows)?,
        page(by_status, rows / 4)?,
        page(r#""sort": "startedAt", "#, rows)?,
    ])
}

/// Applies a change as the control API does.
fn control<T>(
    world: &mut World,
    method: &'static str,
    run: impl FnOnce(&mut State) -> Result<T, slymock_engine::Refusal>,
) -> Result<T, BenchError> {
    let record = Record::of(method, None, Outcome::Done(None), Body::default()).known();
    world.control(Moment::VIRTUAL_START, record, run).map_err(|refusal| BenchError::World(refusal.into()))
}

fn create(world: &mut World) -> Result<f64, BenchError> {
    let new = NewTasks {
        status: Some(slymock_engine::lifecycle::Status::Finished),
        count: MADE,
        ..NewTasks::of(WorkspaceId(WORKSPACE))
    };
    let before = now()?;
    control(world, "tasks", |state| state.create_tasks(&new))?;
    Ok((now()? - before).as_secs_f64() * 1e6 / MADE as f64)
}

fn fork(world: &World) -> Result<f64, BenchError> {
    let before = now()?;
    let forks: Vec<World> = (0..FORKS).map(|_| world.fork()).collect();
    let took = now()? - before;
    drop(forks);
    Ok(took.as_secs_f64() * 1e6 / f64::from(FORKS))
}

fn day(rows: u64) -> Result<f64, BenchError> {
    let (text, _) = worlds::text("tasks", 0, worlds::task)?;
    let mut world = worlds::world(text)?;
    let new =
        NewTasks { lifecycle: Some(json!("realistic")), count: rows, ..NewTasks::of(WorkspaceId(WORKSPACE)) };
    control(&mut world, "tasks", |state| state.create_tasks(&new))?;
    let before = now()?;
    let day = Some(Target::Advance(DAY_MS));
    control(&mut world, "clock", |state| state.set_clock(None, day, Moment::VIRTUAL_START))?;
    Ok((now()? - before).as_secs_f64() * 1e3)
}

/// Measures a page of each list with `rows` rows, in this process.
///
/// # Errors
///
/// [`BenchError`] if anything goes wrong.
pub fn of_lists(rows: u64) -> Result<Vec<ListReport>, BenchError> {
    LIST_METHODS.iter().map(|listed| of_list(listed, rows)).collect()
}

fn of_list(listed: &ListMethod, rows: u64) -> Result<ListReport, BenchError> {
    let ListMethod { method, table, row, parent, sort } = *listed;
    let (text, _) = worlds::text(table, rows, row)?;
    let mut world = worlds::world(text)?;
    let mut asked = Questions { world: &mut world, method };
    Ok(ListReport {
        method: method.to_owned(),
        by_id_us: asked.page(parent, rows)?,
        by_column_us: asked.page(&format!(r#"{parent}"sort": "{sort}", "sort_order": "desc", "#), rows)?,
    })
}

/// A figure of this process's memory, in bytes.
fn resident(name: &str) -> Result<f64, BenchError> {
    memory::of("self", name).map_err(BenchError::Start)
}
