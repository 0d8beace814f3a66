//! The outcome of a campaign, which is also its report for programs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::draw::DrawCounts;
use crate::partition::Partition;
use crate::protocol::Hello;

/// The findings of a campaign.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FuzzOutcome {
    /// The client that was run.
    pub client: Hello,
    /// Seed of the cases.
    pub seed: u64,
    /// Patterns of the operations that were drawn; all operations if empty.
    pub operations: Vec<String>,
    /// True if cases could take real time.
    pub slow: bool,
    /// The part of all cases that was run, if it was not all of them.
    pub partition: Option<Partition>,
    /// Numbers of everything that was drawn and sent.
    pub means: Means,
    /// Number of objections that known failures explain, by the name of the rule.
    pub known: BTreeMap<String, u64>,
    /// The new ways to fail.
    pub failures: Vec<Failure>,
    /// Reason why the client or the kit failed, if one did.
    pub trouble: Option<String>,
    /// Duration in real milliseconds.
    pub wall_ms: u64,
}

/// Numbers of everything that was drawn and sent in a campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Means {
    /// Numbers of cases with each operation, action and setting.
    pub drawn: DrawCounts,
    /// Number of requests.
    pub requests: u64,
    /// Number of cases in which a fault fired.
    pub faulted: u64,
    /// Number of cases in which the kit or the adapter failed.
    pub broken: u64,
}

/// A way in which a client fails, with the smallest case that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Name of the rule that the client breaks.
    pub rule: String,
    /// Operation whose call breaks it, or `any`.
    pub operation: String,
    /// Number of the first case that fails in this way.
    pub case: u64,
    /// Number of cases that fail in this way.
    pub times: u64,
    /// Observation in the smallest case.
    pub text: String,
    /// Number of runs of the search for the smallest case.
    pub runs: u32,
    /// Path of the file with the scenario, if it was saved.
    pub file: Option<String>,
    /// Reason why the scenario does not show the failure; absent if a sane client passes it and this one fails it.
    pub not_confirmed: Option<String>,
    /// The smallest case as a scenario file.
    pub scenario: Value,
}

impl Failure {
    /// Name of the file for the scenario, without its suffix.
    #[must_use]
    pub fn file_stem(&self) -> String {
        let operation = self.operation.trim_start_matches("task.").replace(['.', '_'], "-");
        if self.rule.starts_with(&operation) || operation == "any" {
            self.rule.clone()
        } else {
            format!("{operation}-{}", self.rule)
        }
    }
}

impl Means {
    /// Adds the numbers of another run.
    pub fn add(&mut self, other: &Self) {
        self.drawn.add(&other.drawn);
        self.requests += other.requests;
        self.faulted += other.faulted;
        self.broken += other.broken;
    }
}

impl FuzzOutcome {
    /// True if no new failure was found.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty()
    }

    /// Adds what another part of the same campaign has found.
    pub fn add(&mut self, other: Self) {
        self.means.add(&other.means);
        for (rule, times) in other.known {
            *self.known.entry(rule).or_default() += times;
        }
        for failure in other.failures {
            let same =
                |ours: &&mut Failure| (&ours.rule, &ours.operation) == (&failure.rule, &failure.operation);
            match self.failures.iter_mut().find(same) {
                Some(ours) => {
                    let times = ours.times + failure.times;
                    if failure.case < ours.case {
                        *ours = failure;
                    }
                    ours.times = times;
                }
                None => self.failures.push(failure),
            }
        }
        self.failures.sort_by(|a, b| (&a.rule, &a.operation).cmp(&(&b.rule, &b.operation)));
        self.trouble = self.trouble.take().or(other.trouble);
        self.wall_ms = self.wall_ms.saturating_add(other.wall_ms);
    }
}
