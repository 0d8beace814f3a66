//! A world as a test handles it: its tasks, clock, faults and journal.

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

/// The workspace of the default world; the `make` functions use it.
const WORKSPACE: WorkspaceId = WorkspaceId(23_821);

/// A world of a [`MockServer`](super::MockServer). Its methods panic if the world has been deleted
/// or refuses the call, because a test with an invalid set-up has failed.
#[derive(Clone)]
pub struct MockWorld {
    runner: Runner,
    context: Arc<Context>,
    name: Arc<str>,
    token: Arc<str>,
}

impl MockWorld {
    pub(super) fn named(runner: Runner, context: Arc<Context>, name: &str) -> Self {
        let world = context.worlds.named(name).expect("a world that was just made exists");
        let (name, token) = (Arc::clone(&world.name), Arc::clone(&world.token));
        Self { runner, context, name, token }
    }

    /// The API token of this world. A client that sends it reaches this world.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Name of the world, unique on its server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tasks of this world.
    #[must_use]
    pub fn tasks(&self) -> TasksHandle<'_> {
        TasksHandle(self)
    }

    /// The clock of this world.
    #[must_use]
    pub fn clock(&self) -> ClockHandle<'_> {
        ClockHandle(self)
    }

    /// The fault rules of this world.
    #[must_use]
    pub fn faults(&self) -> FaultsHandle<'_> {
        FaultsHandle(self)
    }

    /// The journal of the requests this world has received so far.
    pub async fn journal(&self) -> JournalView {
        let all = Query::default();
        let kept = self.run(move |world| (world.journal().entries(&all), world.journal().counts(&all)));
        let (kept, counts) = kept.await;
        JournalView::of(&kept, counts, self.context.worlds.hider(&self.token))
    }

    /// The present state of the world, as a fixture.
    pub async fn snapshot(&self) -> Fixture {
        Fixture::of(&self.run(|world| world.state().clone()).await)
    }

    /// Resets the world to its initial state, with an empty journal.
    pub async fn reset(&self) {
        let place = self.run(|world| world.stand_in()).await;
        let world = granted("reset of the world", place.reset(clock::now()));
        self.context.worlds.swap(&self.shared(), world);
    }

    /// Forks the world: returns a new one with its own token and the present state of this one.
    pub async fn fork(&self) -> Self {
        let forked = self.context.worlds.fork(&self.name, crate::worlds::NewWorld::default()).await;
        Self::named(self.runner, Arc::clone(&self.context), &granted("fork of the world", forked).name)
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

#[expect(clippy::panic, reason = "a test with an invalid set-up has failed")]
fn granted<T>(what: &str, result: Result<T, impl Display>) -> T {
    result.unwrap_or_else(|refusal| panic!("{what}: {refusal}"))
}

/// One app task in the default workspace.
fn app_task() -> NewTasks {
    NewTasks::of(WORKSPACE)
}

/// Makes and changes the tasks of a world.
pub struct TasksHandle<'a>(&'a MockWorld);

impl TasksHandle<'_> {
    /// Makes an app task in the default workspace that follows `lifecycle`: a preset name or an object
    /// with `stages`. Returns its id. Panics if the world has no such workspace: use
    /// [`make_as`](Self::make_as).
    pub async fn make(&self, lifecycle: impl Into<Value>) -> u64 {
        self.make_many(lifecycle, 1).await[0]
    }

    /// Makes `count` such tasks. Returns their ids.
    pub async fn make_many(&self, lifecycle: impl Into<Value>, count: u64) -> Vec<u64> {
        self.make_as(NewTasks { lifecycle: Some(lifecycle.into()), count, ..app_task() }).await
    }

    /// Makes an app task in the default workspace that stays in `status`. Returns its id.
    pub async fn hold(&self, status: Status) -> u64 {
        self.make_as(NewTasks { status: Some(status), ..app_task() }).await[0]
    }

    /// Makes tasks as `new` describes. Returns their ids.
    pub async fn make_as(&self, new: NewTasks) -> Vec<u64> {
        let many = new.are_many();
        let made = self.0.change(
            name_in_journal("POST", "tasks"),
            move |_| many,
            move |state, _| state.create_tasks(&new),
        );
        made.await.into_iter().map(|id| id.0).collect()
    }

    /// Sets the lifecycle of the next `times` tasks that clients start: a preset name or an object with
    /// `stages`. Tasks whose request has a lifecycle are not affected.
    pub async fn next(&self, lifecycle: impl Into<Value>, times: u64) {
        let lifecycle = lifecycle.into();
        let queue = move |state: &mut State, _| state.queue_lifecycle(&lifecycle, times);
        self.0.change(name_in_journal("POST", "tasks/next"), |_| false, queue).await;
    }

    /// Sets the status of a task, whatever it was, and holds it there.
    pub async fn set_status(&self, task: u64, status: Status) {
        let set = move |state: &mut State, _| state.set_status(TaskId(task), status);
        self.0.change(name_in_journal("PATCH", "tasks/{id}"), |_| false, set).await;
    }

    /// Ends the present stage of a task. Returns its new status.
    pub async fn step(&self, task: u64) -> Status {
        let step = move |state: &mut State, _| state.step(TaskId(task));
        self.0.change(name_in_journal("POST", "tasks/{id}/step"), |_| false, step).await
    }

    /// The status of a task. This is not a poll: the task does not count it as one, and the journal
    /// has no entry for it.
    pub async fn status(&self, task: u64) -> Status {
        let status = self.0.run(move |world| world.state().task(TaskId(task)).map(|task| task.status));
        granted("status of the task", status.await)
    }
}

/// Reads and moves the clock of a world.
pub struct ClockHandle<'a>(&'a MockWorld);

impl ClockHandle<'_> {
    /// The state of the clock: its mode, its present time, and the next event.
    pub async fn view(&self) -> ClockView {
        let shared = self.0.shared();
        self.0.run(move |world| world.clock_view(shared.next_release(world.state().now()))).await
    }

    /// Moves the clock forward by `by`. Everything that is due on the way happens.
    pub async fn advance(&self, by: Duration) -> ClockView {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.set(None, Some(Target::Advance(ms))).await
    }

    /// Moves the clock to the next event: of a task, or the release of a request that a fault delays.
    pub async fn to_next(&self) -> ClockView {
        let shared = self.0.shared();
        let held = shared.next_release(shared.look().state().now());
        self.set(None, Some(Target::Next(held))).await
    }

    /// Moves the clock forward to `moment`.
    pub async fn to(&self, moment: Moment) -> ClockView {
        self.set(None, Some(Target::To(moment))).await
    }

    /// Changes the mode of the clock from now on.
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

/// Adds and removes the fault rules of a world.
pub struct FaultsHandle<'a>(&'a MockWorld);

impl FaultsHandle<'_> {
    /// Adds a rule after all others, such as `json!({"on": {"method": "tasks.info"}, "do":
    /// {"status": 503}})`. Returns its id.
    pub async fn add(&self, rule: Value) -> u64 {
        let rule: RuleForm = serde_json::from_value(rule).expect("a valid fault rule, with `on` and `do`");
        let add = move |state: &mut State, _| add_fault(state, rule);
        self.0.change(name_in_journal("POST", "faults"), |_| false, add).await
    }

    /// How many times a rule has fired.
    pub async fn fired(&self, id: u64) -> u64 {
        let fired =
            self.0.run(move |world| world.state().faults().find(|fault| fault.id == id).map(|it| it.fired));
        fired.await.expect("the world has a rule with this id")
    }

    /// Removes all fault rules.
    pub async fn clear(&self) {
        let clear = |state: &mut State, _| remove_faults(state, None);
        self.0.change(name_in_journal("DELETE", "faults"), |_| false, clear).await;
    }
}
