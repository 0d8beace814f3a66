//! What a run comes to: a verdict for each check and each scenario, and their sums.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::event::Event;
use crate::protocol::{Exception, Hello};
use crate::scenario::{Layer, Level};

/// What a check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It does not hold, and need not.
    Warn,
    /// It cannot be seen on this client.
    Unobserved,
    /// It would hold of a client that does nothing, or of one that meets no fault.
    Vacuous,
    /// It does not hold, as is known.
    Known,
}

impl Verdict {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Fail, Self::Warn, Self::Unobserved, Self::Vacuous, Self::Known];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Unobserved => "unobserved",
            Self::Vacuous => "vacuous",
            Self::Known => "known",
        }
    }

    /// Whether the run is not as expected because of it.
    #[must_use]
    pub fn fails_the_run(self) -> bool {
        matches!(self, Self::Fail | Self::Vacuous)
    }
}

/// Why the passes of a scenario say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vacuity {
    /// These fault rules of the scenario, counted from 1, never fired.
    IdleRules(Vec<usize>),
    /// Its anchor, the check of this id, does not pass.
    Anchor(String),
}

impl fmt::Display for Vacuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdleRules(rules) => {
                let rules: Vec<_> = rules.iter().map(usize::to_string).collect();
                write!(f, "fault rule {} never fired", rules.join(", "))
            }
            Self::Anchor(anchor) => write!(f, "the anchor {anchor} does not pass"),
        }
    }
}

/// What a scenario comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioVerdict {
    /// All that must hold holds.
    Pass,
    /// A check fails or is vacuous.
    Fail,
    /// What does not hold is known.
    Known,
    /// The client went past the budget.
    Runaway,
    /// The kit or the adapter is at fault.
    Broken,
    /// The client does not claim what it needs.
    NotApplicable,
}

impl ScenarioVerdict {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Fail, Self::Known, Self::Runaway, Self::Broken, Self::NotApplicable];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Known => "known",
            Self::Runaway => "runaway",
            Self::Broken => "broken",
            Self::NotApplicable => "not applicable",
        }
    }

    /// Whether the run is not as expected because of it.
    #[must_use]
    pub fn fails_the_run(self) -> bool {
        matches!(self, Self::Fail | Self::Runaway | Self::Broken)
    }
}

/// One check, judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckOutcome {
    /// Its id.
    pub id: String,
    /// How much it matters.
    pub level: Level,
    /// Whom it is for.
    pub layer: Layer,
    /// What it comes to.
    pub verdict: Verdict,
    /// Why it is vacuous, where that lies in the scenario and not in what it is about.
    #[serde(skip)]
    pub vacuity: Option<Vacuity>,
    /// What was expected, where it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was seen, or why it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// How the call that it is about failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<Exception>,
    /// Why it does not hold, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// One scenario, judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScenarioOutcome {
    /// Its id.
    pub id: String,
    /// What a client is to do.
    pub about: String,
    /// What it comes to.
    pub verdict: ScenarioVerdict,
    /// Why, where the checks do not tell: it is broken, a runaway, not applicable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Its checks.
    pub checks: Vec<CheckOutcome>,
    /// The trace of what happened, as lines; there once the events are gone.
    #[serde(skip)]
    pub trace: Vec<String>,
    /// What happened. A run hands it on when the scenario has ended, so that it is not kept to the end of all.
    #[serde(skip)]
    pub events: Vec<Event>,
}

/// The most characters that are kept of what a check, or a scenario, says of what was seen. The events have it whole.
const SAID_MAX: usize = 10_000;

/// A text of any length that a client may have had a say in, cut where it is kept for long.
pub(crate) fn kept(text: String) -> String {
    match text.char_indices().nth(SAID_MAX) {
        Some((end, _)) => format!("{}… {} more bytes", &text[..end], text.len() - end),
        None => text,
    }
}

/// A whole run, its scenarios in the order of their ids.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The client.
    pub client: Hello,
    /// The scenarios.
    pub scenarios: Vec<ScenarioOutcome>,
    /// What makes the run as a whole not as expected, beside its scenarios: known failures that are none any more,
    /// what the client should claim and does not.
    pub findings: Vec<String>,
    /// What somebody should see to, though the run is as expected.
    pub warnings: Vec<String>,
    /// How long it took, in real milliseconds.
    pub wall_ms: u64,
    /// The command that repeats it, but for the names of scenarios, such as `slymock check`.
    pub command: String,
    /// The patterns and files that were asked for; all scenarios where there are none.
    pub names: Vec<String>,
    /// The files of scenarios that were given as files, by id; others are named by their ids.
    pub files: BTreeMap<String, String>,
}

impl Outcome {
    /// Whether all is as expected.
    #[must_use]
    pub fn is_as_expected(&self) -> bool {
        self.findings.is_empty() && !self.scenarios.iter().any(|scenario| scenario.verdict.fails_the_run())
    }

    /// Whether the run shows nothing of the client: no check has a verdict, and no scenario has failed without one.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        let shows = |scenario: &ScenarioOutcome| {
            scenario.verdict.fails_the_run()
                || scenario.checks.iter().any(|check| check.verdict != Verdict::Unobserved)
        };
        !self.scenarios.iter().any(shows)
    }

    /// How many checks have that verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        let checks = self.scenarios.iter().flat_map(|scenario| &scenario.checks);
        checks.filter(|check| check.verdict == verdict).count()
    }

    /// How many scenarios have that verdict.
    #[must_use]
    pub fn scenarios_with(&self, verdict: ScenarioVerdict) -> usize {
        self.scenarios.iter().filter(|scenario| scenario.verdict == verdict).count()
    }
}
