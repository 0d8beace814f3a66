//! The timeline of a task: its changes of status, with their times.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lifecycle::Status;
use crate::time::Moment;

/// Maximum number of changes that a timeline keeps, the newest ones: a task that a test moves for ever must not
/// fill the memory.
const CHANGES_MAX: usize = 100;

/// Change of a task's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    /// New status.
    pub status: Status,
    /// Time of the change.
    pub at: Moment,
}

/// The newest changes of a task's status, oldest first. A clone shares them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline(Arc<[StatusChange]>);

impl Timeline {
    pub(crate) fn of(changes: &[StatusChange]) -> Self {
        Self(changes[changes.len().saturating_sub(CHANGES_MAX)..].into())
    }

    /// Returns the changes, oldest first.
    #[must_use]
    pub fn changes(&self) -> &[StatusChange] {
        &self.0
    }

    /// Adds a status, unless it is the present one: a lifecycle may have several stages with one status.
    pub(crate) fn add(&mut self, status: Status, at: Moment) {
        if self.0.last().is_some_and(|last| last.status == status) {
            return;
        }
        let kept = &self.0[self.0.len().saturating_sub(CHANGES_MAX - 1)..];
        self.0 = kept.iter().copied().chain([StatusChange { status, at }]).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeline_has_changes_only_and_keeps_the_newest() {
        let mut timeline = Timeline::default();
        let at = Moment::from_millis;
        for (status, ms) in [(Status::Queued, 0), (Status::Started, 1), (Status::Started, 2)] {
            timeline.add(status, at(ms));
        }
        let change = |status, ms| StatusChange { status, at: at(ms) };
        assert_eq!(timeline.changes(), [change(Status::Queued, 0), change(Status::Started, 1)]);
        for ms in 0..100 {
            timeline.add([Status::Error, Status::Started][ms % 2], at(i64::try_from(ms).unwrap()));
        }
        assert_eq!(timeline.changes().len(), CHANGES_MAX);
        assert_eq!(timeline.changes()[0], change(Status::Error, 0));
        let many = [timeline.changes(), &[change(Status::Error, 7)]].concat();
        assert_eq!(Timeline::of(&many).changes(), &many[1..]);
    }
}
