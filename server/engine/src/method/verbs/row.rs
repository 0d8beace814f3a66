//! The rows that verbs make.

use std::sync::Arc;

use crate::call::Call;
use crate::looks::Looks;
use crate::method::args::Args;
use crate::method::evidence::Evidence;
use crate::method::row::{Ready, Row, TaskRef, Verb};
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::request::{Field, Kind, Shape};
use crate::state::State;
use crate::tables::Entity;

/// The row of a method that does nothing yet.
pub(super) fn row<E: Entity>(
    verb: Verb,
    name: &'static str,
    about: String,
    answer: String,
    shape: Shape,
    evidence: &[Evidence],
) -> Row {
    Row {
        name,
        about: about.into(),
        answer: answer.into(),
        shape,
        task: TaskRef::None,
        looks: Looks::Nothing,
        polls: false,
        open: false,
        body_max: None,
        verb: Some((verb, E::NOUN)),
        evidence: evidence.to_vec(),
        heavy: Box::new(|_, _| false),
        reader: Box::new(|_| Ok(Ready::Read(Box::new(|_, _| Ok(Output::Json("null".into())))))),
        writes: false,
    }
}

/// The same method, which reads.
pub(super) fn read(
    row: Row,
    run: impl Fn(&State, &Args) -> Result<Output, Refusal> + Send + Sync + 'static,
) -> Row {
    let run = Arc::new(run);
    let reader = Box::new(move |payload| {
        let (run, args) = (Arc::clone(&run), Args::of(payload)?);
        Ok(Ready::Read(Box::new(move |state: &State, _: &Call| run(state, &args))))
    });
    Row { reader, ..row }
}

/// The same method, which writes.
pub(super) fn write(
    row: Row,
    run: impl Fn(&mut State, &Args) -> Result<Output, Refusal> + Send + Sync + 'static,
) -> Row {
    let run = Arc::new(run);
    let reader = Box::new(move |payload| {
        let (run, args) = (Arc::clone(&run), Args::of(payload)?);
        Ok(Ready::Write(Box::new(move |state: &mut State, _: &Call| run(state, &args))))
    });
    Row { reader, writes: true, ..row }
}

/// The shape of a method that is about one row.
pub(super) fn by_id<E: Entity>(own: &[Field]) -> Shape {
    object(&[&[named("id", E::NOUN.as_str())], own].concat())
}

/// The shape of a method that takes these fields.
pub(super) fn object(fields: &[Field]) -> Shape {
    // It is made once, when the methods are listed.
    Shape::Object(Vec::leak(fields.to_vec()))
}

/// The field that names a row.
pub(super) fn named(field: &'static str, noun: &str) -> Field {
    Field::required(field, Kind::Id, String::leak(format!("The {noun}.")))
}
