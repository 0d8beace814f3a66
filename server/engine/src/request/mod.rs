//! Requests: what a method's input looks like, declared once as a [`Shape`], and how raw input becomes
//! that shape. The shape is checked, converted, documented and asked about from this one declaration.
//!
//! The service validates with Joi, which converts: numeric texts where a number is due, `"true"` where
//! a boolean is due. So does this module, with a warning for the journal.

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
