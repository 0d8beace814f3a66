//! A fixture that was read: what worlds are made of, as often as there is need. All that no setting changes is in its
//! tables already, which the worlds have in common; what depends on the clock, the seed, the name or the lifecycle of the
//! world that it becomes is done anew for each.

use std::sync::Arc;

use serde_json::Value;

use super::fixture::{ClockRow, Fixture};
use super::later::Later;
use crate::clock::Mode;
use crate::excerpt::Excerpt;
use crate::ids::TaskId;
use crate::state::State;
use crate::time::Moment;

/// A fixture that was read. A clone costs next to nothing.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// Its rows, in a state that is no world yet.
    pub(super) state: State,
    /// What is done when a world is made.
    pub(super) later: Arc<[Later]>,
    /// All of the fixture but rows and bytes.
    pub(super) frame: Fixture,
    pub(super) problems: Problems,
    /// The addresses that its apps are forwarded to, each with whose it is.
    pub(super) forwards: Arc<[(String, String)]>,
}

/// What does not hold together, each as a sentence: told when a world is to be made.
#[derive(Clone, Debug, Default)]
pub(super) struct Problems {
    /// By table, in their order.
    pub(super) rows: Excerpt<String>,
    pub(super) blobs: Excerpt<String>,
    /// What is wrong among rows, apps and stubs.
    pub(super) others: Excerpt<String>,
    /// By id.
    pub(super) tasks: Excerpt<(TaskId, String)>,
}

impl Problems {
    /// Whether tasks have what they need.
    pub(super) fn are_none_of_tables(&self) -> bool {
        self.rows.is_empty() && self.blobs.is_empty() && self.others.is_empty()
    }
}

impl Blueprint {
    /// The addresses that its apps are forwarded to, each with whose it is.
    pub fn forwards(&self) -> impl Iterator<Item = (&str, &str)> {
        self.forwards.iter().map(|(whose, to)| (whose.as_str(), to.as_str()))
    }

    /// The methods that it has canned replies for.
    pub fn stubs(&self) -> impl Iterator<Item = &str> {
        self.state.stubs().map(|(method, _)| method)
    }

    /// How the clock of its worlds moves, if it says so.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.frame.clock.and_then(|ClockRow { mode, .. }| mode)
    }

    /// Where their clock stands, if it says so.
    pub(crate) fn now(&self) -> Option<Moment> {
        self.frame.clock.and_then(|ClockRow { now, .. }| now)
    }

    /// The seed of every draw, if it says so.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.frame.seed
    }

    /// It with another seed.
    pub fn set_seed(&mut self, seed: u64) {
        self.frame.seed = Some(seed);
    }

    /// It with another lifecycle of tasks that bring none.
    pub fn set_lifecycle(&mut self, lifecycle: Value) {
        self.frame.lifecycle = Some(lifecycle);
    }
}
