//! What is known of one method: its row in the list of methods.

use std::borrow::Cow;
use std::fmt;

use super::evidence::Evidence;
use crate::call::Call;
use crate::ids::TaskId;
use crate::looks::Looks;
use crate::noun::Noun;
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::request::{Payload, Shape, integer_in};
use crate::state::State;

/// What is known of one method.
pub struct Row {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it does, as a sentence.
    pub about: Cow<'static, str>,
    /// What it answers, in words.
    pub answer: Cow<'static, str>,
    /// What it takes.
    pub shape: Shape,
    /// Where a request carries its task.
    pub task: TaskRef,
    /// What of time it looks at: what a repeat of it moves an auto clock to.
    pub looks: Looks,
    /// Whether an applied call counts as a poll of its task, as `for_polls` counts them.
    pub polls: bool,
    /// Whether it is answered without a token.
    pub open: bool,
    /// The most bytes of a JSON body, where that is more than most methods take.
    pub body_max: Option<u64>,
    /// The verb that made it, and of what; nothing of a block of its own.
    pub verb: Option<(Verb, Noun)>,
    /// What is known of it, and how well.
    pub evidence: Vec<Evidence>,
    pub(super) heavy: Option<Box<Heavy>>,
    pub(super) reader: Box<Reader>,
    pub(super) writes: bool,
}

/// What methods of many entities do alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Tells about one row.
    Info,
    /// Lists rows.
    List,
    /// Adds a row.
    Add,
    /// Changes a row.
    Edit,
    /// Archives a row.
    Archive,
}

/// Whether a call takes its time.
pub(super) type Heavy = dyn Fn(&State, &Payload) -> bool + Send + Sync;
/// Reads a payload that has the method's shape.
pub(super) type Reader = dyn Fn(Payload) -> Result<Ready, Refusal> + Send + Sync;

/// Where a request carries the task it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskRef {
    /// In this field of the body, form or query; with dots where it is a field of a field.
    Body(&'static str),
    /// In the `x-task-id` header.
    Header,
    /// Nowhere.
    None,
}

impl TaskRef {
    /// The task of a request.
    pub(crate) fn of(self, payload: &Payload, call: &Call) -> Option<TaskId> {
        match self {
            Self::Body(field) => payload.integer(field).map(TaskId),
            Self::Header => call.task,
            Self::None => None,
        }
    }

    /// The task of a request that does not have its method's shape.
    pub(crate) fn in_body(self, body: &[u8], call: &Call) -> Option<TaskId> {
        match self {
            Self::Body(field) => integer_in(body, field).map(TaskId),
            Self::Header => call.task,
            Self::None => None,
        }
    }
}

/// A call that is read, and needs but a world.
pub(crate) enum Ready {
    Read(Box<Reading>),
    Write(Box<Writing>),
}

type Reading = dyn FnOnce(&State, &Call) -> Result<Output, Refusal> + Send;
type Writing = dyn FnOnce(&mut State, &Call) -> Result<Output, Refusal> + Send;

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Read(_)) { "Read" } else { "Write" })
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({})", self.name)
    }
}

impl Row {
    /// The same method, which looks at what time changes.
    pub(crate) fn looking(self, looks: Looks) -> Self {
        Self { looks, ..self }
    }

    /// Whether a call may change the world.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// Whether it is answered with a page of rows.
    #[must_use]
    pub fn lists(&self) -> bool {
        matches!(self.shape, Shape::List(_))
    }

    /// Whether anybody looks at a request before its method runs.
    pub(crate) fn is_looked_at(&self) -> bool {
        self.lists() || self.heavy.is_some() || !matches!(self.looks, Looks::Nothing)
    }

    /// Whether a call with this payload takes its time, on this state.
    pub(crate) fn is_heavy(&self, state: &State, payload: &Payload) -> bool {
        self.heavy.as_ref().is_some_and(|heavy| heavy(state, payload))
    }

    /// Reads a payload that has its shape.
    pub(crate) fn read(&self, payload: Payload) -> Result<Ready, Refusal> {
        (self.reader)(payload)
    }
}
