//! What the control API does to a world beside the wire's own methods: making tasks, setting statuses,
//! leaving stages, moving the clock, giving apps their answers. Each runs through [`World::control`].
//!
//! [`World::control`]: crate::World::control

use std::sync::Arc;

use serde_json::Value;

use super::{State, lifecycle_at};
use crate::clock::{ClockView, Mode};
use crate::ids::{TaskId, WorkspaceId};
use crate::lifecycle::{Lifecycle, Status};
use crate::refusal::{Refusal, Violation};
use crate::tables::{AppPlace, AppReplies};
use crate::time::Moment;
use crate::weight::PER_TASK;

/// What new tasks are to be like.
#[derive(Clone, Debug)]
pub struct NewTasks {
    /// Their workspace.
    pub workspace: WorkspaceId,
    /// Their type; `app` is bound to the first app.
    pub kind: String,
    /// Alone, the status they hold; with a lifecycle, the stage they start in.
    pub status: Option<Status>,
    /// What they walk; the world's default when absent.
    pub lifecycle: Option<Value>,
    /// How many.
    pub count: u64,
}

/// Where the clock is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// So many milliseconds on.
    Advance(u64),
    /// To whatever is due next, what the shell holds up until that moment among it; nowhere when nothing
    /// is.
    Next(Option<Moment>),
    /// To this moment, which must not have passed.
    To(Moment),
}

/// The most tasks that are made at once without taking their time.
const TASKS_AT_ONCE: u64 = 200;

impl NewTasks {
    /// Whether making them takes its time.
    #[must_use]
    pub fn are_many(&self) -> bool {
        self.count > TASKS_AT_ONCE
    }
}

impl State {
    /// Makes tasks; answers their ids.
    ///
    /// # Errors
    ///
    /// When the workspace does not exist, the lifecycle is unsound or has no such stage.
    pub fn create_tasks(&mut self, new: &NewTasks) -> Result<Vec<TaskId>, Refusal> {
        self.tables.workspaces.find(new.workspace)?;
        let bytes = usize::try_from(new.count).unwrap_or(usize::MAX).saturating_mul(PER_TASK);
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
            let task = self.blank_task(id, new.workspace, &new.kind, &lifecycle)?;
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

    /// Puts a task into any status, terminal or not, and holds it there.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such task.
    pub fn set_status(&mut self, task: TaskId, status: Status) -> Result<(), Refusal> {
        self.task(task)?;
        self.conclude(task, status);
        Ok(())
    }

    /// Has a task leave its present stage; answers its new status.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`], or [`Refusal::NoNextStage`] when nothing follows.
    pub fn step(&mut self, task: TaskId) -> Result<Status, Refusal> {
        let status = self.task(task)?.status;
        if status.is_terminal() || !self.leave(task, self.now()) {
            return Err(Refusal::NoNextStage { task, status });
        }
        Ok(self.task(task)?.status)
    }

    /// Sets who answers the requests to the apps of a place, instead of what was set there before.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such task or module, [`Refusal::Validation`] with all that is wrong.
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

    /// What the clock shows, where a request is held up until `held`.
    #[must_use]
    pub fn clock_view(&self, held: Option<Moment>) -> ClockView {
        ClockView { mode: self.clock.mode(), now: self.now(), next_due: self.next_due_with(held) }
    }

    /// Changes the clock's mode, then moves it forward and does what is due on the way.
    ///
    /// # Errors
    ///
    /// [`Refusal::ClockBack`] when the target has passed.
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

    /// When something is due next, where a request is held up until `held`. One whose time has come is not
    /// held up any more, even if it has not gone on yet.
    fn next_due_with(&self, held: Option<Moment>) -> Option<Moment> {
        self.next_due().into_iter().chain(held).filter(|due| *due > self.now()).min()
    }

    /// Whether moving the clock there takes its time.
    #[must_use]
    pub fn is_far_to(&self, target: Option<Target>) -> bool {
        self.is_far(self.destination(target))
    }

    /// The same world with another default lifecycle, seed or clock mode.
    ///
    /// # Errors
    ///
    /// [`Refusal::Validation`] when the lifecycle is unsound.
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
        let rest = format!("{status} is no stage of the lifecycle");
        Refusal::invalid(Violation::of("status", "any.only", &rest))
    })
}
