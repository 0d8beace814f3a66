//! Faults on demand: the rules of a world, how often each was met and fired, and which of them a request
//! falls under. What a rule does to a request is the gate's and the shell's to carry out.

mod act;
mod check;
mod form;
mod rows;
mod rules;
mod subject;
mod texts;

pub use act::{Act, Answer, Content, Cut, Delivery, Distortion, Source, Then};
pub use form::{ActForm, On, RuleForm};
pub use rows::FaultRow;
pub use rules::{Fault, Faults, Hit, RULES_MAX, Rule};
pub(crate) use subject::{Facts, Methods, Subject};
pub use texts::{Reset, RowAt};

#[cfg(test)]
mod tests;
