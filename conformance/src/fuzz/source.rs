//! The cases of a campaign by their numbers, and the ways in which clients fail in them.

use std::collections::BTreeMap;

use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sha2::{Digest as _, Sha256};

use super::plan::FuzzError;
use crate::draw::{Scope, arb_case};
use crate::oracle::Objection;
use crate::scenario::Case;

/// Draws the cases of a campaign by their numbers.
pub(super) struct Source {
    seed: u64,
    strategy: BoxedStrategy<Case>,
}

impl Source {
    pub(super) fn new(seed: u64, scope: &Scope) -> Self {
        Self { seed, strategy: arb_case(scope).boxed() }
    }

    /// The case with this number, which can be shrunk. It depends on the seed and on the number alone.
    pub(super) fn tree(&self, number: u64) -> Result<Box<dyn ValueTree<Value = Case>>, FuzzError> {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(number.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &hash.finalize());
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, rng);
        self.strategy.new_tree(&mut runner).map_err(|reason| FuzzError::Draw(reason.to_string()))
    }
}

/// Id of a case, by which it belongs to a partition.
pub(super) fn case_id(seed: u64, number: u64) -> String {
    format!("fuzz/{seed}-{number}")
}

/// A way to fail: the name of the rule that is broken, and the operation whose call breaks it.
pub(super) type FailureMode = (&'static str, String);

/// Number of the first case that fails in a way, and the number of all such cases.
pub(super) type FailureModes = BTreeMap<FailureMode, (u64, u64)>;

/// The way in which a client failed in a case.
pub(super) fn mode(case: &Case, objection: &Objection) -> FailureMode {
    let called = objection.step.and_then(|step| case.scenario.steps[step].call.clone());
    (objection.rule.name(), called.unwrap_or_else(|| "any".to_owned()))
}
