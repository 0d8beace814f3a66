//! Ids as newtypes, so that the id of a task cannot be mistaken for the id of a workspace.

use std::fmt;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// The only list of entities whose rows appear in a fixture as they are in the table, parents before
/// children. Each line has the file of the row type in `tables` and the type; the id type; the key in
/// fixtures, which is also the name of the table; the noun; its word in messages; its name in refusals;
/// and a description of the key. Ids, nouns, tables, fixtures, loading, saving and the list of methods
/// are made from it.
///
/// `$make` is a macro that takes the lines.
macro_rules! entities {
    ($make:ident) => {
        $make! {
            people::Team TeamId teams, Team "team" "team" "Teams";
            people::Workspace WorkspaceId workspaces, Workspace "workspace" "workspace" "Workspaces";
            people::User UserId users, User "user" "user" "Users; the token belongs to the user with the smallest id";
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
        #[doc = concat!("The id of a row: ", $name, ".")]
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
// The row of a task has another form in a fixture than in the table, so tasks are not in the list.
id! { TaskId, "task" }

/// The smallest ids of a world. The environment of a script names them as its team, workspace and agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstIds {
    /// The first team; `None` if there are no teams.
    pub team: Option<TeamId>,
    /// The first workspace; `None` if there are no workspaces.
    pub workspace: Option<WorkspaceId>,
    /// The first agent; `None` if there are no agents.
    pub agent: Option<AgentId>,
}

/// The largest id: 2^53 - 1, the largest integer that every JSON reader keeps exactly.
pub const ID_MAX: u64 = (1 << 53) - 1;

/// The largest id of a row in a fixture. Rows created later get ids above the largest one, so half of
/// the range stays free for them.
pub const FIXTURE_ID_MAX: u64 = 1 << 52;

/// Deserializes a counter that the world continues: at most [`FIXTURE_ID_MAX`], so that it has room to
/// grow.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let count = u64::deserialize(deserializer)?;
    let room = (count <= FIXTURE_ID_MAX).then_some(count);
    room.ok_or_else(|| D::Error::custom(format!("{count} is more than the maximum of {FIXTURE_ID_MAX}")))
}

/// [`count`] for an optional field.
pub(crate) fn optional_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    count(deserializer).map(Some)
}
