//! A fixture that has been read, from which any number of worlds can be made. Everything that does not
//! depend on settings is already in its tables, which the worlds share. Everything that depends on the
//! clock, seed, name or lifecycle of a world is made for each world.

use std::sync::Arc;

use serde_json::Value;

use super::fixture::{ClockRow, Fixture};
use super::later::Later;
use crate::clock::Mode;
use crate::excerpt::Excerpt;
use crate::ids::TaskId;
use crate::state::State;
use crate::time::Moment;

/// A fixture that has been read. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// The rows, in a state that is not a world yet.
    pub(super) state: State,
    /// Tasks that are loaded when a world is made.
    pub(super) later: Arc<[Later]>,
    /// The rest of the fixture, without rows and blobs.
    pub(super) frame: Fixture,
    pub(super) problems: Problems,
    /// The addresses to which its apps are forwarded, each with the name of its owner.
    pub(super) forwards: Arc<[(String, String)]>,
}

/// The problems of a fixture, each as a sentence. They are reported when a world is made.
#[derive(Clone, Debug, Default)]
pub(super) struct Problems {
    /// Problems of rows, in the order of the tables.
    pub(super) rows: Excerpt<String>,
    pub(super) blobs: Excerpt<String>,
    /// Problems between rows, and problems of apps and stubs.
    pub(super) others: Excerpt<String>,
    /// Problems of tasks, in the order of their ids.
    pub(super) tasks: Excerpt<(TaskId, String)>,
}

impl Problems {
    /// True if nothing but tasks has problems, so that tasks can be loaded.
    pub(super) fn are_none_of_tables(&self) -> bool {
        self.rows.is_empty() && self.blobs.is_empty() && self.others.is_empty()
    }
}

impl Blueprint {
    /// The addresses to which its apps are forwarded, each with the name of its owner.
    pub fn forwards(&self) -> impl Iterator<Item = (&str, &str)> {
        self.forwards.iter().map(|(whose, to)| (whose.as_str(), to.as_str()))
    }

    /// The methods that have canned replies.
    pub fn stubs(&self) -> impl Iterator<Item = &str> {
        self.state.stubs().map(|(method, _)| method)
    }

    /// The mode of the clock, if the fixture has one.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.frame.clock.and_then(|ClockRow { mode, .. }| mode)
    }

    /// The time of the clock, if the fixture has one.
    pub(crate) fn now(&self) -> Option<Moment> {
        self.frame.clock.and_then(|ClockRow { now, .. }| now)
    }

    /// The seed of every draw, if the fixture has one.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.frame.seed
    }

    /// Replaces the seed.
    pub fn set_seed(&mut self, seed: u64) {
        self.frame.seed = Some(seed);
    }

    /// Replaces the default lifecycle of tasks.
    pub fn set_lifecycle(&mut self, lifecycle: Value) {
        self.frame.lifecycle = Some(lifecycle);
    }
}
