//! Canned answers of an app, and the address of a real app.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::excerpt::Excerpt;
use crate::ids::{FIXTURE_ID_MAX, ModuleId, TaskId};
use crate::refusal::{Step, Violation};
use crate::reply::Object;

/// Longest delay of an answer: ten years, in milliseconds.
const DELAY_MS_MAX: u64 = 10 * 366 * 24 * 3_600_000;

/// Set of tasks to which canned answers apply; narrower sets have precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AppPlace {
    /// One task.
    Task(TaskId),
    /// All tasks that run an app made from this module.
    Module(ModuleId),
    /// All tasks of the world.
    World,
}

/// Answers to requests that clients send to an app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppReplies {
    /// Answers by command (the path of the app's endpoint), the same one for every request; `{}` when absent.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub replies: Object,
    /// Ordered answers by command; `{}` when absent. The last answer repeats without end. A command must not
    /// be in both `answers` and `replies`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Vec<AppAnswer>>,
    /// Address of a real app, which answers each command that is in neither `replies` nor `answers`; when
    /// absent, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_to: Option<String>,
    /// Number of requests answered so far, by command of `answers`; 0 for a command that is absent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("additionalProperties" = {"type": "integer", "minimum": 0, "maximum": FIXTURE_ID_MAX}))]
    pub answered: BTreeMap<String, u64>,
}

/// One ordered answer of an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppAnswer {
    /// JSON body of the answer.
    pub reply: Value,
    /// HTTP status, 200 to 599; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 200, max = 599))]
    pub status: Option<u16>,
    /// Delay of the answer in milliseconds of the world's clock; 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = DELAY_MS_MAX))]
    pub delay_ms: Option<u64>,
    /// Number of requests that get this answer before the next one follows; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub times: Option<u64>,
}

impl AppReplies {
    /// Returns all violations.
    #[must_use]
    pub fn violations(&self) -> Excerpt<Violation> {
        let mut violations = Excerpt::default();
        for (command, answers) in &self.answers {
            let path = [Step::Key("answers".into()), Step::Key(command.clone().into())];
            if self.replies.contains_key(command) {
                violations.push(Violation::new(
                    &path,
                    "object.nand",
                    "conflicts with the same command in replies",
                ));
            }
            if answers.is_empty() {
                violations.push(Violation::new(&path, "array.min", "must contain at least 1 items"));
            }
            for (index, answer) in answers.iter().enumerate() {
                let path = [&path[..], &[Step::Index(index)]].concat();
                violations.extend(answer.violations(&path));
            }
        }
        for (command, _) in self.answered.iter().filter(|(_, count)| **count > FIXTURE_ID_MAX) {
            let path = [Step::Key("answered".into()), Step::Key(command.clone().into())];
            violations.push(Violation::new(&path, "number.unsafe", "must be a safe number"));
        }
        for command in self.answered.keys().filter(|command| !self.answers.contains_key(*command)) {
            let path = [Step::Key("answered".into()), Step::Key(command.clone().into())];
            violations.push(Violation::new(&path, "any.unknown", "is not a command of answers"));
        }
        violations
    }
}

impl AppAnswer {
    fn violations(&self, path: &[Step]) -> Vec<Violation> {
        let at = |key: &str, rule, rest: &str| {
            Violation::new(&[path, &[Step::Key(key.to_owned().into())]].concat(), rule, rest)
        };
        let mut violations = Vec::new();
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            violations.push(at("status", "any.only", "must be from 200 to 599"));
        }
        if self.delay_ms.is_some_and(|ms| ms > DELAY_MS_MAX) {
            violations.push(at(
                "delay_ms",
                "number.max",
                &format!("must be less than or equal to {DELAY_MS_MAX}"),
            ));
        }
        if self.times == Some(0) {
            violations.push(at("times", "number.min", "must be greater than or equal to 1"));
        }
        violations
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_that_is_wrong_is_found_at_once() {
        let wrong = json!({
            "replies": {"both": 1},
            "answers": {"both": [{"reply": 1, "status": 199, "times": 0, "delay_ms": u64::MAX}], "none": []},
            "answered": {"other": 1},
        });
        let app: AppReplies = serde_json::from_value(wrong).unwrap();
        let messages = app.violations().map(|violation| violation.message);
        let messages = messages.first();
        assert_eq!(messages.len(), 6, "{messages:?}");
        for part in [
            "\"answers.both\" conflicts",
            "\"answers.both[0].status\"",
            "\"answers.both[0].times\"",
            "\"answers.both[0].delay_ms\"",
            "\"answers.none\" must contain",
            "\"answered.other\" is not",
        ] {
            assert!(messages.iter().any(|message| message.starts_with(part)), "{part}: {messages:?}");
        }
    }
}
