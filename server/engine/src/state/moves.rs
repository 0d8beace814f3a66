//! Moves of tasks: entering and leaving stages, stopping, restarting, and `settle`, which executes everything
//! that is due. Every change of a task's status goes through `enter`.

use std::sync::Arc;

use serde_json::Value;

use super::State;
use crate::ids::TaskId;
use crate::lifecycle::{Lifecycle, Stage, Status};
use crate::paths::{self, Gaps, Segment};
use crate::refusal::Refusal;
use crate::tables::{RestartPolicy, Task, values_in};
use crate::time::Moment;

/// Number of due timers above which settling takes long: each may lead through its task's whole lifecycle.
const TIMERS_AT_ONCE: usize = 50;
/// Maximum number of restarts of a task whose restart policy is `on_error`: a choice, see
/// docs/wire/waiting.md#terminal.
const RESTARTS_MAX: u32 = 3;

impl State {
    /// Executes everything that is due up to `now`, ordered by time and then by task id, and moves the clock
    /// there.
    pub(crate) fn settle(&mut self, now: Moment) {
        while let Some((due, task)) = self.timers.first().filter(|(due, _)| *due <= now) {
            self.clock.forward(due);
            self.leave(task, due);
        }
        self.clock.forward(now);
    }

    /// Returns true if settling up to `to` takes long, because many timers are due.
    pub(crate) fn is_far(&self, to: Moment) -> bool {
        self.timers.due_by(to, TIMERS_AT_ONCE)
    }

    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.timers.first().map(|(due, _)| due)
    }

    /// Adds `task` and lets it enter stage `index` of its lifecycle.
    pub(crate) fn start_task(&mut self, task: Task, index: usize) {
        let id = task.id;
        self.tables.add(task, self.clock.now());
        self.enter_stage(id, index, self.now());
    }

    /// Moves a task out of its current stage: to the next one, drawn if there are several, or from
    /// `terminating` to `stopped`. Returns false if there is no next stage.
    pub(crate) fn leave(&mut self, id: TaskId, at: Moment) -> bool {
        let Ok(task) = self.task(id) else { return false };
        if task.status == Status::Terminating && task.stage.is_none() {
            self.hold(id, Status::Stopped, at);
            return true;
        }
        let same_status = |stage: &Stage| stage.status == task.status;
        let stage = task.stage.or_else(|| task.lifecycle.stages.iter().position(same_status));
        let next = match stage {
            Some(stage) => self.draw_next(task, stage),
            // A waiting task has not entered any stage, and its lifecycle may have no `queued` stage.
            None => (task.status == Status::Queued).then_some(0),
        };
        let Some(next) = next else {
            self.set_due(id, None);
            return false;
        };
        self.enter_stage(id, next, at);
        true
    }

    fn draw_next(&self, task: &Task, stage: usize) -> Option<usize> {
        let successors = task.lifecycle.successors(stage);
        let total: u64 = successors.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut drawn = self.draw("branch", task.id.0, task.events).below(total);
        successors.into_iter().find_map(|(next, weight)| {
            let hit = drawn < u64::from(weight);
            drawn = drawn.saturating_sub(u64::from(weight));
            hit.then_some(next)
        })
    }

    /// Enters stage `index`: status, effects, timer. A task that may restart returns to its first stage
    /// instead of entering `error`.
    fn enter_stage(&mut self, id: TaskId, index: usize, at: Moment) {
        let Ok(task) = self.task(id) else { return };
        let lifecycle = Arc::clone(&task.lifecycle);
        let stage = &lifecycle.stages[index];
        let restarts = task.restart_policy == RestartPolicy::OnError && task.restarts < RESTARTS_MAX;
        if stage.status == Status::Error && restarts {
            return self.restart(id, &lifecycle, at);
        }
        let due = stage.for_ms.map(|ms| at.plus_ms(self.jittered(task, ms, stage.jitter_ms)));
        self.enter(id, stage.status, Some(index), at);
        self.train_epoch(id, at);
        self.effects(id, stage, at);
        self.leave_result(id, at);
        self.set_due(id, due);
    }

    fn restart(&mut self, id: TaskId, lifecycle: &Lifecycle, at: Moment) {
        let restarts = self.edit_task(id, |task| {
            task.restarts += 1;
            task.started_at = None;
            task.restarts
        });
        let Ok(restarts) = restarts else { return };
        let text = format!("Task has failed and is started again ({restarts} of {RESTARTS_MAX})");
        self.log(id, "warn", &text, at);
        // If the first stage is `error`, the task ends here: each restart would fail at once.
        let first = lifecycle.stages[0].status;
        if first == Status::Error {
            self.hold(id, Status::Error, at);
        } else {
            self.enter_stage(id, 0, at);
        }
    }

    /// Sets `task` to `status` and takes it out of its lifecycle. Only `terminating` continues, to `stopped`.
    pub(crate) fn hold(&mut self, id: TaskId, status: Status, at: Moment) {
        self.enter(id, status, None, at);
        let stop_ms = self.task(id).map_or(0, |task| task.lifecycle.stop_ms);
        let due = (status == Status::Terminating).then(|| at.plus_ms(stop_ms));
        self.set_due(id, due);
    }

    /// [`hold`](Self::hold) for a status from outside the lifecycle: a call sets it, or the app ended.
    /// A finished task creates its result.
    pub(crate) fn conclude(&mut self, id: TaskId, status: Status) {
        self.hold(id, status, self.now());
        self.leave_result(id, self.now());
    }

    fn enter(&mut self, id: TaskId, status: Status, stage: Option<usize>, at: Moment) {
        let entered = self.edit_task(id, |task| {
            task.events = task.events.saturating_add(1);
            task.status = status;
            task.stage = stage;
            task.timeline.add(status, at);
            if status.is_running() && task.started_at.is_none() {
                task.started_at = Some(at);
            }
            task.finished_at = status.is_terminal().then_some(at);
        });
        if entered.is_err() {
            return;
        }
        self.shown.remove(&id);
        self.repeats.forget_task(id);
    }

    fn set_due(&mut self, id: TaskId, due: Option<Moment>) {
        let Ok(task) = self.task(id) else { return };
        if task.due == due {
            return;
        }
        if let Some(old) = task.due {
            self.timers.clear(old, id);
        }
        if let Some(new) = due {
            self.timers.set(new, id);
        }
        drop(self.edit_task(id, |task| task.due = due));
    }

    fn jittered(&self, task: &Task, ms: u64, jitter_ms: Option<u64>) -> u64 {
        let jitter = jitter_ms.unwrap_or(0);
        let drawn = self.draw("jitter", task.id.0, task.events).below(2 * jitter + 1);
        (ms + drawn).saturating_sub(jitter)
    }

    fn effects(&mut self, id: TaskId, stage: &Stage, at: Moment) {
        for line in &stage.logs {
            self.log(id, &line.level, &line.message, at);
        }
        if stage.output.is_some() || stage.progress.is_some() || !stage.meta.is_empty() {
            let shown = self.edit_task(id, |task| {
                task.meta.edit(|meta| {
                    meta.extend(stage.meta.clone());
                    meta.extend(stage.output.clone().map(|output| ("output".into(), Value::Object(output))));
                });
                if let Some(progress) = &stage.progress {
                    task.progress = Some(Box::new(progress.clone()));
                }
            });
            if shown.is_err() {
                return;
            }
        }
        for (path, payload) in &stage.data {
            let document = self.tables.records.data.entry(id).or_default();
            let mut gaps = Gaps::default();
            // The path was parsed when the lifecycle was checked. If the app data has an array in its way by
            // now, the stage does not change the data.
            let set = |path: Vec<Segment>| paths::set(document.change(), &path, payload.clone(), &mut gaps);
            let set = paths::parse(path).and_then(set);
            document.grew(values_in(payload) + gaps.filled());
            if let Err(why) = set {
                self.log(id, "warn", &format!("stage data {path:?} was not set: {why}"), at);
            }
        }
    }

    /// Implements `tasks.stop`: a task that has not ended goes to `terminating`.
    pub(crate) fn stop(&mut self, id: TaskId) -> Result<Status, Refusal> {
        let task = self.task(id)?;
        if !task.is_stoppable() {
            return Err(Refusal::CannotStop { task: id, kind: task.kind.clone() });
        }
        if !task.status.is_terminal() && task.status != Status::Terminating {
            self.hold(id, Status::Terminating, self.now());
        }
        Ok(self.task(id)?.status)
    }
}

impl State {
    /// Counts an answered poll, and ends a stage that has been shown often enough.
    pub(crate) fn after_poll(&mut self, id: TaskId) {
        let Ok(task) = self.task(id) else { return };
        // Other stages do not end by polls, so their polls are not counted.
        let Some(limit) = task.stage.and_then(|stage| task.lifecycle.stages[stage].for_polls) else { return };
        let shown = self.shown.get(&id).copied().unwrap_or(0).saturating_add(1);
        self.shown.insert(id, shown);
        if shown >= limit {
            self.leave(id, self.now());
        }
    }
}
