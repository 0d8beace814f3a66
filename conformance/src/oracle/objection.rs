//! Objections of the oracle.

use serde_json::Value;

use super::Rule;

/// An objection to what a client did in a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Objection {
    /// The rule that the client breaks.
    pub rule: Rule,
    /// Index of the step; none if the objection is to the whole case.
    pub step: Option<usize>,
    /// Observation, as a sentence without its full stop.
    pub text: String,
    /// The same as expectations of a scenario's check, each of them an alternative: words of a check that the client
    /// fails. Which of them suits depends on what a sane client does in the same case.
    pub checks: Vec<Value>,
}

/// The objections so far.
#[derive(Default)]
pub(super) struct Objections {
    found: Vec<Objection>,
}

impl Objections {
    /// Adds an objection, unless there is one by the same rule to the same step.
    pub(super) fn add(&mut self, rule: Rule, step: Option<usize>, text: String, checks: Vec<Value>) {
        if !self.found.iter().any(|other| (other.rule, other.step) == (rule, step)) {
            self.found.push(Objection { rule, step, text, checks });
        }
    }

    /// Returns all objections, the most basic first.
    pub(super) fn sorted(mut self) -> Vec<Objection> {
        self.found.sort_by_key(|objection| (objection.rule.rank(), objection.step));
        self.found
    }
}
