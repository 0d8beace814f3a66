//! The outcome of a run: a verdict for each check and each scenario, and their totals.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::partition::Partition;
use crate::protocol::{Exception, Hello};
use crate::scenario::{Layer, Level};

/// Verdict of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The check holds.
    Pass,
    /// The check does not hold.
    Fail,
    /// The check does not hold, but its level is not `must`.
    Warn,
    /// The check cannot be observed on this client.
    Unobserved,
    /// The check would hold even for a client that does nothing, or that meets no fault.
    Vacuous,
    /// The check does not hold, which is a known failure.
    Known,
}

impl Verdict {
    /// All verdicts, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Fail, Self::Warn, Self::Unobserved, Self::Vacuous, Self::Known];

    /// Name of the verdict in reports.
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

    /// True if the verdict makes the run fail.
    #[must_use]
    pub fn fails_the_run(self) -> bool {
        matches!(self, Self::Fail | Self::Vacuous)
    }
}

/// Reason why the passes of a scenario are vacuous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vacuity {
    /// These fault rules of the scenario, counted from 1, never fired.
    IdleRules(Vec<usize>),
    /// The anchor, the check with this id, does not pass.
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

/// Verdict of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioVerdict {
    /// No check fails or is vacuous.
    Pass,
    /// A check fails or is vacuous.
    Fail,
    /// All failures are known.
    Known,
    /// The client exceeded its budget.
    Runaway,
    /// The kit or the adapter failed.
    Broken,
    /// The client lacks something that the scenario needs.
    NotApplicable,
}

impl ScenarioVerdict {
    /// All verdicts, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Fail, Self::Known, Self::Runaway, Self::Broken, Self::NotApplicable];

    /// Name of the verdict in reports.
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

    /// True if the verdict makes the run fail.
    #[must_use]
    pub fn fails_the_run(self) -> bool {
        matches!(self, Self::Fail | Self::Runaway | Self::Broken)
    }
}

/// A judged check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckOutcome {
    /// Id of the check.
    pub id: String,
    /// Weight of the check.
    pub level: Level,
    /// Clients that the check applies to.
    pub layer: Layer,
    /// Verdict of the check.
    pub verdict: Verdict,
    /// Reason of a vacuous verdict that applies to the whole scenario.
    #[serde(skip)]
    pub vacuity: Option<Vacuity>,
    /// Expectation, if it was not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// Observation, or the reason why there is no verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Error of the call that the check covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<Exception>,
    /// Reason of a known failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A judged scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioOutcome {
    /// Id of the scenario.
    pub id: String,
    /// Expected behaviour, as one sentence.
    pub about: String,
    /// Justification that the scenario gives.
    pub because: String,
    /// Places where the evidence for it can be opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<String>,
    /// Verdict of the scenario.
    pub verdict: ScenarioVerdict,
    /// Reason of a verdict that does not follow from the checks: broken, a runaway, not applicable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The checks that apply to the client.
    pub checks: Vec<CheckOutcome>,
    /// The events as lines, kept when the events themselves are dropped.
    #[serde(skip)]
    pub trace: Vec<String>,
    /// The events. A run passes them on at the end of the scenario, so that they do not take memory until the
    /// end of the run. The JSON report has them, copied from a file.
    #[serde(skip_serializing)]
    pub events: Vec<Event>,
}

/// Maximum characters kept of an expectation, observation or reason. The events have the whole text.
const SAID_MAX: usize = 10_000;

/// Cuts a text of unlimited length, which a client may have influenced, before it is stored.
pub(crate) fn kept(text: String) -> String {
    match text.char_indices().nth(SAID_MAX) {
        Some((end, _)) => format!("{}… {} more bytes", &text[..end], text.len() - end),
        None => text,
    }
}

/// Finding of a run without a verdict. Without it, a client that claims nothing would pass.
const SILENT: &str = "no check has a verdict, so the run shows nothing about the client";

/// The part of a selection that one of several machines has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunPart {
    /// The part.
    pub partition: Partition,
    /// Number of cases in all parts together.
    pub selected: usize,
}

/// The outcome of a whole run, or of a part of one, with scenarios sorted by id.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The client that was run.
    pub client: Hello,
    /// The part, if the run is divided among machines.
    pub part: Option<RunPart>,
    /// The scenarios, sorted by id.
    pub scenarios: Vec<ScenarioOutcome>,
    /// Reasons to fail the run in addition to its scenarios: entries of known failures that are not true, and
    /// requirements that the client does not claim. Sorted, each once.
    pub findings: Vec<String>,
    /// Advice that does not fail the run. Sorted, each once.
    pub warnings: Vec<String>,
    /// Duration of the run in real milliseconds.
    pub wall_ms: u64,
    /// Command that repeats the run, without its part and the names of scenarios, such as `slymock check`;
    /// empty if it is not known.
    pub command: String,
    /// The patterns and files of the selection; all scenarios if empty.
    pub names: Vec<String>,
    /// Paths of the scenarios that were selected as files, by id.
    pub files: BTreeMap<String, String>,
}

impl Outcome {
    /// An outcome without scenarios, whose command is not known.
    #[must_use]
    pub fn of(client: Hello) -> Self {
        Self {
            client,
            part: None,
            scenarios: Vec::new(),
            findings: Vec::new(),
            warnings: Vec::new(),
            wall_ms: 0,
            command: String::new(),
            names: Vec::new(),
            files: BTreeMap::new(),
        }
    }

    /// True if neither a scenario nor a finding fails the run.
    #[must_use]
    pub fn is_as_expected(&self) -> bool {
        self.findings.is_empty() && !self.scenarios.iter().any(|scenario| scenario.verdict.fails_the_run())
    }

    /// True if the run shows nothing about the client: no check has a verdict, and no scenario has failed
    /// without one.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        let shows = |scenario: &ScenarioOutcome| {
            scenario.verdict.fails_the_run()
                || scenario.checks.iter().any(|check| check.verdict != Verdict::Unobserved)
        };
        !self.scenarios.iter().any(shows)
    }

    /// Adds findings. They are sorted, because the parts of a run have to give the same list as the whole.
    pub fn add_findings(&mut self, findings: impl IntoIterator<Item = String>) {
        add(&mut self.findings, findings);
    }

    /// Adds warnings, sorted like the findings.
    pub fn add_warnings(&mut self, warnings: impl IntoIterator<Item = String>) {
        add(&mut self.warnings, warnings);
    }

    /// Sets or removes the finding that the run shows nothing about the client.
    pub fn judge_silence(&mut self) {
        self.findings.retain(|finding| finding != SILENT);
        if self.is_silent() {
            self.add_findings([SILENT.to_owned()]);
        }
    }

    /// Number of checks with this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        let checks = self.scenarios.iter().flat_map(|scenario| &scenario.checks);
        checks.filter(|check| check.verdict == verdict).count()
    }

    /// Number of scenarios with this verdict.
    #[must_use]
    pub fn scenarios_with(&self, verdict: ScenarioVerdict) -> usize {
        self.scenarios.iter().filter(|scenario| scenario.verdict == verdict).count()
    }
}

fn add(notes: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    notes.extend(more);
    notes.sort();
    notes.dedup();
}
