//! Methods that are written as blocks: fields, reply and code of one method each.

use serde::Deserialize;
use serde_json::Value;

use super::row::{Heavy, Ready, Row, TaskRef};
use crate::call::Call;
use crate::listing::Paging;
use crate::looks::Looks;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::request::{FromPayload, Payload, Shape};
use crate::state::State;

/// Declarations that reading and writing methods share.
pub(crate) trait Method: 'static {
    /// Name on the wire, such as `tasks.info`.
    const NAME: &'static str;
    /// Description for METHODS.md, as a sentence.
    const ABOUT: &'static str;
    /// The reply in words, as the end of "Returns ...".
    const ANSWER: &'static str;
    /// Fields of a request; for a list method only its own ones.
    const SHAPE: Shape;
    /// Place of the task's id in a request.
    const TASK: TaskRef;
    /// The tasks whose changes can change the reply, for auto clocks.
    const LOOKS: Looks;
    /// True if a call counts as a poll, which can end a stage with `for_polls`.
    const POLLS: bool = false;
    /// True if a call needs no token.
    const OPEN: bool = false;
    /// Limit of the body in bytes, if it is not that of all JSON bodies.
    const BODY_MAX: Option<u64> = None;
    /// Returns true for a call that looks at many rows, which takes about a millisecond or more. `None` if
    /// all calls are quick.
    const HEAVY: Option<fn(&State, &Payload) -> bool> = None;
    /// Parsed request. A large one is parsed before the world is locked, so that it does not delay
    /// others; a small one that is also looked at is parsed when the method runs.
    type Request: FromPayload + Send + 'static;
    type Reply: Reply;

    /// Returns all fields of a request, including those that every list method has.
    fn shape() -> Shape {
        Self::SHAPE
    }
}

/// A request with only an id.
#[derive(Debug, Deserialize)]
pub(crate) struct ById<I> {
    pub(crate) id: I,
}

/// A request of a list method: its own fields, and those of order and paging.
#[derive(Debug)]
pub(crate) struct ListCall<T> {
    pub(crate) own: T,
    pub(crate) paging: Paging,
}

impl<T: FromPayload> FromPayload for ListCall<T> {
    fn from_payload(payload: Payload) -> Result<Self, Refusal> {
        let paging = match &payload {
            Payload::Value(value) => Paging::of(value)?,
            _ => Paging::of(&Value::Null)?,
        };
        Ok(Self { own: T::from_payload(payload)?, paging })
    }
}

/// A method that does not change the world.
pub(crate) trait Read: Method {
    fn run(state: &State, call: &Call, request: Self::Request) -> Result<Self::Reply, Refusal>;
}

/// A method that changes the world. It runs on a clone.
pub(crate) trait Write: Method {
    fn run(state: &mut State, call: &Call, request: Self::Request) -> Result<Self::Reply, Refusal>;
}

pub(crate) fn read<M: Read>() -> Row {
    row::<M>(false, |payload| {
        let request = M::Request::from_payload(payload)?;
        Ok(Ready::Read(Box::new(|state, call| Ok(M::run(state, call, request)?.into_output()))))
    })
}

pub(crate) fn write<M: Write>() -> Row {
    row::<M>(true, |payload| {
        let request = M::Request::from_payload(payload)?;
        Ok(Ready::Write(Box::new(|state, call| Ok(M::run(state, call, request)?.into_output()))))
    })
}

fn row<M: Method>(writes: bool, reader: fn(Payload) -> Result<Ready, Refusal>) -> Row {
    Row {
        name: M::NAME,
        about: M::ABOUT.into(),
        answer: M::ANSWER.into(),
        shape: M::shape(),
        task: M::TASK,
        looks: M::LOOKS,
        polls: M::POLLS,
        open: M::OPEN,
        body_max: M::BODY_MAX,
        verb: None,
        heavy: M::HEAVY.map(|heavy| -> Box<Heavy> { Box::new(heavy) }),
        reader: Box::new(reader),
        writes,
    }
}
