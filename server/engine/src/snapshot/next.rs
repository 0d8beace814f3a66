//! The queue of lifecycles in fixtures.

use imbl::Vector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lifecycles::Lifecycles;
use crate::lifecycle::{LifecycleForm, NEXT_MAX, NextTasks, TIMES_MAX, name_or_whole, wrong_times};
use crate::state::State;

/// The lifecycle of the next tasks that clients start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NextTasksRow {
    /// Lifecycle that they follow: a preset name or an object.
    #[schemars(with = "LifecycleForm")]
    pub lifecycle: Value,
    /// Number of tasks; 1 when absent.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = TIMES_MAX))]
    pub times: u64,
}

fn once() -> u64 {
    1
}

/// Reads the queue, or returns its problems.
pub(super) fn load(rows: &[NextTasksRow]) -> Result<Vector<NextTasks>, Vec<String>> {
    let (mut next, mut problems, mut lifecycles) = (Vector::new(), Vec::new(), Lifecycles::default());
    if rows.len() > NEXT_MAX {
        problems.push(format!("nextTasks: at most {NEXT_MAX} entries"));
    }
    for (index, row) in rows.iter().enumerate() {
        problems.extend(wrong_times(row.times).map(|rest| format!("nextTasks[{index}]: times {rest}")));
        match lifecycles.of(&row.lifecycle) {
            Ok(lifecycle) => next.push_back(NextTasks { lifecycle, times: row.times }),
            Err(found) => {
                problems.extend(found.iter().map(|problem| format!("nextTasks[{index}]: {problem}")))
            }
        }
    }
    if problems.is_empty() { Ok(next) } else { Err(problems) }
}

/// Returns the queue of a state in the form of a fixture.
#[must_use]
pub fn next_tasks(state: &State) -> Vec<NextTasksRow> {
    let row =
        |next: &NextTasks| NextTasksRow { lifecycle: name_or_whole(&next.lifecycle), times: next.times };
    state.next_tasks().map(row).collect()
}
