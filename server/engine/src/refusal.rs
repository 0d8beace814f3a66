//! Refusals: one variant per documented "no", fields not sentences. What status and text each gets
//! on the wire is known to the shell's `render.rs` alone.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::excerpt::Excerpt;
use crate::ids::TaskId;
use crate::lifecycle::Status;
pub use crate::noun::Noun;

/// One violation of a request's shape, as the service's validator (Joi) reports it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Violation {
    /// The sentence, such as `"id" is required`.
    pub message: String,
    /// Where: keys and indexes from the root of the request.
    pub path: Vec<Step>,
    /// Joi's name for the rule, such as `any.required`.
    #[serde(rename = "type")]
    pub rule: &'static str,
    /// Joi's context: key, label and the rule's own values.
    pub context: Box<Map<String, Value>>,
}

/// One step of a path: a key or an index.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Step {
    /// A key of an object.
    Key(Cow<'static, str>),
    /// An index of an array.
    Index(usize),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The most characters of what is said of a value: what a client has sent is part of some messages.
const REST_MAX: usize = 2_000;

fn cut(rest: &str) -> Cow<'_, str> {
    match rest.char_indices().nth(REST_MAX) {
        Some((end, _)) => format!("{}…", &rest[..end]).into(),
        None => rest.into(),
    }
}

impl Violation {
    /// A violation at `path`; `rest` goes on after the label, as in `"id" must be a number`.
    #[must_use]
    pub fn new(path: &[Step], rule: &'static str, rest: &str) -> Self {
        let label = label(path);
        let mut context = Map::new();
        if let Some(last) = path.last() {
            context.insert("key".into(), serde_json::to_value(last).unwrap_or_default());
        }
        context.insert("label".into(), Value::from(label.clone()));
        let message = format!("\"{label}\" {}", cut(rest));
        Self { message, path: path.to_vec(), rule, context: Box::new(context) }
    }

    /// A violation of one top-level field.
    #[must_use]
    pub fn of(field: &str, rule: &'static str, rest: &str) -> Self {
        Self::new(&[Step::Key(field.to_owned().into())], rule, rest)
    }

    /// The same violation with one more value in its context.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.context.insert(key.to_owned(), value.into());
        self
    }
}

fn label(path: &[Step]) -> String {
    let mut label = String::new();
    for step in path {
        match step {
            Step::Key(key) if label.is_empty() => label.push_str(key),
            Step::Key(key) => {
                label.push('.');
                label.push_str(key);
            }
            Step::Index(index) => label.push_str(&format!("[{index}]")),
        }
    }
    if label.is_empty() { "value".to_owned() } else { label }
}

/// Why a call was refused. A refused call has changed nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The body is not JSON.
    #[error("the body is not JSON: {why}")]
    BadJson {
        /// The parser's words.
        why: String,
    },
    /// The request does not have the method's shape; every violation at once.
    #[error("validation error: {0}")]
    Validation(Excerpt<Violation>),
    /// Read, the JSON would take more memory than it may.
    #[error("the JSON takes more than {limit} bytes of memory")]
    TooRich {
        /// The limit in bytes.
        limit: usize,
    },
    /// No such wire method.
    #[error("unknown method {method}")]
    UnknownMethod {
        /// The method asked for.
        method: String,
        /// The known method of which it is probably a misspelling.
        closest: Option<String>,
    },
    /// The world keeps no more uploads.
    #[error("uploads are larger than {limit} bytes together")]
    StoreFull {
        /// The limit in bytes.
        limit: u64,
    },
    /// The world holds all that it may.
    #[error("the world takes more than {limit} bytes: reset it, put another in its place, or forget it")]
    WorldFull {
        /// The limit in bytes.
        limit: usize,
    },
    /// No such entity, or no access to it.
    #[error("no {} with id {id}", .entity.as_str())]
    NotFound {
        /// What kind of entity.
        entity: Noun,
        /// Its id, or whatever else named it.
        id: String,
    },
    /// A name that must be unique is taken.
    #[error("{} {name} already exists", .entity.as_str())]
    NotUnique {
        /// What kind of entity.
        entity: Noun,
        /// The name.
        name: String,
        /// The id of the one that has it.
        id: u64,
    },
    /// The task is in a terminal state.
    #[error("task {task} already finished")]
    AlreadyFinished {
        /// The task.
        task: TaskId,
    },
    /// Tasks of this type cannot be stopped.
    #[error("task {task} has type {kind} and can't be stopped")]
    CannotStop {
        /// The task.
        task: TaskId,
        /// Its type.
        kind: String,
    },
    /// The task's app is not running.
    #[error("task {task} is {status}, its app takes no requests")]
    NotRunning {
        /// The task.
        task: TaskId,
        /// The task's status.
        status: Status,
        /// The command that was to be sent.
        command: String,
    },
    /// The task's app has no answer for the command.
    #[error("the app of task {task} has no command {command}")]
    UnknownCommand {
        /// The task.
        task: TaskId,
        /// The command.
        command: String,
    },
    /// The JSON patch does not apply to the app's data.
    #[error("the patch does not apply: {why}")]
    BadPatch {
        /// The patch library's words.
        why: String,
    },
    /// The clock does not go back.
    #[error("the clock stands at {now} and does not go back to {to}")]
    ClockBack {
        /// Where the clock stands.
        now: crate::Moment,
        /// Where it was to go.
        to: crate::Moment,
    },
    /// The task's stage is followed by no other.
    #[error("nothing follows {status} for task {task}")]
    NoNextStage {
        /// The task.
        task: TaskId,
        /// Its status.
        status: Status,
    },
    /// The method is modelled, but not this part of it.
    #[error("{what} are not modelled yet: {instead}")]
    NotModelled {
        /// What was asked for.
        what: &'static str,
        /// What there is instead.
        instead: &'static str,
    },
    /// The fixture does not hold together; every problem at once.
    #[error("invalid world: {0}")]
    BadFixture(Excerpt<String>),
}

impl Refusal {
    /// The refusal for an entity that does not exist.
    pub(crate) fn missing(entity: Noun, id: impl ToString) -> Self {
        Self::NotFound { entity, id: id.to_string() }
    }

    /// The refusal for one violation.
    pub(crate) fn invalid(violation: Violation) -> Self {
        Self::Validation(vec![violation].into())
    }
}
