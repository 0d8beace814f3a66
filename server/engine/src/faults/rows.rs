//! Fault rules in a fixture: with what they have counted, and when they were made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::form::{ActForm, On, RuleForm};
use super::rules::{Fault, Faults};
use super::subject::Methods;
use crate::ids::{FIXTURE_ID_MAX, count, optional_count};
use crate::time::Moment;

/// A rule in a fixture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRow {
    /// Its id; when absent, one more than that of the row before.
    #[serde(default, deserialize_with = "optional_count", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = FIXTURE_ID_MAX))]
    pub id: Option<u64>,
    /// Which requests; all of them when absent.
    #[serde(default)]
    pub on: On,
    /// What becomes of them.
    #[serde(rename = "do")]
    pub act: ActForm,
    /// How many requests have met its conditions; 0 when absent.
    #[serde(default, deserialize_with = "count")]
    #[schemars(range(max = FIXTURE_ID_MAX))]
    pub matched: u64,
    /// How often it has fired; 0 when absent.
    #[serde(default, deserialize_with = "count")]
    #[schemars(range(max = FIXTURE_ID_MAX))]
    pub fired: u64,
    /// When it was made; where the clock stands when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Moment>,
}

impl Faults {
    /// The rules of a fixture, or everything that is wrong with them.
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
                wrong.push(format!("faults[{index}]: id {id} is not greater than the one before"));
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

    /// The rules as a fixture has them.
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

    /// The largest id that was ever given.
    pub(crate) fn last_id(&self) -> u64 {
        self.last_id
    }
}
