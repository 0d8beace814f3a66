//! Requests. A method declares its input once, as a [`Shape`]; checking, conversion and documentation
//! all follow this declaration.
//!
//! Supervisely validates with Joi, which converts numeric strings to numbers and `"true"` to a boolean.
//! This module does the same, with a warning in the journal.

mod check;
mod input;
mod payload;
mod read;
mod shape;

pub use input::{Input, LARGE, Part};
pub use payload::Payload;
pub(crate) use payload::{FormCall, FromPayload, Parts};
pub(crate) use read::integer_in;
pub use read::shape_input;
pub(crate) use shape::{CALLED, TEXT};
pub use shape::{Field, Kind, Need, Shape};

#[cfg(test)]
mod tests;
