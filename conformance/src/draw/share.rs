//! How often each thing was drawn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ACTIONS;
use crate::scenario::{Case, Settings};

/// The settings of a client that are drawn, by their keys in a scenario.
pub const SETTINGS: [&str; 5] = ["attempts", "retry_base_ms", "task", "timeout_ms", "token"];

/// Numbers of cases with each operation, fault action and setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawCounts {
    /// Number of cases.
    pub cases: u64,
    /// Number of calls.
    pub calls: u64,
    /// Number of calls of each operation.
    pub operations: BTreeMap<String, u64>,
    /// Number of rules with each action.
    pub actions: BTreeMap<String, u64>,
    /// Number of cases with each setting.
    pub settings: BTreeMap<String, u64>,
    /// Number of cases with more than one lane.
    pub lanes: u64,
}

impl DrawCounts {
    /// Counts a case.
    pub fn count(&mut self, case: &Case) {
        self.cases += 1;
        for call in case.scenario.steps.iter().filter_map(|step| step.call.as_deref()) {
            self.calls += 1;
            increase(&mut self.operations, call, 1);
        }
        for rule in &case.scenario.faults {
            let action = rule.get("do").and_then(serde_json::Value::as_object);
            let retry_after = action.is_some_and(|action| action.contains_key("headers"));
            let keys = action.into_iter().flat_map(|action| action.keys().map(String::as_str));
            for key in keys.chain(retry_after.then_some("retry_after")) {
                if let Some(known) = ACTIONS.iter().find(|action| **action == key) {
                    increase(&mut self.actions, known, 1);
                }
            }
        }
        let Settings { attempts, retry_base_ms, timeout_ms, task, token } = &case.scenario.client;
        let given = [
            attempts.is_some(),
            retry_base_ms.is_some(),
            task.is_some(),
            timeout_ms.is_some(),
            token.is_some(),
        ];
        for (setting, _) in SETTINGS.iter().zip(given).filter(|(_, given)| *given) {
            increase(&mut self.settings, setting, 1);
        }
        self.lanes += u64::from(case.scenario.steps.iter().any(|step| step.lane.is_some()));
    }

    /// Adds the numbers of another run.
    pub fn add(&mut self, other: &Self) {
        self.cases += other.cases;
        self.calls += other.calls;
        self.lanes += other.lanes;
        let both = [
            (&mut self.operations, &other.operations),
            (&mut self.actions, &other.actions),
            (&mut self.settings, &other.settings),
        ];
        for (of, more) in both {
            more.iter().for_each(|(name, number)| increase(of, name, *number));
        }
    }
}

/// Adds to a number; a name is copied only for its first number.
fn increase(numbers: &mut BTreeMap<String, u64>, name: &str, by: u64) {
    match numbers.get_mut(name) {
        Some(number) => *number += by,
        None => drop(numbers.insert(name.to_owned(), by)),
    }
}
