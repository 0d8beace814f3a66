//! A world in the hands of a test: its tasks, clock, faults and journal.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use slymock_engine::clock::ClockView;
use slymock_engine::clock::Mode;
use slymock_engine::control::{NewTasks, Target, add_fault, remove_faults};
use slymock_engine::faults::RuleForm;
use slymock_engine::ids::{TaskId, WorkspaceId};
use slymock_engine::journal::{Body, Query};
use slymock_engine::lifecycle::Status;
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Moment, Refusal, State, World};

use super::JournalView;
use super::runner::Runner;
use crate::clock;
use crate::control::name_in_journal;
use crate::door::Context;
use crate::worlds::{ControlCall, SharedWorld};

/// The workspace of the default world.
const WORKSPACE: WorkspaceId = WorkspaceId(23_821);

/// A world of a [`MockServer`](super::MockServer). Its methods panic when the world is deleted, or refuses
/// what it is asked: a test that sets up nonsense has failed.
#[derive(Clone)]
pub struct MockWorld {
    runner: Runner,
    context: Arc<Context>,
    name: Arc<str>,
    token: Arc<str>,
}

impl MockWorld {
    pub(super) fn named(runner: Runner, context: Arc<Context>, name: &str) -> Self {
        let world = context.worlds.named(name).expect("nobody has deleted it yet");
        let (name, token) = (Arc::clone(&world.name), Arc::clone(&world.token));
        Self { runner, context, name, token }
    }

    /// The API token that makes a client's requests come to this world.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The world's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its tasks.
    #[must_use]
    pub fn tasks(&self) -> TasksHandle<'_> {
        TasksHandle(self)
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> ClockHandle<'_> {
        ClockHandle(self)
    }

    /// Its fault rules.
    #[must_use]
    pub fn faults(&self) -> FaultsHandle<'_> {
        FaultsHandle(self)
    }

    /// What it was asked so far.
    pub async fn journal(&self) -> JournalView {
        let all = Query::default();
        let kept = self.run(move |world| (world.journal().entries(&all), world.journal().counts(&all)));
        let (kept, counts) = kept.await;
        JournalView::of(&kept, counts, self.context.worlds.hider(&self.token))
    }

    /// The whole world as a fixture.
    pub async fn snapshot(&self) -> Fixture {
        Fixture::of(&self.run(|world| world.state().clone()).await)
    }

    /// Brings it back to what it began as, with an empty journal.
    pub async fn reset(&self) {
        let place = self.run(|world| world.stand_in()).await;
        let world = granted("a reset", place.reset(clock::now()));
        self.context.worlds.swap(&self.shared(), world);
    }

    /// A world of its own that stands where this one does.
    pub async fn fork(&self) -> Self {
        let forked = self.context.worlds.fork(&self.name, crate::worlds::NewWorld::default()).await;
        Self::named(self.runner, Arc::clone(&self.context), &granted("a fork", forked).name)
    }

    fn shared(&self) -> Arc<SharedWorld> {
        granted("the world", self.context.worlds.named(&self.name))
    }

    async fn run<T: Send + 'static>(&self, run: impl FnOnce(&mut World) -> T + Send + 'static) -> T {
        let shared = self.shared();
        self.runner.run(async move { shared.quick(run).await }).await
    }

    /// Runs a change through the world's gate, journalled as `method`.
    async fn change<T: Send + 'static>(
        &self,
        method: &'static str,
        long: impl Fn(&World) -> bool + Send + 'static,
        run: impl FnOnce(&mut State, Moment) -> Result<T, Refusal> + Send + 'static,
    ) -> T {
        let (shared, name) = (self.shared(), method.to_owned());
        let call = ControlCall { method: name, task: None, body: Body::default() };
        granted(method, self.runner.run(async move { shared.control(call, long, run).await }).await)
    }
}

#[expect(clippy::panic, reason = "a test that sets up nonsense has failed")]
fn granted<T>(what: &str, result: Result<T, impl Display>) -> T {
    result.unwrap_or_else(|refusal| panic!("{what}: {refusal}"))
}

/// One app task in the default workspace.
fn app_task() -> NewTasks {
    NewTasks { workspace: WORKSPACE, kind: "app".to_owned(), status: None, lifecycle: None, count: 1 }
}

/// The tasks of a world.
pub struct TasksHandle<'a>(&'a MockWorld);

impl TasksHandle<'_> {
    /// Makes an app task in the default workspace that walks `lifecycle`, a preset's name or an object with
    /// `stages`; its id.
    pub async fn make(&self, lifecycle: impl Into<Value>) -> u64 {
        self.make_many(lifecycle, 1).await[0]
    }

    /// Makes so many of them; their ids.
    pub async fn make_many(&self, lifecycle: impl Into<Value>, count: u64) -> Vec<u64> {
        self.make_as(NewTasks { lifecycle: Some(lifecycle.into()), count, ..app_task() }).await
    }

    /// Makes an app task in the default workspace that stays in `status`; its id.
    pub async fn hold(&self, status: Status) -> u64 {
        self.make_as(NewTasks { status: Some(status), ..app_task() }).await[0]
    }

    /// Makes tasks; their ids.
    pub async fn make_as(&self, new: NewTasks) -> Vec<u64> {
        let many = new.are_many();
        let made = self.0.change(
            name_in_journal("POST", "tasks"),
            move |_| many,
            move |state, _| state.create_tasks(&new),
        );
        made.await.into_iter().map(|id| id.0).collect()
    }

    /// Puts a task into any status and holds it there.
    pub async fn set_status(&self, task: u64, status: Status) {
        let set = move |state: &mut State, _| state.set_status(TaskId(task), status);
        self.0.change(name_in_journal("PATCH", "tasks/{id}"), |_| false, set).await;
    }

    /// Has a task leave its present stage; its new status.
    pub async fn step(&self, task: u64) -> Status {
        let step = move |state: &mut State, _| state.step(TaskId(task));
        self.0.change(name_in_journal("POST", "tasks/{id}/step"), |_| false, step).await
    }

    /// The status of a task, which it is not shown by this.
    pub async fn status(&self, task: u64) -> Status {
        let status = self.0.run(move |world| world.state().task(TaskId(task)).map(|task| task.status));
        granted("the task", status.await)
    }
}

/// The clock of a world.
pub struct ClockHandle<'a>(&'a MockWorld);

impl ClockHandle<'_> {
    /// What it shows.
    pub async fn view(&self) -> ClockView {
        let shared = self.0.shared();
        self.0.run(move |world| world.clock_view(shared.next_release(world.state().now()))).await
    }

    /// Moves it forward, doing what is due on the way.
    pub async fn advance(&self, by: Duration) -> ClockView {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.set(None, Some(Target::Advance(ms))).await
    }

    /// Moves it to whatever is due next: a task, or a request that a fault holds up.
    pub async fn to_next(&self) -> ClockView {
        let shared = self.0.shared();
        let held = shared.next_release(shared.look().state().now());
        self.set(None, Some(Target::Next(held))).await
    }

    /// Moves it to a moment to come.
    pub async fn to(&self, moment: Moment) -> ClockView {
        self.set(None, Some(Target::To(moment))).await
    }

    /// Has it move otherwise from now on.
    pub async fn set_mode(&self, mode: Mode) -> ClockView {
        self.set(Some(mode), None).await
    }

    async fn set(&self, mode: Option<Mode>, target: Option<Target>) -> ClockView {
        let far = move |world: &World| world.state().is_far_to(target);
        let set = move |state: &mut State, wall| state.set_clock(mode, target, wall);
        self.0.change(name_in_journal("POST", "clock"), far, set).await;
        self.view().await
    }
}

/// The fault rules of a world.
pub struct FaultsHandle<'a>(&'a MockWorld);

impl FaultsHandle<'_> {
    /// Adds a rule, such as `json!({"on": {"method": "tasks.info"}, "do": {"status": 503}})`, after all
    /// others; its id.
    pub async fn add(&self, rule: Value) -> u64 {
        let rule: RuleForm = serde_json::from_value(rule).expect("a fault rule");
        let add = move |state: &mut State, _| add_fault(state, rule);
        self.0.change(name_in_journal("POST", "faults"), |_| false, add).await
    }

    /// How often a rule has fired.
    pub async fn fired(&self, id: u64) -> u64 {
        let fired =
            self.0.run(move |world| world.state().faults().find(|fault| fault.id == id).map(|it| it.fired));
        fired.await.expect("a rule of this id")
    }

    /// Removes all rules.
    pub async fn clear(&self) {
        let clear = |state: &mut State, _| remove_faults(state, None);
        self.0.change(name_in_journal("DELETE", "faults"), |_| false, clear).await;
    }
}
