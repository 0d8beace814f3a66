//! What worlds of several sizes cost: each is measured in a process of its own, whose memory says what the world takes.

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

/// The most rows that are measured.
pub const ROWS_MAX: u64 = 1_000_000;
/// How many tasks one call makes.
const MADE: u64 = 1_000;
/// How many forks are made.
const FORKS: u32 = 100;
/// A day, in milliseconds.
const DAY_MS: u64 = 24 * 3_600_000;

/// What a world with so many tasks costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeReport {
    /// How many tasks.
    pub rows: u64,
    /// Bytes of memory that a task takes before it is rendered, and once lists and `tasks.info` have shown it.
    pub memory: [f64; 2],
    /// The most memory while the world was loaded, as a multiple of what it takes then.
    pub peak: f64,
    /// Megabytes of text that a second of CPU loads, and saves.
    pub load_save: [f64; 2],
    /// Microseconds of CPU that a task takes to be loaded, and to be saved.
    pub load_save_us: [f64; 2],
    /// Microseconds of CPU that a `tasks.info` takes, without HTTP.
    pub info_us: f64,
    /// Those of a page of 100: by id, by falling id, filtered by status, sorted by `startedAt`.
    pub pages_us: [f64; 4],
    /// Microseconds of CPU that a task takes that is made when so many are there.
    pub create_us: f64,
    /// Microseconds of CPU that a fork takes.
    pub fork_us: f64,
    /// Milliseconds of CPU that a day of so many `realistic` tasks takes.
    pub day_ms: f64,
}

/// What a page of 100 rows of a list costs, in microseconds of CPU without HTTP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListReport {
    /// The method.
    pub method: String,
    /// In default order.
    pub by_id_us: f64,
    /// In the order of another column, from its end.
    pub by_column_us: f64,
}

/// Measures a world with so many tasks, in this process, which should do nothing else.
///
/// # Errors
///
/// [`BenchError`] when anything at all goes wrong.
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

/// What it takes to save a world and to load that again, and how many bytes its text has.
fn load_and_save(world: &World) -> Result<([Duration; 2], f64), BenchError> {
    let before = now()?;
    let mut saved = FixtureText::of(world.state().clone(), Layout::Compact);
    let bytes: usize = saved.by_ref().map(|piece| piece.len()).sum();
    let save = now()? - before;
    // Again, for to write a file is not to be timed.
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

/// A call of the control API.
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
        workspace: WorkspaceId(WORKSPACE),
        kind: "app".to_owned(),
        status: Some(slymock_engine::lifecycle::Status::Finished),
        lifecycle: None,
        count: MADE,
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
    let new = NewTasks {
        workspace: WorkspaceId(WORKSPACE),
        kind: "app".to_owned(),
        status: None,
        lifecycle: Some(json!("realistic")),
        count: rows,
    };
    control(&mut world, "tasks", |state| state.create_tasks(&new))?;
    let before = now()?;
    let day = Some(Target::Advance(DAY_MS));
    control(&mut world, "clock", |state| state.set_clock(None, day, Moment::VIRTUAL_START))?;
    Ok((now()? - before).as_secs_f64() * 1e3)
}

/// Measures a page of each list, out of so many rows, in this process.
///
/// # Errors
///
/// [`BenchError`] when anything at all goes wrong.
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
