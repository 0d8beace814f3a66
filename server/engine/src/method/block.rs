//! A method as a block of its own: what it takes, what it answers, on what evidence, and what it does.

use serde::Deserialize;
use serde_json::Value;

use super::evidence::Evidence;
use super::row::{Heavy, Ready, Row, TaskRef};
use crate::call::Call;
use crate::listing::Paging;
use crate::looks::Looks;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::request::{FromPayload, Payload, Shape};
use crate::state::State;

/// What reads and writes have in common.
pub(crate) trait Method: 'static {
    const NAME: &'static str;
    const ABOUT: &'static str;
    const ANSWER: &'static str;
    const EVIDENCE: &'static [Evidence];
    /// What it takes; a list method's own fields alone.
    const SHAPE: Shape;
    const TASK: TaskRef;
    const LOOKS: Looks;
    const POLLS: bool = false;
    const OPEN: bool = false;
    const BODY_MAX: Option<u64> = None;
    /// Whether it looks at more rows than can be looked at in a moment; never when absent.
    const HEAVY: Option<fn(&State, &Payload) -> bool> = None;
    /// What it is asked. Made before any world is looked at, so that a large one holds up nobody.
    type Request: FromPayload + Send + 'static;
    type Reply: Reply;

    /// All that it takes.
    fn shape() -> Shape {
        Self::SHAPE
    }
}

/// A request that is nothing but an id.
#[derive(Debug, Deserialize)]
pub(crate) struct ById<I> {
    pub(crate) id: I,
}

/// A request of a list method: its own fields, and those of order and pages.
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

/// A method that changes nothing.
pub(crate) trait Read: Method {
    fn run(state: &State, call: &Call, request: Self::Request) -> Result<Self::Reply, Refusal>;
}

/// A method that changes the world; it runs on a clone.
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
        evidence: M::EVIDENCE.to_vec(),
        heavy: M::HEAVY.map(|heavy| -> Box<Heavy> { Box::new(heavy) }),
        reader: Box::new(reader),
        writes,
    }
}
