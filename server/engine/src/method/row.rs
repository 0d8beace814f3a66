//! A method's row in the list of methods.

use std::borrow::Cow;
use std::fmt;

use crate::call::Call;
use crate::ids::TaskId;
use crate::looks::Looks;
use crate::noun::Noun;
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::request::{Payload, Shape, integer_in};
use crate::state::State;

/// Description of one method.
pub struct Row {
    /// Name on the wire.
    pub name: &'static str,
    /// Purpose of the method, as a sentence.
    pub about: Cow<'static, str>,
    /// Reply, in words that follow "Returns".
    pub answer: Cow<'static, str>,
    /// Fields of a request.
    pub shape: Shape,
    /// Place of the task's id in a request.
    pub task: TaskRef,
    /// Part of the world that time changes and the reply depends on: on an auto clock, a repeated call moves
    /// the clock to its next change.
    pub looks: Looks,
    /// True if an applied call counts as a poll of its task for `for_polls`.
    pub polls: bool,
    /// True if the method needs no token.
    pub open: bool,
    /// Maximum size of a JSON body in bytes; `None` for the default maximum.
    pub body_max: Option<u64>,
    /// Verb and entity from which the row was made; `None` for a block.
    pub verb: Option<(Verb, Noun)>,
    pub(super) heavy: Option<Box<Heavy>>,
    pub(super) reader: Box<Reader>,
    pub(super) writes: bool,
}

/// Behaviour that methods of many entities share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Returns one row.
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

/// Returns true if a call takes about a millisecond or more.
pub(super) type Heavy = dyn Fn(&State, &Payload) -> bool + Send + Sync;
/// Parses a payload that matches the method's shape.
pub(super) type Reader = dyn Fn(Payload) -> Result<Ready, Refusal> + Send + Sync;

/// Place of the task's id in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskRef {
    /// In this field of the body, form or query; dots lead into nested objects.
    Body(&'static str),
    /// In the `x-task-id` header.
    Header,
    /// The request names no task.
    None,
}

impl TaskRef {
    pub(crate) fn of(self, payload: &Payload, call: &Call) -> Option<TaskId> {
        match self {
            Self::Body(field) => payload.integer(field).map(TaskId),
            Self::Header => call.task,
            Self::None => None,
        }
    }

    /// Returns the task of a request that does not match its method's shape.
    pub(crate) fn in_body(self, body: &[u8], call: &Call) -> Option<TaskId> {
        match self {
            Self::Body(field) => integer_in(body, field).map(TaskId),
            Self::Header => call.task,
            Self::None => None,
        }
    }
}

/// A parsed call, which only needs a world to run.
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
    pub(crate) fn looking(self, looks: Looks) -> Self {
        Self { looks, ..self }
    }

    /// Returns true if a call may change the world.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// Returns true if the reply is a page of rows.
    #[must_use]
    pub fn lists(&self) -> bool {
        matches!(self.shape, Shape::List(_))
    }

    /// Returns true if the world looks at a request before its method runs.
    pub(crate) fn is_looked_at(&self) -> bool {
        self.lists() || self.heavy.is_some() || !matches!(self.looks, Looks::Nothing)
    }

    /// Returns true if a call with this payload takes about a millisecond or more on this state.
    pub(crate) fn is_heavy(&self, state: &State, payload: &Payload) -> bool {
        self.heavy.as_ref().is_some_and(|heavy| heavy(state, payload))
    }

    pub(crate) fn read(&self, payload: Payload) -> Result<Ready, Refusal> {
        (self.reader)(payload)
    }
}
