//! The stages of a task's life, and what is wrong with some.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::status::{Status, may_follow};
use crate::reply::Object;

/// The most stages a lifecycle may have.
const STAGES_MAX: usize = 1_000;
/// The longest stage: ten years, in milliseconds.
const STAGE_MS_MAX: u64 = 10 * 366 * 24 * 3_600_000;
/// How long a stopped task stays in `terminating` unless its lifecycle says otherwise.
const STOP_MS: u64 = 200;

/// The keys of `meta` that are the server's own: tables are indexed by them.
pub(crate) const FIXED_META: &[&str] = &["app", "sessionToken"];

/// The stages of a task's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// The preset's name; absent in a lifecycle of the user's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The stages in order; a task starts in the first.
    #[schemars(length(min = 1, max = STAGES_MAX))]
    pub stages: Vec<Stage>,
    /// Milliseconds in `terminating` after `tasks.stop`.
    #[serde(default = "stop_ms")]
    #[schemars(range(max = STAGE_MS_MAX))]
    pub stop_ms: u64,
}

fn stop_ms() -> u64 {
    STOP_MS
}

/// One stage: a status, how it ends, what comes next, and what happens on entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The status the task shows.
    pub status: Status,
    /// The stage's name for `one_of`; its status when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Ends after this many milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = STAGE_MS_MAX))]
    pub for_ms: Option<u64>,
    /// Spreads `for_ms` evenly by up to this many milliseconds either way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = STAGE_MS_MAX))]
    pub jitter_ms: Option<u64>,
    /// Ends once it was shown in this many applied `tasks.info` replies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub for_polls: Option<u32>,
    /// Never ends by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hold: bool,
    /// Nothing follows it, though its status is not terminal and it may not stand last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub last: bool,
    /// What comes next, drawn by weight; the following stage when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<Branch>,
    /// Log lines written on entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<LogEffect>,
    /// Set as `meta.output` on entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Object>,
    /// Fields of the app's data set on entry, by path.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub data: Object,
    /// Set as the task's progress on entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Value>,
    /// Keys of `meta` set on entry.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub meta: Object,
}

/// One way a stage may go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// The name (or status) of a later stage.
    pub stage: String,
    /// How often, against the other branches.
    pub weight: u32,
}

/// A log line that a stage writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogEffect {
    /// The level; `info` when absent.
    #[serde(default = "info")]
    pub level: String,
    /// The text.
    pub message: String,
}

fn info() -> String {
    "info".to_owned()
}

impl Stage {
    /// The stage's name for `one_of`.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.status.as_str())
    }
}

impl Lifecycle {
    /// The stages that stage `index` may be followed by, with their weights.
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

    /// The same for a task that serves: where another one finishes, this one is deployed and stays so.
    #[must_use]
    pub fn served(&self) -> Self {
        let mut served = Self { name: None, ..self.clone() };
        for stage in served.stages.iter_mut().filter(|stage| stage.status == Status::Finished) {
            // Branches name a stage by its status when it has no name of its own.
            stage.name.get_or_insert_with(|| Status::Finished.as_str().to_owned());
            stage.status = Status::Deployed;
            stage.hold = true;
            stage.last = true;
        }
        served
    }

    /// A lifecycle of one stage that never ends; stopping takes as long as in this one.
    #[must_use]
    pub fn holding(&self, status: Status) -> Self {
        let stage = Stage { status, hold: true, ..Stage::default() };
        Self { name: None, stages: vec![stage], stop_ms: self.stop_ms }
    }

    /// What is wrong with this lifecycle, each as a sentence.
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
            say(format!("{} is terminal, nothing ends it or follows it", stage.status));
        }
        if ends > 1 {
            say("give one of for_ms, for_polls and hold".to_owned());
        }
        let last = index + 1 == self.stages.len();
        if ends == 0 && !stage.status.is_terminal() && !last {
            say("say how it ends: for_ms, for_polls or hold".to_owned());
        }
        if last && stage.one_of.is_empty() && stage.for_ms.is_some() | stage.for_polls.is_some() {
            say("it ends, but no stage follows it".to_owned());
        }
        if stage.last && (!stage.hold || !stage.one_of.is_empty()) {
            say("what is last holds, and has no one_of".to_owned());
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
            say("at least one weight of one_of is over 0".to_owned());
        }
        for (next, _) in successors {
            let next = self.stages[next].status;
            if !may_follow(stage.status, next) {
                say(format!("{next} cannot follow {}", stage.status));
            }
        }
        for key in FIXED_META.iter().filter(|key| stage.meta.contains_key(**key)) {
            say(format!("meta.{key} is the server's own"));
        }
        for path in stage.data.keys() {
            if let Err(problem) = crate::paths::parse(path) {
                say(format!("data path {path:?}: {problem}"));
            }
        }
    }
}
