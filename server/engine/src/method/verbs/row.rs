//! Construction of rows by verbs.

use std::sync::Arc;

use crate::call::Call;
use crate::looks::Looks;
use crate::method::args::Args;
use crate::method::row::{Heavy, Reader, Ready, Row, TaskRef, Verb};
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::request::{Field, Kind, Shape};
use crate::state::State;
use crate::tables::Entity;

/// Description of a method, without its code.
pub(super) struct Head {
    pub(super) name: &'static str,
    pub(super) about: String,
    pub(super) answer: String,
    pub(super) shape: Shape,
    pub(super) heavy: Option<Box<Heavy>>,
}

impl Head {
    /// Creates the description of a method whose calls are all quick.
    pub(super) fn new(name: &'static str, about: String, answer: String, shape: Shape) -> Self {
        Self { name, about, answer, shape, heavy: None }
    }

    fn row<E: Entity>(self, verb: Verb, writes: bool, reader: Box<Reader>) -> Row {
        Row {
            name: self.name,
            about: self.about.into(),
            answer: self.answer.into(),
            shape: self.shape,
            task: TaskRef::None,
            looks: Looks::Nothing,
            polls: false,
            open: false,
            body_max: None,
            verb: Some((verb, E::NOUN)),
            heavy: self.heavy,
            reader,
            writes,
        }
    }

    pub(super) fn read<E: Entity>(
        self,
        verb: Verb,
        run: impl Fn(&State, &Args) -> Result<Output, Refusal> + Send + Sync + 'static,
    ) -> Row {
        let run = Arc::new(run);
        let reader = Box::new(move |payload| {
            let (run, args) = (Arc::clone(&run), Args::of(payload)?);
            Ok(Ready::Read(Box::new(move |state: &State, _: &Call| run(state, &args))))
        });
        self.row::<E>(verb, false, reader)
    }

    pub(super) fn write<E: Entity>(
        self,
        verb: Verb,
        run: impl Fn(&mut State, &Args) -> Result<Output, Refusal> + Send + Sync + 'static,
    ) -> Row {
        let run = Arc::new(run);
        let reader = Box::new(move |payload| {
            let (run, args) = (Arc::clone(&run), Args::of(payload)?);
            Ok(Ready::Write(Box::new(move |state: &mut State, _: &Call| run(state, &args))))
        });
        self.row::<E>(verb, true, reader)
    }
}

pub(super) fn by_id<E: Entity>(own: &[Field]) -> Shape {
    object(&[&[named("id", E::NOUN.as_str())], own].concat())
}

pub(super) fn object(fields: &[Field]) -> Shape {
    // Leaked only once, when the list of methods is made.
    Shape::Object(Vec::leak(fields.to_vec()))
}

/// Returns the field that names a row.
pub(super) fn named(field: &'static str, noun: &str) -> Field {
    Field::required(field, Kind::Id, String::leak(format!("Id of the {noun}.")))
}
