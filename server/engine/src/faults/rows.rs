//! Fault rules in a fixture, with their counts and the time at which they were created.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::form::{ActForm, On, RuleForm};
use super::rules::{Fault, Faults};
use super::subject::Methods;
use crate::ids::{FIXTURE_ID_MAX, count, optional_count};
use crate::time::Moment;

/// A fault rule in a fixture, with its counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRow {
    /// Id of the rule; when absent, one more than that of the rule before. Ids must rise.
    #[serde(default, deserialize_with = "optional_count", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = FIXTURE_ID_MAX))]
    pub id: Option<u64>,
    /// The requests that the rule applies to; all of them when absent.
    #[serde(default)]
    pub on: On,
    /// The action on these requests.
    #[serde(rename = "do")]
    pub act: ActForm,
    /// Number of requests that met the conditions so far; 0 when absent.
    #[serde(default, deserialize_with = "count")]
    #[schemars(range(max = FIXTURE_ID_MAX))]
    pub matched: u64,
    /// Number of requests on which the rule fired so far; 0 when absent.
    #[serde(default, deserialize_with = "count")]
    #[schemars(range(max = FIXTURE_ID_MAX))]
    pub fired: u64,
    /// Time on the world's clock when the rule was created, from which its window counts; the current
    /// time when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Moment>,
}

impl Faults {
    /// The rules of a fixture, or all their problems.
    pub(crate) fn load(
        rows: &[FaultRow],
        last_id: u64,
        now: Moment,
        methods: &dyn Methods,
    ) -> Result<Self, Vec<String>> {
        let mut faults = Self::default();
        let mut wrong = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let id = row.id.unwrap_or(faults.last_id + 1);
            if id <= faults.last_id {
                wrong.push(format!("faults[{index}]: id {id} is not greater than the id of the rule before"));
                continue;
            }
            let made_at = row.made_at.unwrap_or(now);
            faults.last_id = id - 1;
            let rule = RuleForm { on: row.on.clone(), act: row.act.clone() };
            match faults.add(rule, made_at, methods) {
                Ok(_) => {
                    let place = faults.rules.len() - 1;
                    faults.rules[place].matched = row.matched;
                    faults.rules[place].fired = row.fired;
                }
                Err(found) => {
                    faults.last_id = id;
                    wrong.extend(
                        found.into_iter().map(|violation| format!("faults[{index}]: {}", violation.message)),
                    );
                }
            }
        }
        faults.last_id = faults.last_id.max(last_id);
        if wrong.is_empty() { Ok(faults) } else { Err(wrong) }
    }

    /// The rules in the form of a fixture.
    pub(crate) fn rows(&self) -> Vec<FaultRow> {
        let row = |fault: &Fault| FaultRow {
            id: Some(fault.id),
            on: fault.rule.on.clone(),
            act: fault.rule.act.clone().into(),
            matched: fault.matched,
            fired: fault.fired,
            made_at: Some(fault.made_at),
        };
        self.rules.iter().map(row).collect()
    }

    /// The largest id ever given to a rule.
    pub(crate) fn last_id(&self) -> u64 {
        self.last_id
    }
}
