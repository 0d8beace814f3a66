//! The state of a world: tables, clock, timers, poll counts. It is cloned before each write, so all of it is
//! persistent. `world/gate.rs` guards it. All methods of [`State`] are in this folder: `tasks` creates tasks,
//! `moves` moves them along their lifecycles, `next` has the lifecycles of future ones, `work` creates their results,
//! `dispatch` assigns them to agents, `session` answers for their apps, and `control` serves the control API.

mod control;
mod dispatch;
mod log;
mod moves;
mod next;
mod session;
mod tasks;
mod work;

use std::sync::Arc;

use bytes::Bytes;
use imbl::{OrdMap, Vector};
use serde_json::Value;

use crate::clock::Clock;
use crate::entropy::Draw;
use crate::faults::{Fault, Faults};
use crate::ids::{FirstIds, ModuleId, TaskId, UserId, WorkspaceId};
use crate::lifecycle::{Lifecycle, NextTasks};
use crate::limits::WorldLimits;
use crate::refusal::{Noun, Refusal};
use crate::repeats::Repeats;
use crate::reply::Caller;
use crate::tables::{Blob, Tables, Task, User};
use crate::time::Moment;
use crate::timers::Timers;
use crate::weight::Scale;

pub use control::{NewTasks, Target};
pub use session::SHUTDOWN;
pub(crate) use session::{SessionReply, takes_requests};
pub(crate) use tasks::{AppRun, lifecycle_at};
pub(crate) use work::{INFERENCE, TRAIN};

/// Length of a session token, in characters.
const SESSION_TOKEN_LEN: usize = 32;

/// Number of tasks above which a look at each takes about a millisecond.
const MANY_TASKS: usize = 2_000;

/// The state of a world.
#[derive(Clone, Debug)]
pub struct State {
    /// Name of the world. Session tokens depend on it, so that equal worlds have different tokens.
    pub(crate) name: Arc<str>,
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    /// Default lifecycle of tasks that do not specify one.
    pub(crate) lifecycle: Arc<Lifecycle>,
    /// Lifecycles of the next tasks that clients start.
    pub(crate) next_tasks: Vector<NextTasks>,
    pub(crate) tables: Tables,
    pub(crate) timers: Timers,
    /// Number of applied `tasks.info` replies that showed each task in its current stage. Kept outside the
    /// rows, so that a poll does not discard a rendered row.
    pub(crate) shown: OrdMap<TaskId, u32>,
    /// Calls that an auto clock recognizes as repeats.
    pub(crate) repeats: Repeats,
    pub(crate) faults: Faults,
    /// Canned replies of methods that the fake does not implement.
    pub(crate) stubs: OrdMap<String, Arc<Value>>,
    pub(crate) limits: WorldLimits,
    pub(crate) scale: Scale,
}

impl State {
    /// Returns the moment that the world's clock shows.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Returns the world's name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Returns the seed of all draws.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn draw<'a>(&self, stream: &'a str, entity: u64, event: u64) -> Draw<'a> {
        Draw { seed: self.seed, stream, entity, event }
    }

    /// Returns the session token that `task` gets in a world with that name.
    pub(crate) fn draw_session(&self, name: &str, task: TaskId) -> String {
        self.draw(&format!("session\0{name}"), task.0, 0).token(SESSION_TOKEN_LEN)
    }

    /// Returns a session token for a module without a running session. It belongs to no task.
    pub(crate) fn draw_preview(&self, module: ModuleId) -> String {
        self.draw(&format!("preview\0{}", self.name), module.0, 0).token(SESSION_TOKEN_LEN)
    }

    /// Renames the world and redraws the session tokens that were drawn under the old name; other
    /// tokens, such as those of a fixture, stay. Call it before a client has seen a drawn one.
    pub(crate) fn rename(&mut self, name: Arc<str>) {
        let drawn = |task: &&Task| {
            task.session_token().is_some_and(|token| token == self.draw_session(&self.name, task.id))
        };
        let drawn: Vec<TaskId> = self.tables.tasks.rows().filter(drawn).map(|task| task.id).collect();
        for id in drawn {
            let token = self.draw_session(&name, id);
            drop(self.edit_task(id, |task| {
                task.meta.edit(|meta| meta.insert("sessionToken".to_owned(), token.into()))
            }));
        }
        self.name = name;
    }

    /// Returns the user of the world's token: the first one.
    pub(crate) fn me(&self) -> Result<&User, Refusal> {
        self.tables.users.first().ok_or_else(|| Refusal::missing(Noun::User, "of this token"))
    }

    /// Returns the data about the caller that the app of a task receives; the caller is the token's user.
    pub(crate) fn caller(&self, task: TaskId) -> Result<Caller, Refusal> {
        let (task, user) = (self.task(task)?, self.me()?.id);
        Ok(Caller { user, team: task.team_id, workspace: task.workspace_id })
    }

    /// Returns the default workspace of new tasks: the first one.
    pub(crate) fn first_workspace(&self) -> Result<WorkspaceId, Refusal> {
        let first =
            self.tables.workspaces.first().ok_or_else(|| Refusal::missing(Noun::Workspace, "of this token"));
        first.map(|workspace| workspace.id)
    }

    /// Returns the ids of the first team, workspace and agent, as far as they exist.
    #[must_use]
    pub fn first_ids(&self) -> FirstIds {
        let Tables { teams, workspaces, agents, .. } = &self.tables;
        FirstIds {
            team: teams.first().map(|team| team.id),
            workspace: workspaces.first().map(|workspace| workspace.id),
            agent: agents.first().map(|agent| agent.id),
        }
    }

    pub(crate) fn user(&self, id: UserId) -> Result<&User, Refusal> {
        self.tables.users.find(id)
    }

    /// Returns the task with that id.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] if there is none.
    pub fn task(&self, id: TaskId) -> Result<&Task, Refusal> {
        self.tables.tasks.find(id)
    }

    /// Returns true if a look at each task takes about a millisecond or more.
    pub(crate) fn has_many_tasks(&self) -> bool {
        self.tables.tasks.len() > MANY_TASKS
    }

    /// Stores uploaded bytes under their hash.
    pub(crate) fn store(&mut self, hash: &Arc<str>, bytes: Bytes) -> Result<(), Refusal> {
        self.tables.blobs.store(Arc::clone(hash), Blob(bytes), self.limits.upload_bytes)
    }

    /// Returns the fault rules, in the order of their evaluation.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.rules()
    }

    /// Returns the canned replies by method.
    pub fn stubs(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.stubs.iter().map(|(method, reply)| (method.as_str(), reply.as_ref()))
    }

    /// Returns the bytes stored under `hash`.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] if there are none.
    pub fn bytes_of(&self, hash: &str) -> Result<Bytes, Refusal> {
        let blob = self.tables.blobs.get(hash);
        blob.map(|blob| blob.0.clone()).ok_or_else(|| Refusal::missing(Noun::File, hash))
    }

    /// Returns the bytes of a task's uploaded file.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] if there is no such task or file.
    pub fn file_of(&self, task: TaskId, path: &str) -> Result<Bytes, Refusal> {
        self.task(task)?;
        let hash = self.tables.records.files.get(&(task, Arc::from(path)));
        self.bytes_of(hash.ok_or_else(|| Refusal::missing(Noun::File, path))?)
    }
}
