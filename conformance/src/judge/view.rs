//! The events of a record that a check covers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::event::{Event, Record, Request, Way, What};
use crate::probe::probes;
use crate::scenario::Case;

/// A request with its time and outcome.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestRecord<'a> {
    pub(super) at_ms: u64,
    pub(super) lane: &'a str,
    pub(super) step: Option<usize>,
    pub(super) request: &'a Request,
    /// True if the client did not get the response that it requested.
    pub(super) failed: bool,
}

/// Result of a step.
#[derive(Clone, Copy, Debug)]
pub(super) enum StepResult<'a> {
    Returned(&'a Value),
    Raised(&'a crate::protocol::Exception),
}

/// Precision of the times of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    /// Exact.
    Exact,
    /// Lower bounds: an event may be late on a slow machine, but never early.
    AtLeast,
}

/// The events of one step, or of all steps.
pub(super) struct View<'a> {
    /// Precision of their times.
    pub(super) times: Times,
    events: Vec<&'a Event>,
    /// Failed requests, by lane and number.
    failed: BTreeSet<(&'a str, u64)>,
    /// Requests that only learn the size of a listing.
    probes: BTreeSet<(&'a str, u64)>,
}

/// Index of the step with this label.
pub(super) fn step_named(case: &Case, label: &str) -> Option<usize> {
    case.scenario.steps.iter().position(|step| step.label.as_deref() == Some(label))
}

impl<'a> View<'a> {
    pub(super) fn of(case: &Case, label: Option<&str>, record: &'a Record, times: Times) -> Self {
        let step = label.map(|label| step_named(case, label));
        let wanted = |event: &&Event| step.is_none_or(|step| event.step == step);
        let failed = record.events.iter().filter_map(|event| failure(event, &case.scenario.faults));
        let events = record.events.iter().filter(wanted).collect();
        Self { times, events, failed: failed.collect(), probes: probes(&record.events) }
    }

    /// The counted requests, in order of time.
    pub(super) fn requests(&self) -> Vec<RequestRecord<'a>> {
        let mut all = self.with_probes();
        all.retain(|asked| !self.probes.contains(&(asked.lane, asked.request.request)));
        all
    }

    /// The counted requests and the probes, which are requests for a retry as well.
    pub(super) fn with_probes(&self) -> Vec<RequestRecord<'a>> {
        self.events.iter().filter_map(|event| self.asked(event)).collect()
    }

    /// The events of each lane, in order of the lanes' names.
    pub(super) fn lanes(&self) -> Vec<Vec<&'a Event>> {
        let mut lanes: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
        for event in &self.events {
            lanes.entry(event.lane.as_str()).or_default().push(event);
        }
        lanes.into_values().collect()
    }

    /// Result of the last step that ended.
    pub(super) fn result(&self) -> Option<StepResult<'a>> {
        self.events.iter().rev().find_map(|event| match &event.what {
            What::Return { value } => Some(StepResult::Returned(value)),
            What::Raise(raised) => Some(StepResult::Raised(raised)),
            _ => None,
        })
    }

    pub(super) fn sleeps(&self) -> Vec<u64> {
        let ms = |event: &&Event| if let What::Sleep { ms } = event.what { Some(ms) } else { None };
        self.events.iter().filter_map(ms).collect()
    }

    /// Level and text of each log line.
    pub(super) fn logs(&self) -> Vec<(&'a str, &'a str)> {
        let line = |event: &&'a Event| match &event.what {
            What::Log { level, text } => Some((level.as_str(), text.as_str())),
            _ => None,
        };
        self.events.iter().filter_map(line).collect()
    }

    /// The requests of each lane up to `ms` milliseconds after its last result. None if a lane has no result.
    pub(super) fn after_result(&self, ms: u64) -> Option<Vec<RequestRecord<'a>>> {
        let mut late = Vec::new();
        let lanes = self.lanes();
        for lane in &lanes {
            let is_result = |event: &&Event| matches!(event.what, What::Return { .. } | What::Raise(_));
            let last = lane.iter().rposition(is_result)?;
            let end = lane[last].at_ms.saturating_add(ms);
            let after = lane[last + 1..].iter().filter(|event| event.at_ms <= end);
            late.extend(after.filter_map(|event| self.asked(event)));
        }
        (!lanes.is_empty()).then_some(late)
    }

    /// The request of an event, if it is counted.
    fn asked(&self, event: &'a Event) -> Option<RequestRecord<'a>> {
        let What::Request(request) = &event.what else { return None };
        if request.ambient {
            return None;
        }
        let lane = event.lane.as_str();
        let failed = self.failed.contains(&(lane, request.request));
        Some(RequestRecord { at_ms: event.at_ms, lane, step: event.step, request, failed })
    }
}

/// The request that failed according to an event.
fn failure<'a>(event: &'a Event, rules: &[Map<String, Value>]) -> Option<(&'a str, u64)> {
    let (request, failed) = match event.what {
        What::Reply { request, status, way, .. } => (request, status != Some(200) || way == Way::Spoiled),
        What::Fault { request, rule } => (request, spoils(rule, rules)),
        _ => return None,
    };
    failed.then_some((event.lane.as_str(), request))
}

/// Action of a fault rule that only delays the response.
const DELAY: &str = "delay_ms";

/// True if a rule, by its number from 1, changes the response instead of only delaying it.
fn spoils(rule: u64, rules: &[Map<String, Value>]) -> bool {
    let index = usize::try_from(rule).ok().and_then(|rule| rule.checked_sub(1));
    let actions = index.and_then(|index| rules.get(index)?.get("do")?.as_object());
    actions.is_none_or(|actions| actions.keys().any(|action| action != DELAY))
}
