//! Injected faults: the rules of a world, the numbers of matched and fired requests of each, and the
//! selection of the rule for a request. The gate and the HTTP shell carry out its action.

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
