//! Operations of the control API on a world: creating tasks, setting statuses, leaving stages, moving the
//! clock, setting the answers of apps. Each runs through [`World::control`].
//!
//! [`World::control`]: crate::World::control

use std::sync::Arc;

use serde_json::Value;

use super::{State, lifecycle_at};
use crate::clock::{ClockView, Mode};
use crate::ids::{TaskId, WorkspaceId};
use crate::lifecycle::{Lifecycle, Status, fixed_meta};
use crate::refusal::{Refusal, Violation};
use crate::reply::Object;
use crate::tables::{AppPlace, AppReplies, Task};
use crate::time::Moment;
use crate::weight::PER_TASK;

/// Parameters of new tasks.
#[derive(Clone, Debug)]
pub struct NewTasks {
    /// Id of the workspace.
    pub workspace: WorkspaceId,
    /// Type of the tasks; a task of type `app` runs the first app.
    pub kind: String,
    /// Status. Without `lifecycle`, the tasks hold it; with one, they start in its first stage with that
    /// status.
    pub status: Option<Status>,
    /// A preset name or an object with `stages`; the world's default lifecycle when absent.
    pub lifecycle: Option<Value>,
    /// Number of tasks.
    pub count: u64,
    /// Description; empty when absent.
    pub description: Option<String>,
    /// Keys of `meta`, in addition to those that every task has.
    pub meta: Object,
    /// Parameters with which the tasks were started.
    pub settings: Object,
}

/// Destination of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Forward by a number of milliseconds.
    Advance(u64),
    /// To the next due event. The release of a request that the shell holds until the given moment counts as
    /// one. If nothing is due, the clock stays.
    Next(Option<Moment>),
    /// To this moment, which must not have passed.
    To(Moment),
}

/// Number of tasks above which their creation takes long.
const TASKS_AT_ONCE: u64 = 200;

impl NewTasks {
    /// Returns the parameters of one app task that follows the world's lifecycle.
    #[must_use]
    pub fn of(workspace: WorkspaceId) -> Self {
        Self {
            workspace,
            kind: "app".to_owned(),
            status: None,
            lifecycle: None,
            count: 1,
            description: None,
            meta: Object::new(),
            settings: Object::new(),
        }
    }

    /// Returns true if the creation of the tasks takes long.
    #[must_use]
    pub fn are_many(&self) -> bool {
        self.count > TASKS_AT_ONCE
    }

    /// Refuses keys of `meta` that only the server sets.
    fn check_meta(&self) -> Result<(), Refusal> {
        let violation =
            |key| Violation::of(&format!("meta.{key}"), "any.unknown", "is set by the server only");
        let violations: Vec<Violation> = fixed_meta(&self.meta).map(violation).collect();
        if violations.is_empty() { Ok(()) } else { Err(Refusal::Validation(violations.into())) }
    }

    /// Returns an upper bound for the memory of one of the tasks, in bytes. Objects are packed, so their text
    /// counts, once in the row and once rendered.
    fn bytes_each(&self) -> usize {
        let text = |object: &Object| serde_json::to_vec(object).map_or(0, |text| text.len());
        PER_TASK + 2 * (text(&self.meta) + text(&self.settings))
    }
}

impl State {
    /// Creates tasks and returns their ids.
    ///
    /// # Errors
    ///
    /// If the workspace does not exist, the lifecycle is invalid, or it has no stage with the status.
    pub fn create_tasks(&mut self, new: &NewTasks) -> Result<Vec<TaskId>, Refusal> {
        self.tables.workspaces.find(new.workspace)?;
        new.check_meta()?;
        let bytes = usize::try_from(new.count).unwrap_or(usize::MAX).saturating_mul(new.bytes_each());
        self.scale.check_room(bytes)?;
        self.scale.add(bytes);
        let lifecycle = match &new.lifecycle {
            Some(value) => lifecycle_at("lifecycle", value)?,
            None => Arc::clone(&self.lifecycle),
        };
        let stage = match (new.status, &new.lifecycle) {
            (Some(_), None) => None,
            (None, _) => Some(0),
            (Some(status), Some(_)) => Some(stage_of(&lifecycle, status)?),
        };
        let mut ids = Vec::new();
        for _ in 0..new.count {
            let id = self.next_task_id();
            let task = self.described_task(id, new, &lifecycle)?;
            match (stage, new.status) {
                (None, Some(status)) => {
                    self.tables.add(task, self.clock.now());
                    self.hold(id, status, self.now());
                }
                (stage, _) => self.start_task(task, stage.unwrap_or(0)),
            }
            ids.push(id);
        }
        Ok(ids)
    }

    /// Returns a new task with the description, `meta` and settings of `new`.
    fn described_task(
        &self,
        id: TaskId,
        new: &NewTasks,
        lifecycle: &Arc<Lifecycle>,
    ) -> Result<Task, Refusal> {
        let mut task = self.blank_task(id, new.workspace, &new.kind, lifecycle)?;
        // An edit packs the object again, which would double the time of making many tasks.
        if !new.meta.is_empty() {
            task.meta.edit(|meta| meta.extend(new.meta.clone()));
        }
        Ok(Task {
            description: new.description.clone().unwrap_or_default(),
            settings: new.settings.clone().into(),
            ..task
        })
    }

    /// Sets a task to any status, terminal or not, and holds it there.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] if there is no such task.
    pub fn set_status(&mut self, task: TaskId, status: Status) -> Result<(), Refusal> {
        self.task(task)?;
        self.conclude(task, status);
        Ok(())
    }

    /// Moves a task out of its current stage and returns its new status.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`], or [`Refusal::NoNextStage`] if no stage follows.
    pub fn step(&mut self, task: TaskId) -> Result<Status, Refusal> {
        let status = self.task(task)?.status;
        if status.is_terminal() || !self.leave(task, self.now()) {
            return Err(Refusal::NoNextStage { task, status });
        }
        Ok(self.task(task)?.status)
    }

    /// Sets the answers of the apps of a place; replaces the previous ones.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] if there is no such task or module, [`Refusal::Validation`] with all violations.
    pub fn set_app(&mut self, place: AppPlace, app: AppReplies) -> Result<(), Refusal> {
        match place {
            AppPlace::Task(task) => drop(self.task(task)?),
            AppPlace::Module(module) => drop(self.tables.modules.find(module)?),
            AppPlace::World => {}
        }
        let violations = app.violations();
        if !violations.is_empty() {
            return Err(Refusal::Validation(violations));
        }
        self.tables.records.apps.set(place, app);
        Ok(())
    }

    /// Returns the state of the clock, given that a request is held until `held`.
    #[must_use]
    pub fn clock_view(&self, held: Option<Moment>) -> ClockView {
        let next_due = self.next_due_with(held);
        ClockView { mode: self.clock.mode(), now: self.now(), next_due, held_until: held }
    }

    /// Changes the clock's mode, then moves the clock forward and executes everything that is due on the way.
    ///
    /// # Errors
    ///
    /// [`Refusal::ClockBack`] if the target has passed, [`Refusal::Validation`] if it is beyond the last
    /// moment of a clock.
    pub fn set_clock(
        &mut self,
        mode: Option<Mode>,
        target: Option<Target>,
        wall: Moment,
    ) -> Result<ClockView, Refusal> {
        if let Some(mode) = mode {
            self.clock.switch(mode, wall);
        }
        if let Some(Target::Advance(ms)) = target
            && i64::try_from(ms).map_or(true, |ms| ms > Moment::LAST.millis() - self.now().millis())
        {
            let rest = format!("must not lead beyond {}, the last moment of a clock", Moment::LAST);
            return Err(Refusal::invalid(Violation::of("advance_ms", "number.max", &rest)));
        }
        let (now, to) = (self.now(), self.destination(target));
        if to < now {
            return Err(Refusal::ClockBack { now, to });
        }
        self.settle(to);
        if target.is_some() {
            self.clock.anchor(wall);
        }
        Ok(self.clock_view(None))
    }

    fn destination(&self, target: Option<Target>) -> Moment {
        let now = self.now();
        match target {
            None => now,
            Some(Target::Advance(ms)) => now.plus_ms(ms),
            Some(Target::Next(held)) => self.next_due_with(held).unwrap_or(now),
            Some(Target::To(to)) => to,
        }
    }

    /// Returns the next due moment, given that a request is held until `held`. A request whose moment has
    /// come is no longer held, even if it has not continued.
    fn next_due_with(&self, held: Option<Moment>) -> Option<Moment> {
        self.next_due().into_iter().chain(held).filter(|due| *due > self.now()).min()
    }

    /// Returns true if moving the clock there takes long.
    #[must_use]
    pub fn is_far_to(&self, target: Option<Target>) -> bool {
        self.is_far(self.destination(target))
    }

    /// Changes the world's default lifecycle, seed or clock mode.
    ///
    /// # Errors
    ///
    /// [`Refusal::Validation`] if the lifecycle is invalid.
    pub fn set_up(
        &mut self,
        lifecycle: Option<&Value>,
        seed: Option<u64>,
        mode: Option<Mode>,
        wall: Moment,
    ) -> Result<(), Refusal> {
        if let Some(lifecycle) = lifecycle {
            self.lifecycle = lifecycle_at("lifecycle", lifecycle)?;
        }
        self.seed = seed.unwrap_or(self.seed);
        if let Some(mode) = mode {
            self.clock.switch(mode, wall);
        }
        Ok(())
    }
}

fn stage_of(lifecycle: &Lifecycle, status: Status) -> Result<usize, Refusal> {
    let stage = lifecycle.stages.iter().position(|stage| stage.status == status);
    stage.ok_or_else(|| {
        let rest = format!("is {status}, but no stage of the lifecycle has that status");
        Refusal::invalid(Violation::of("status", "any.only", &rest))
    })
}
