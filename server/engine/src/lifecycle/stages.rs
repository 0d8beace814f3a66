//! The stages of a lifecycle, and their validation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::status::{Status, may_follow};
use crate::reply::Object;

/// Maximum number of stages of a lifecycle.
const STAGES_MAX: usize = 1_000;
/// Maximum duration of a stage: ten years, in milliseconds.
const STAGE_MS_MAX: u64 = 10 * 366 * 24 * 3_600_000;
/// Default time in `terminating` of a stopped task, in milliseconds.
const STOP_MS: u64 = 200;

/// Keys of `meta` that only the server sets, because tables are indexed by them.
const FIXED_META: &[&str] = &["app", "sessionToken"];

/// Returns the keys of a `meta` that only the server sets.
pub(crate) fn fixed_meta(meta: &Object) -> impl Iterator<Item = &'static str> {
    FIXED_META.iter().copied().filter(|key| meta.contains_key(*key))
}

/// Lifecycle of a task: the stages that it follows on its world's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// Name of the preset; absent in a custom lifecycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Stages in order; a task starts in the first one.
    #[schemars(length(min = 1, max = STAGES_MAX))]
    pub stages: Vec<Stage>,
    /// Time in `terminating` after `tasks.stop`, in milliseconds; 200 when absent.
    #[serde(default = "stop_ms")]
    #[schemars(range(max = STAGE_MS_MAX))]
    pub stop_ms: u64,
}

fn stop_ms() -> u64 {
    STOP_MS
}

/// Stage of a lifecycle: its status, its end, its successors, and its effects on entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Status of the task in this stage.
    pub status: Status,
    /// Name of the stage for `one_of`; its status when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Duration of the stage in milliseconds; when absent, the stage does not end by time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = STAGE_MS_MAX))]
    pub for_ms: Option<u64>,
    /// Largest random deviation from `for_ms` in either direction, in milliseconds, uniformly distributed; 0
    /// when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = STAGE_MS_MAX))]
    pub jitter_ms: Option<u64>,
    /// Number of applied `tasks.info` replies that show the stage until it ends; when absent, it does not end
    /// by polls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub for_polls: Option<u32>,
    /// True if the stage does not end by itself; false when absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hold: bool,
    /// True if no stage follows, although the status is not terminal and the list may go on; needs `hold`;
    /// false when absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub last: bool,
    /// Possible next stages, one of which is drawn by weight; the next stage of the list when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<Branch>,
    /// Log lines written on entry; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<LogEffect>,
    /// New `meta.output` on entry; unchanged when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Object>,
    /// Fields of the app data to set on entry, by path; none when absent.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub data: Object,
    /// New progress of the task on entry; unchanged when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Value>,
    /// Keys of `meta` to set on entry; none when absent.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub meta: Object,
}

/// Possible next stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Name or status of a later stage.
    pub stage: String,
    /// Relative frequency of this branch; at least one branch of a stage needs 1 or more.
    pub weight: u32,
}

/// Log line that a stage writes on entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogEffect {
    /// Log level; `info` when absent.
    #[serde(default = "info")]
    pub level: String,
    /// Text of the line.
    pub message: String,
}

fn info() -> String {
    "info".to_owned()
}

impl Stage {
    /// Returns the stage's name for `one_of`.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.status.as_str())
    }
}

impl Lifecycle {
    /// Returns the stages that may follow stage `index`, with their weights.
    #[must_use]
    pub fn successors(&self, index: usize) -> Vec<(usize, u32)> {
        let stage = &self.stages[index];
        if stage.one_of.is_empty() {
            let ends = stage.last || stage.status.is_terminal();
            return if index + 1 < self.stages.len() && !ends { vec![(index + 1, 1)] } else { Vec::new() };
        }
        let target = |branch: &Branch| {
            let later = self.stages.iter().enumerate().skip(index + 1);
            later.into_iter().find(|(_, stage)| stage.label() == branch.stage).map(|(at, _)| at)
        };
        stage.one_of.iter().filter_map(|branch| Some((target(branch)?, branch.weight))).collect()
    }

    /// Returns the lifecycle of a task that serves: with `deployed`, which stays, instead of `finished`.
    #[must_use]
    pub fn served(&self) -> Self {
        let mut served = Self { name: None, ..self.clone() };
        for stage in served.stages.iter_mut().filter(|stage| stage.status == Status::Finished) {
            // Branches refer to an unnamed stage by its status, so the old status becomes its name.
            stage.name.get_or_insert_with(|| Status::Finished.as_str().to_owned());
            stage.status = Status::Deployed;
            stage.hold = true;
            stage.last = true;
        }
        served
    }

    /// Returns a lifecycle of one stage that never ends, with the same stop delay.
    #[must_use]
    pub fn holding(&self, status: Status) -> Self {
        let stage = Stage { status, hold: true, ..Stage::default() };
        Self { name: None, stages: vec![stage], stop_ms: self.stop_ms }
    }

    /// Returns the problems of this lifecycle, one sentence each.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        if self.stages.is_empty() || self.stages.len() > STAGES_MAX {
            return vec![format!("a lifecycle has 1 to {STAGES_MAX} stages")];
        }
        let mut problems = Vec::new();
        if self.stop_ms > STAGE_MS_MAX {
            problems.push(format!("stop_ms is over {STAGE_MS_MAX}"));
        }
        for index in 0..self.stages.len() {
            self.stage_problems(index, &mut problems);
        }
        problems
    }

    fn stage_problems(&self, index: usize, problems: &mut Vec<String>) {
        let stage = &self.stages[index];
        let mut say = |text: String| problems.push(format!("stages[{index}]: {text}"));
        let ends = usize::from(stage.for_ms.is_some())
            + usize::from(stage.for_polls.is_some())
            + usize::from(stage.hold);
        if stage.status.is_terminal() && (ends > 0 || !stage.one_of.is_empty()) {
            say(format!("{} is terminal: remove for_ms, for_polls, hold and one_of", stage.status));
        }
        if ends > 1 {
            say("give only one of for_ms, for_polls and hold".to_owned());
        }
        let last = index + 1 == self.stages.len();
        if ends == 0 && !stage.status.is_terminal() && !last {
            say("it has no end: give for_ms, for_polls or hold".to_owned());
        }
        if last && stage.one_of.is_empty() && stage.for_ms.is_some() | stage.for_polls.is_some() {
            say("it ends, but no stage follows it".to_owned());
        }
        if stage.last && (!stage.hold || !stage.one_of.is_empty()) {
            say("last needs hold and excludes one_of".to_owned());
        }
        if stage.jitter_ms.is_some() && stage.for_ms.is_none() {
            say("jitter_ms needs for_ms".to_owned());
        }
        if stage.for_ms.max(stage.jitter_ms).is_some_and(|ms| ms > STAGE_MS_MAX) {
            say(format!("for_ms and jitter_ms are at most {STAGE_MS_MAX}"));
        }
        if stage.for_polls == Some(0) {
            say("for_polls is at least 1".to_owned());
        }
        let successors = self.successors(index);
        if successors.len() < stage.one_of.len() {
            say("each one_of names a later stage".to_owned());
        }
        if !stage.one_of.is_empty() && stage.one_of.iter().all(|branch| branch.weight == 0) {
            say("at least one weight of one_of must be over 0".to_owned());
        }
        for (next, _) in successors {
            let next = self.stages[next].status;
            if !may_follow(stage.status, next) {
                say(format!("{next} cannot follow {}", stage.status));
            }
        }
        for key in fixed_meta(&stage.meta) {
            say(format!("meta.{key} is the server's own"));
        }
        for path in stage.data.keys() {
            if let Err(problem) = crate::paths::parse(path) {
                say(format!("data path {path:?}: {problem}"));
            }
        }
    }
}
