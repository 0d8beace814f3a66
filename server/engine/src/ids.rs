//! Ids as newtypes, so that a task's id is never taken for a workspace's.

use std::fmt;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// The one list of entities whose rows a fixture has as they are, parents before their children. Each line has the file of
/// the row in `tables` and its type; the type of its id; the key in fixtures, which is the table's name, too; the word for
/// one of them; the noun of refusals; and what the key holds. Ids, nouns, tables, fixtures, loading, saving and the list of
/// methods are made from it.
///
/// `$make` is a macro that takes the lines.
macro_rules! entities {
    ($make:ident) => {
        $make! {
            people::Team TeamId teams, Team "team" "team" "Teams";
            people::Workspace WorkspaceId workspaces, Workspace "workspace" "workspace" "Workspaces";
            people::User UserId users, User "user" "user" "Users, of whom the one with the least id is the token's";
            people::Agent AgentId agents, Agent "agent" "agent" "Agents";
            app::Module ModuleId modules, Module "module" "ecosystem item" "Ecosystem modules";
            app::App AppId apps, App "app" "app" "Apps";
            project::Project ProjectId projects, Project "project" "project" "Projects";
            dataset::Dataset DatasetId datasets, Dataset "dataset" "dataset" "Datasets of projects";
            model::Plugin PluginId plugins, Plugin "plugin" "plugin" "Plugins";
            model::Model ModelId models, Model "model" "model" "Models";
            file::TeamFile FileId files, File "file" "file" "Files of Team Files";
        }
    };
}
pub(crate) use entities;

macro_rules! ids {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        $(id! { $id, $name })+
    };
}

macro_rules! id {
    ($id:ident, $name:literal) => {
        #[doc = concat!("Names one row of its kind: ", $name, ".")]
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $id(#[schemars(range(min = 1, max = FIXTURE_ID_MAX))] pub u64);

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$id> for u64 {
            fn from(id: $id) -> Self {
                id.0
            }
        }

        impl From<u64> for $id {
            fn from(id: u64) -> Self {
                Self(id)
            }
        }
    };
}

entities!(ids);
// A task's form in a fixture is not its row, so it is not in the list.
id! { TaskId, "task" }

/// The first ids of a world, for the variables by which scripts know their team, workspace and agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstIds {
    /// The first team's.
    pub team: Option<TeamId>,
    /// The first workspace's.
    pub workspace: Option<WorkspaceId>,
    /// The first agent's.
    pub agent: Option<AgentId>,
}

/// The largest id: the largest integer that every JSON reader keeps exactly (2^53 - 1).
pub const ID_MAX: u64 = (1 << 53) - 1;

/// The largest id of a row in a fixture: rows made later get the ids after the largest one.
pub const FIXTURE_ID_MAX: u64 = 1 << 52;

/// Reads a count of a fixture, which goes on from there: at most [`FIXTURE_ID_MAX`], so that it has room to.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let count = u64::deserialize(deserializer)?;
    let room = (count <= FIXTURE_ID_MAX).then_some(count);
    room.ok_or_else(|| D::Error::custom(format!("{count} is more than {FIXTURE_ID_MAX}")))
}

/// [`count`] where there may be none.
pub(crate) fn optional_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    count(deserializer).map(Some)
}
