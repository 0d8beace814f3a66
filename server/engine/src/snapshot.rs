//! Fixtures: a whole world as JSON, read and written. A table that a fixture does not name has the
//! default world's rows; an empty one has none; an absent field of a row has the default its type states.

mod apps;
mod schema;
mod sound;
mod tasks;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use imbl::OrdMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::{Clock, Mode};
use crate::control::{Known, wrong_stub};
use crate::faults::{FaultRow, Faults};
use crate::ids::{FIXTURE_ID_MAX, optional_count};
use crate::json;
use crate::lifecycle::{Given, Lifecycle, preset};
use crate::limits::WorldLimits;
use crate::names;
use crate::plain;
use crate::refusal::Refusal;
use crate::repeats::Repeats;
use crate::settings::Settings;
use crate::state::State;
use crate::tables::{
    Agent, App, AppPlace, AppReplies, Blob, HASH, Model, Module, Plugin, Project, Row, Table, Tables, Team,
    TeamFile, User, Workspace, hash_of,
};
use crate::time::Moment;
use crate::timers::Timers;
use crate::weight::{Count, Scale};

pub use schema::schema;
pub(crate) use sound::problems_of;
pub use tasks::{TaskRow, UploadRow};

/// The lifecycle of a task that brings none, in a world that says nothing else.
const DEFAULT_LIFECYCLE: &str = "quick";

/// A world as JSON. A table that is absent or null has the rows of the default world, an empty one has
/// none.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fixture {
    /// Teams; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<Team>>,
    /// Workspaces; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspaces: Option<Vec<Workspace>>,
    /// Users, of whom the one with the least id is the token's; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<User>>,
    /// Agents; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents: Option<Vec<Agent>>,
    /// Ecosystem modules; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modules: Option<Vec<Module>>,
    /// Apps; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apps: Option<Vec<App>>,
    /// Projects; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<Project>>,
    /// Plugins; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugins: Option<Vec<Plugin>>,
    /// Models; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<Model>>,
    /// Files of Team Files; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<TeamFile>>,
    /// Tasks; the default world's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<TaskRow>>,
    /// Who answers requests to apps of any task; nobody but each task's own and its module's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppReplies>,
    /// Uploaded bytes, base64 by hash; none when absent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = {"pattern": HASH}))]
    pub blobs: BTreeMap<String, Blob>,
    /// The clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockRow>,
    /// The seed of every draw; when absent, the server's, or that of the world that is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The lifecycle of tasks that bring none: a preset's name or an object; `quick` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Given>")]
    pub lifecycle: Option<Value>,
    /// Fault rules, in the order in which they are asked; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultRow>,
    /// The largest id that was ever given to a fault rule; when absent, the largest one of `faults`.
    #[serde(default, deserialize_with = "optional_count", skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = FIXTURE_ID_MAX))]
    pub last_fault_id: Option<u64>,
    /// Canned replies of wire methods that are not modelled; none when absent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stubs: BTreeMap<String, Value>,
    /// Lists that an auto clock takes as repeats: by call, the number of stages that the tasks it chooses from had
    /// entered when it was last answered; none when absent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seen_lists: BTreeMap<String, u64>,
    /// What the world takes and gives at most; as the server was told when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<WorldLimits>,
}

/// Where a world's clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockRow {
    /// How it moves. A world that is replaced keeps its own mode; a new one takes this unless told
    /// otherwise, and the server's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Where it stands; when absent, at 2026-01-01T00:00:00Z, or at wall time in the mode `real`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Moment>,
}

impl Fixture {
    /// Reads a fixture from JSON text.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadJson`] when the text is not JSON or has a key twice, [`Refusal::BadFixture`] with the path when
    /// it is not a fixture.
    pub fn parse(text: &[u8]) -> Result<Self, Refusal> {
        let text = json::check(text)?;
        plain::read_text(text).map_err(|error| Refusal::BadFixture(vec![error.to_string()].into()))
    }

    /// Reads a fixture from JSON.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] with the path when it is not a fixture.
    pub fn from_value(value: Value) -> Result<Self, Refusal> {
        if let Some(violation) = names::nul(&value) {
            return Err(Refusal::BadFixture(vec![violation.message].into()));
        }
        plain::read(value).map_err(|error| Refusal::BadFixture(vec![error.to_string()].into()))
    }

    /// The default world: the seed page's ids, one of everything.
    ///
    /// # Panics
    ///
    /// Never: a test reads the embedded file.
    #[must_use]
    pub fn default_world() -> &'static Self {
        static DEFAULT: LazyLock<Fixture> = LazyLock::new(|| {
            Fixture::parse(include_bytes!("../fixtures/default.json")).expect("a test reads default.json")
        });
        &DEFAULT
    }

    /// The whole state as a fixture.
    #[must_use]
    pub fn of(state: &State) -> Self {
        take(state)
    }

    /// The addresses that its apps are forwarded to, each with whose it is.
    pub fn forwards(&self) -> impl Iterator<Item = (String, &str)> {
        let modules = self.modules.iter().flatten().map(|row| (format!("module {}", row.id), &row.app));
        let tasks = self.tasks.iter().flatten().map(|row| (format!("task {}", row.id), &row.app));
        let all = modules.chain(tasks).chain([("the world".to_owned(), &self.app)]);
        all.filter_map(|(whose, app)| Some((whose, app.as_ref()?.forward_to.as_deref()?)))
    }

    /// Where its clock stands.
    pub(crate) fn now(&self) -> Option<Moment> {
        self.clock.and_then(|clock| clock.now)
    }

    /// How its clock moves.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.clock.and_then(|clock| clock.mode)
    }
}

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
    let defaults = Fixture::default_world();
    let mut tables = Tables::default();
    macro_rules! load {
        ($($table:ident),+) => {$(
            let rows = fixture.$table.as_ref().or(defaults.$table.as_ref());
            tables.$table = table(rows.map_or(&[], Vec::as_slice), stringify!($table), &mut problems);
        )+};
    }
    load!(teams, workspaces, users, agents, modules, apps, projects, plugins, models, files);
    problems.extend(store(fixture, &mut tables, limits));
    problems.extend(apps::load(fixture, &mut tables));
    problems.extend(sound::references(&tables));
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
    let tasks = fixture.tasks.as_ref().or(defaults.tasks.as_ref());
    tasks::load(&mut state, tasks.map_or(&[], Vec::as_slice))?;
    for (call, stages) in &fixture.seen_lists {
        state.repeats.note_list(call.as_str().into(), *stages);
    }
    state.settle(state.now());
    let problems = sound::problems(&state);
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
    let rules = Faults::load(&fixture.faults, last_id, now, &Known(&stubs)).unwrap_or_else(|wrong| {
        problems.extend(wrong);
        Faults::default()
    });
    (stubs, rules)
}

fn lifecycle_of(value: Option<&Value>) -> Result<Arc<Lifecycle>, Vec<String>> {
    let default = Value::from(DEFAULT_LIFECYCLE);
    Lifecycle::from_json(value.unwrap_or(&default)).map(Arc::new)
}

fn table<R: Row + Clone>(rows: &[R], name: &str, problems: &mut Vec<String>) -> Table<R::Id, R> {
    let mut table = Table::new();
    for row in rows {
        let id = row.id();
        if !(1..=FIXTURE_ID_MAX).contains(&id.into()) {
            problems.push(format!("{name}: {id} is not an id"));
        }
        let wrong = row.names().into_iter().filter_map(|name| Some((name, names::wrong(name)?)));
        problems.extend(wrong.map(|(text, why)| format!("{name}: {id}: {text:?} {why}")));
        if table.insert(id, Arc::new(row.clone())).is_some() {
            problems.push(format!("{name}: {id} is there twice"));
        }
    }
    table
}

/// What does not hold together in a state, each as a sentence.
pub(crate) fn problems(state: &State) -> Vec<String> {
    let mut problems = sound::references(&state.tables);
    problems.extend(state.tables.tasks.problems());
    problems.extend(sound::problems(state));
    problems
}

/// Weighs the world where that is due.
///
/// # Errors
///
/// [`Refusal::WorldFull`] when it has outgrown its bound.
pub(crate) fn check_weight(state: &mut State) -> Result<(), Refusal> {
    if state.scale.is_due() {
        weigh(state);
    }
    state.scale.check_room(0)
}

fn weigh(state: &mut State) {
    let mut count = Count::default();
    each_row(state, &mut count);
    state.scale = state.scale.weighed(count);
}

/// Counts all that a state holds, row by row.
fn each_row(state: &State, count: &mut Count) {
    let tables = &state.tables;
    macro_rules! count {
        ($($table:ident),+) => {$( tables.$table.values().for_each(|row| count.row(&**row)); )+};
    }
    count!(teams, workspaces, users, agents, modules, apps, projects, plugins, models, files);
    apps::each_row(tables, count);
    tasks::each_row(state, count);
    state.stubs.iter().for_each(|stub| count.row(&stub));
    state.faults.rows().iter().for_each(|row| count.row(row));
}

/// The whole state as a fixture.
fn take(state: &State) -> Fixture {
    fn rows<R: Row + Clone>(table: &Table<R::Id, R>) -> Option<Vec<R>> {
        Some(table.values().map(|row| R::clone(row)).collect())
    }
    let tables = &state.tables;
    Fixture {
        teams: rows(&tables.teams),
        workspaces: rows(&tables.workspaces),
        users: rows(&tables.users),
        agents: rows(&tables.agents),
        modules: rows(&tables.modules).map(|rows| apps::of_modules(rows, tables)),
        apps: rows(&tables.apps),
        projects: rows(&tables.projects),
        plugins: rows(&tables.plugins),
        models: rows(&tables.models),
        files: rows(&tables.files),
        tasks: Some(tasks::take(state)),
        app: tables.records.apps.of(AppPlace::World),
        blobs: tables.blobs.iter().map(|(hash, blob)| (hash.to_string(), blob.clone())).collect(),
        clock: Some(ClockRow { mode: Some(state.clock.mode()), now: Some(state.now()) }),
        seed: Some(state.seed),
        lifecycle: Some(name_or_whole(&state.lifecycle)),
        faults: state.faults.rows(),
        last_fault_id: Some(state.faults.last_id()).filter(|id| *id > 0),
        stubs: state.stubs.iter().map(|(method, reply)| (method.clone(), Value::clone(reply))).collect(),
        seen_lists: state.repeats.lists().map(|(call, stages)| (call.to_string(), *stages)).collect(),
        limits: Some(state.limits),
    }
}

/// A preset by its name, any other lifecycle whole.
fn name_or_whole(lifecycle: &Lifecycle) -> Value {
    let name = lifecycle.name.as_deref().and_then(preset).filter(|preset| *preset.lifecycle == *lifecycle);
    match name {
        Some(preset) => Value::from(preset.name),
        None => serde_json::to_value(lifecycle).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
