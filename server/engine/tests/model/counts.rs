//! Numbers of calls, so that nothing goes untested unnoticed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Refusals that need a setup of their own: the limits are megabytes (`tests/rubbish.rs` and the tests of the server reach
/// them), and wrong fixtures are a matter of `snapshot/tests.rs`.
pub(crate) const ELSEWHERE: [&str; 4] = ["BadFixture", "StoreFull", "TooRich", "WorldFull"];

/// The refusals that calls on a world can cause.
pub(crate) const REFUSALS: &[&str] = &[
    "AlreadyFinished",
    "BadJson",
    "BadPatch",
    "CannotStop",
    "ClockBack",
    "NoNextStage",
    "NotFound",
    "NotModelled",
    "NotRunning",
    "NotUnique",
    "UnknownCommand",
    "UnknownMethod",
    "Validation",
];

#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) transitions: u64,
    pub(crate) predicted: u64,
    pub(crate) methods: BTreeMap<String, u64>,
    pub(crate) controls: BTreeMap<String, u64>,
    pub(crate) refusals: BTreeMap<String, u64>,
}

impl Counts {
    /// A line with the totals and the least of each.
    pub(crate) fn summary(&self) -> String {
        let least = |of: &BTreeMap<String, u64>| {
            let least = of.iter().min_by_key(|(_, number)| **number);
            least.map_or_else(|| "none".to_owned(), |(name, number)| format!("{name} {number} times"))
        };
        format!(
            "{} transitions, {} of them predicted by the model; the least of {} methods: {}; of {} control calls: {}; of {} \
             refusals: {}",
            self.transitions,
            self.predicted,
            self.methods.len(),
            least(&self.methods),
            self.controls.len(),
            least(&self.controls),
            self.refusals.len(),
            least(&self.refusals),
        )
    }
}

static ALL: Mutex<Option<Counts>> = Mutex::new(None);

thread_local! {
    static OWN: RefCell<Counts> = RefCell::default();
}

/// Begins to count anew.
pub(crate) fn reset() {
    *ALL.lock().unwrap_or_else(PoisonError::into_inner) = Some(Counts::default());
}

pub(crate) fn all() -> Counts {
    ALL.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
}

/// Changes the numbers of this thread.
pub(crate) fn count(change: impl FnOnce(&mut Counts)) {
    OWN.with_borrow_mut(change);
}

/// Adds the numbers of this thread to those of all.
pub(crate) fn hand_over() {
    let own = OWN.take();
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(all) = all.as_mut() else { return };
    all.transitions += own.transitions;
    all.predicted += own.predicted;
    let maps = [
        (&mut all.methods, own.methods),
        (&mut all.controls, own.controls),
        (&mut all.refusals, own.refusals),
    ];
    for (of, more) in maps {
        for (name, number) in more {
            *of.entry(name).or_default() += number;
        }
    }
}
