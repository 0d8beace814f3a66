//! Ids as newtypes, so that a task's id is never taken for a workspace's.

use std::fmt;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

macro_rules! ids {
    ($($(#[$about:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(#[schemars(range(min = 1, max = FIXTURE_ID_MAX))] pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for u64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<u64> for $name {
            fn from(id: u64) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A team.
    TeamId,
    /// A workspace.
    WorkspaceId,
    /// A user.
    UserId,
    /// An agent: the machine that runs tasks.
    AgentId,
    /// An ecosystem module: the published source of an app.
    ModuleId,
    /// An app: a module as added to a team.
    AppId,
    /// A project.
    ProjectId,
    /// A file in Team Files.
    FileId,
    /// A task.
    TaskId,
    /// A neural network model.
    ModelId,
    /// A plugin: what old task types run.
    PluginId,
}

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
