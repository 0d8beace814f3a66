//! A world's state: tables, clock, timers, poll counts. Cloned before each write, so everything in it
//! is persistent. The gate that guards it is `world/gate.rs`. All methods of [`State`] lie in this folder: `tasks` makes
//! tasks, `moves` walks them along their lifecycles, `work` leaves what they bring about, `dispatch` gives them to
//! agents, `session` answers for their apps,
//! and `control` is what the control API does to tasks and to the clock.

mod control;
mod dispatch;
mod log;
mod moves;
mod session;
mod tasks;
mod work;

use std::sync::Arc;

use bytes::Bytes;
use imbl::OrdMap;
use serde_json::Value;

use crate::clock::Clock;
use crate::entropy::Draw;
use crate::faults::{Fault, Faults};
use crate::ids::{FirstIds, ModuleId, TaskId, UserId, WorkspaceId};
use crate::lifecycle::Lifecycle;
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

/// How many characters a session token has.
const SESSION_TOKEN_LEN: usize = 32;

/// From here on looking at each task takes about a millisecond.
const MANY_TASKS: usize = 2_000;

/// What a world holds.
#[derive(Clone, Debug)]
pub struct State {
    /// The world's name: sessions of worlds that are alike get different tokens by it.
    pub(crate) name: Arc<str>,
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    /// What a task walks that brings no lifecycle of its own.
    pub(crate) lifecycle: Arc<Lifecycle>,
    pub(crate) tables: Tables,
    pub(crate) timers: Timers,
    /// How often each task was shown in its present stage, in applied `tasks.info` replies. A map of
    /// its own, so that a poll drops no rendered bytes.
    pub(crate) shown: OrdMap<TaskId, u32>,
    /// The calls that an auto clock takes as repeats.
    pub(crate) repeats: Repeats,
    pub(crate) faults: Faults,
    /// Canned replies of methods that are not modelled.
    pub(crate) stubs: OrdMap<String, Arc<Value>>,
    pub(crate) limits: WorldLimits,
    pub(crate) scale: Scale,
}

impl State {
    /// The moment the world's clock shows.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The world's name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The seed of every draw.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn draw<'a>(&self, stream: &'a str, entity: u64, event: u64) -> Draw<'a> {
        Draw { seed: self.seed, stream, entity, event }
    }

    /// The session token that `task` gets in a world of that name.
    pub(crate) fn draw_session(&self, name: &str, task: TaskId) -> String {
        self.draw(&format!("session\0{name}"), task.0, 0).token(SESSION_TOKEN_LEN)
    }

    /// The session token of a module of which no session runs. It leads nowhere.
    pub(crate) fn draw_preview(&self, module: ModuleId) -> String {
        self.draw(&format!("preview\0{}", self.name), module.0, 0).token(SESSION_TOKEN_LEN)
    }

    /// Takes another name, before anybody has seen a token that was drawn under the old one.
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

    /// The user whose token this world's is: the first one.
    pub(crate) fn me(&self) -> Result<&User, Refusal> {
        self.tables.users.first().ok_or_else(|| Refusal::missing(Noun::User, "of this token"))
    }

    /// What the app of a task is told of whoever asks it: it is the token's user.
    pub(crate) fn caller(&self, task: TaskId) -> Result<Caller, Refusal> {
        let (task, user) = (self.task(task)?, self.me()?.id);
        Ok(Caller { user, team: task.team_id, workspace: task.workspace_id })
    }

    /// The workspace of a task that names none: the first one.
    pub(crate) fn first_workspace(&self) -> Result<WorkspaceId, Refusal> {
        let first =
            self.tables.workspaces.first().ok_or_else(|| Refusal::missing(Noun::Workspace, "of this token"));
        first.map(|workspace| workspace.id)
    }

    /// The first team, workspace and agent, as far as there are any.
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

    /// The task with that id.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is none.
    pub fn task(&self, id: TaskId) -> Result<&Task, Refusal> {
        self.tables.tasks.find(id)
    }

    /// Whether there are more tasks than can be looked at in a moment.
    pub(crate) fn has_many_tasks(&self) -> bool {
        self.tables.tasks.len() > MANY_TASKS
    }

    /// Keeps uploaded bytes under their hash.
    pub(crate) fn store(&mut self, hash: &Arc<str>, bytes: Bytes) -> Result<(), Refusal> {
        self.tables.blobs.store(Arc::clone(hash), Blob(bytes), self.limits.upload_bytes)
    }

    /// The fault rules, in the order in which they are asked.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.rules()
    }

    /// The canned replies by method.
    pub fn stubs(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.stubs.iter().map(|(method, reply)| (method.as_str(), reply.as_ref()))
    }

    /// The bytes stored under `hash`.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there are none.
    pub fn bytes_of(&self, hash: &str) -> Result<Bytes, Refusal> {
        let blob = self.tables.blobs.get(hash);
        blob.map(|blob| blob.0.clone()).ok_or_else(|| Refusal::missing(Noun::File, hash))
    }

    /// The bytes of a task's uploaded file.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such task or file.
    pub fn file_of(&self, task: TaskId, path: &str) -> Result<Bytes, Refusal> {
        self.task(task)?;
        let hash = self.tables.records.files.get(&(task, Arc::from(path)));
        self.bytes_of(hash.ok_or_else(|| Refusal::missing(Noun::File, path))?)
    }
}
