//! The tables: persistent maps of immutable rows, so that a clone costs next to nothing. Each row type
//! is also the row's form in a fixture, but for tasks, whose form there is in `snapshot`.

mod answers;
mod app;
mod config;
mod document;
mod file;
mod log;
mod model;
mod people;
mod project;
mod replies;
mod store;
mod task;
mod training;

use std::collections::BTreeSet;
use std::sync::Arc;

use imbl::OrdMap;

use crate::ids::{
    AgentId, AppId, FileId, ModelId, ModuleId, PluginId, ProjectId, TaskId, TeamId, UserId, WorkspaceId,
};
use crate::refusal::{Entity, Refusal};
use crate::time::Moment;

pub use app::{App, Module, ModuleFile, StoredFile};
pub use file::{Blob, TeamFile, hash_of};
pub use log::LogLine;
pub use model::{Model, Plugin};
pub use people::{Agent, AgentStatus, Team, User, Workspace};
pub use project::Project;
pub use replies::{AppAnswer, AppPlace, AppReplies};
pub use store::{Direction, Edge};
pub use task::{RestartPolicy, Task, UNSTOPPABLE};
pub use training::Checkpoint;

pub(crate) use answers::Given;
pub(crate) use document::{Document, values_in};
pub(crate) use file::{Blobs, HASH};
pub(crate) use log::stamp_of;
pub(crate) use model::uploaded;
pub(crate) use store::Records;
pub(crate) use task::{Fragments, Tasks};
pub(crate) use training::{epoch_of, metrics_of};

/// A table of rows that have an id.
pub type Table<I, R> = OrdMap<I, Arc<R>>;

/// All tables of a world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) teams: Table<TeamId, Team>,
    pub(crate) workspaces: Table<WorkspaceId, Workspace>,
    pub(crate) users: Table<UserId, User>,
    pub(crate) agents: Table<AgentId, Agent>,
    pub(crate) modules: Table<ModuleId, Module>,
    pub(crate) apps: Table<AppId, App>,
    pub(crate) projects: Table<ProjectId, Project>,
    pub(crate) plugins: Table<PluginId, Plugin>,
    pub(crate) models: Table<ModelId, Model>,
    pub(crate) files: Table<FileId, TeamFile>,
    pub(crate) tasks: Tasks,
    pub(crate) records: Records,
    pub(crate) blobs: Blobs,
}

/// A row of a table: its id, and what a refusal calls it.
pub trait Row {
    /// The type of its id.
    type Id: Ord + Copy + Into<u64> + std::fmt::Display;
    /// What it is.
    const ENTITY: Entity;
    /// Its id.
    fn id(&self) -> Self::Id;
    /// Its names.
    fn names(&self) -> Vec<&str>;
}

macro_rules! rows {
    ($($row:ty: $id:ty, $entity:ident, [$($name:ident),*];)+) => {$(
        impl Row for $row {
            type Id = $id;
            const ENTITY: Entity = Entity::$entity;
            fn id(&self) -> $id {
                self.id
            }
            fn names(&self) -> Vec<&str> {
                vec![$(self.$name.as_str()),*]
            }
        }
    )+};
}

rows! {
    Team: TeamId, Team, [name];
    Workspace: WorkspaceId, Workspace, [name];
    User: UserId, User, [login, name, email];
    Agent: AgentId, Agent, [name, token];
    Module: ModuleId, Module, [slug, name];
    App: AppId, App, [];
    Project: ProjectId, Project, [name];
    TeamFile: FileId, File, [name, path];
    Task: TaskId, Task, [];
    Model: ModelId, Model, [name];
    Plugin: PluginId, Plugin, [name];
}

/// The row with that id, or the refusal that says there is none.
pub(crate) fn find<R: Row>(table: &Table<R::Id, R>, id: R::Id) -> Result<&Arc<R>, Refusal> {
    table.get(&id).ok_or_else(|| Refusal::missing(R::ENTITY, id))
}

/// The id after the largest one of a table.
pub(crate) fn next_id<R: Row>(table: &Table<R::Id, R>) -> u64 {
    table.get_max().map_or(0, |(id, _)| (*id).into()) + 1
}

/// `name`, or where that is taken the first of `name_001`, `name_002` and so on that is not, as the SDK's
/// `get_free_name` has it.
pub(crate) fn free_name(name: &str, taken: &BTreeSet<&str>) -> String {
    let mut free = name.to_owned();
    let mut number = 0;
    while taken.contains(free.as_str()) {
        number += 1;
        free = format!("{name}_{number:03}");
    }
    free
}

/// When rows of fixtures were made unless they say so: [`Moment::VIRTUAL_START`].
fn made_at() -> Moment {
    Moment::VIRTUAL_START
}

/// The default team of rows in fixtures: the seed page's.
fn default_team() -> TeamId {
    TeamId(16_087)
}

/// The default workspace of rows in fixtures: the seed page's.
pub(crate) fn default_workspace() -> WorkspaceId {
    WorkspaceId(23_821)
}

/// The default user of rows in fixtures: the seed page's.
fn default_user() -> UserId {
    UserId(16_154)
}
