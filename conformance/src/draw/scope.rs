//! The range of cases that suits a client.

use std::collections::BTreeSet;

use crate::operations::{OPERATIONS, Operation};
use crate::protocol::Hello;
use crate::scenario::Feature;

/// Range of the cases to draw: the operations, and the abilities of the client.
#[derive(Clone, Debug)]
pub struct Scope {
    pub(super) operations: Vec<&'static Operation>,
    pub(super) lanes: bool,
    pub(super) timeouts: bool,
    pub(super) slow: bool,
}

/// The client has no operation that a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pattern}: the client has no such operation; it has {}", has.join(", "))]
pub struct NoOperation {
    /// The pattern.
    pub pattern: String,
    /// Names of the client's operations.
    pub has: Vec<String>,
}

impl Scope {
    /// All operations and abilities that a client claims.
    #[must_use]
    pub fn of(client: &Hello) -> Self {
        let claims = |operation: &&Operation| client.ops.iter().any(|op| op == operation.name);
        Self {
            operations: OPERATIONS.iter().filter(claims).collect(),
            lanes: client.features.contains(&Feature::Lanes),
            timeouts: client.features.contains(&Feature::ClientTimeout),
            slow: false,
        }
    }

    /// Also draws what takes real time: responses that never come, or come slowly.
    #[must_use]
    pub fn slow(self, slow: bool) -> Self {
        Self { slow, ..self }
    }

    /// Draws the operations that one of these patterns matches, in which `*` stands for any text; all of them
    /// without patterns.
    ///
    /// # Errors
    ///
    /// [`NoOperation`] if a pattern matches none.
    pub fn only(self, patterns: &[String]) -> Result<Self, NoOperation> {
        if patterns.is_empty() {
            return Ok(self);
        }
        let mut names = BTreeSet::new();
        for pattern in patterns {
            let is = crate::plan::pattern(pattern);
            let found: Vec<_> = self
                .operations
                .iter()
                .map(|operation| operation.name)
                .filter(|name| is.is_match(name))
                .collect();
            if found.is_empty() {
                let has = self.operations.iter().map(|operation| operation.name.to_owned()).collect();
                return Err(NoOperation { pattern: pattern.clone(), has });
            }
            names.extend(found);
        }
        let operations =
            self.operations.into_iter().filter(|operation| names.contains(operation.name)).collect();
        Ok(Self { operations, ..self })
    }

    /// Names of the operations that are drawn.
    pub fn operations(&self) -> impl Iterator<Item = &'static str> {
        self.operations.iter().map(|operation| operation.name)
    }

    /// True if hanging and slow responses are drawn: only a client with a time-out gets past the former.
    pub(super) fn draws_slow(&self) -> bool {
        self.slow && self.timeouts
    }
}
