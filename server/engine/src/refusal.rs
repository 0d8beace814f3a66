//! Refusals: one variant for each documented error, with fields instead of sentences. Only `render.rs`
//! of the shell knows the status and text of each on the wire.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::excerpt::Excerpt;
use crate::ids::TaskId;
use crate::lifecycle::Status;
pub use crate::noun::Noun;

/// A violation of a request's shape, as reported by Joi, Supervisely's validator.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Violation {
    /// The sentence, such as `"id" is required`.
    pub message: String,
    /// Path of the value: keys and indexes from the root of the request.
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

/// Maximum length of the phrase about a value, in characters: some messages include values that the
/// client has sent.
const REST_MAX: usize = 2_000;

fn cut(rest: &str) -> Cow<'_, str> {
    match rest.char_indices().nth(REST_MAX) {
        Some((end, _)) => format!("{}…", &rest[..end]).into(),
        None => rest.into(),
    }
}

impl Violation {
    /// A violation at `path`. `rest` is the phrase after the label, as in `"id" must be a number`.
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

    /// A violation of a top-level field.
    #[must_use]
    pub fn of(field: &str, rule: &'static str, rest: &str) -> Self {
        Self::new(&[Step::Key(field.to_owned().into())], rule, rest)
    }

    /// The same violation with another value in its context.
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

/// The reason why a call was refused. A refused call has changed nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The body is not JSON.
    #[error("the body is not JSON: {why}")]
    BadJson {
        /// The message of the parser.
        why: String,
    },
    /// The request does not have the shape of the method; all violations at once.
    #[error("validation error: {0}")]
    Validation(Excerpt<Violation>),
    /// The JSON would take too much memory once it is parsed.
    #[error("the JSON takes more than {limit} bytes of memory")]
    TooRich {
        /// The limit in bytes.
        limit: usize,
    },
    /// There is no such wire method.
    #[error("unknown method {method}")]
    UnknownMethod {
        /// The method that was called.
        method: String,
        /// The known method that was probably meant, if one is similar.
        closest: Option<String>,
    },
    /// The uploads of the world would exceed their limit.
    #[error("all uploads together are larger than {limit} bytes")]
    StoreFull {
        /// The limit in bytes.
        limit: u64,
    },
    /// The world has reached its memory limit.
    #[error("the world takes more than {limit} bytes of memory: reset, replace or delete it")]
    WorldFull {
        /// The limit in bytes.
        limit: usize,
    },
    /// The entity does not exist or is not accessible.
    #[error("no {} with id {id}", .entity.as_str())]
    NotFound {
        /// Kind of the entity.
        entity: Noun,
        /// Id or other key that the request named.
        id: String,
    },
    /// A name that must be unique is taken.
    #[error("{} {name} already exists", .entity.as_str())]
    NotUnique {
        /// Kind of the entity.
        entity: Noun,
        /// The name that is taken.
        name: String,
        /// Id of the entity that has the name.
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
    /// The app of the task is not running.
    #[error("task {task} is {status}, its app takes no requests")]
    NotRunning {
        /// The task that the request was for.
        task: TaskId,
        /// Current status of the task.
        status: Status,
        /// The command that was not sent.
        command: String,
    },
    /// The app of the task does not know the command.
    #[error("the app of task {task} has no command {command}")]
    UnknownCommand {
        /// The task.
        task: TaskId,
        /// The command.
        command: String,
    },
    /// The JSON patch cannot be applied to the app's data.
    #[error("the patch does not apply: {why}")]
    BadPatch {
        /// The message of the patch library.
        why: String,
    },
    /// The clock cannot go back.
    #[error("the clock stands at {now} and does not go back to {to}")]
    ClockBack {
        /// Current time of the world.
        now: crate::Moment,
        /// The time that was requested.
        to: crate::Moment,
    },
    /// The stage of the task is the last one.
    #[error("nothing follows {status} for task {task}")]
    NoNextStage {
        /// The task.
        task: TaskId,
        /// Current status of the task.
        status: Status,
    },
    /// The method is modelled, but this part of it is not.
    #[error("{what} are not modelled yet: {instead}")]
    NotModelled {
        /// The part that was requested, as a plural noun.
        what: &'static str,
        /// Advice: a request that is modelled.
        instead: &'static str,
    },
    /// The fixture is inconsistent; all problems at once.
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
