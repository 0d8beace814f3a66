//! The search for a smaller case that fails in the same way. proptest proposes the cases.

use std::time::Instant;

use proptest::strategy::ValueTree;

use super::plan::{FuzzError, Shrinking};
use super::source::{FailureMode, mode};
use crate::event::Stop;
use crate::oracle::{Objection, Oracle};
use crate::run::{Rig, RunError};
use crate::scenario::{Case, Scenario};

/// The smallest case so far.
pub(super) struct Smallest {
    pub(super) case: Case,
    pub(super) objection: Objection,
    /// Number of runs.
    pub(super) runs: u32,
    /// Reason why the search ended early.
    pub(super) trouble: Option<FuzzError>,
}

/// Shrinks a case. None if it does not fail in this way when it is run again, which no deterministic client does.
pub(super) fn shrink(
    tree: &mut dyn ValueTree<Value = Case>,
    failure: &FailureMode,
    limits: Shrinking,
    rig: &mut Rig<'_>,
    oracle: Oracle,
) -> Result<Option<Smallest>, FuzzError> {
    let began = Instant::now();
    let case = tree.current();
    let Some(objection) = fails(&case, failure, rig, oracle)? else { return Ok(None) };
    let mut smallest = Smallest { case, objection, runs: 1, trouble: None };
    let mut goes_on = tree.simplify();
    while goes_on && smallest.runs < limits.runs && began.elapsed() < limits.time {
        let case = tree.current();
        smallest.runs += 1;
        goes_on = match fails(&case, failure, rig, oracle) {
            Ok(Some(objection)) => {
                (smallest.case, smallest.objection) = (case, objection);
                tree.simplify()
            }
            Ok(None) => tree.complicate(),
            Err(error) => {
                smallest.trouble = Some(error);
                false
            }
        };
    }
    if smallest.trouble.is_none() {
        smallest.drop_parts(failure, limits.runs, rig, oracle);
    }
    Ok(Some(smallest))
}

impl Smallest {
    /// Drops everything that the failure does not need and that the strategies always draw: keys of the world, fault
    /// rules, settings.
    fn drop_parts(&mut self, failure: &FailureMode, most: u32, rig: &mut Rig<'_>, oracle: Oracle) {
        for smaller in parts(&self.case.scenario) {
            let mut case = self.case.clone();
            if self.runs >= most || !smaller(&mut case.scenario) {
                continue;
            }
            self.runs += 1;
            match fails(&case, failure, rig, oracle) {
                Ok(Some(objection)) => (self.case, self.objection) = (case, objection),
                Ok(None) => {}
                Err(error) => {
                    self.trouble = Some(error);
                    return;
                }
            }
        }
    }
}

/// Drops a part of a scenario. Returns false if there is none to drop.
type Drop = Box<dyn Fn(&mut Scenario) -> bool>;

fn parts(scenario: &Scenario) -> Vec<Drop> {
    let mut parts: Vec<Drop> = Vec::new();
    for place in (0..scenario.faults.len()).rev() {
        parts.push(Box::new(move |scenario| {
            let is_there = place < scenario.faults.len();
            is_there.then(|| scenario.faults.remove(place)).is_some()
        }));
    }
    for key in scenario.world.keys() {
        let key = key.clone();
        parts.push(Box::new(move |scenario| scenario.world.shift_remove(&key).is_some()));
    }
    parts.push(Box::new(|scenario| scenario.client.timeout_ms.take().is_some()));
    parts.push(Box::new(|scenario| scenario.client.task.take().is_some()));
    parts.push(Box::new(|scenario| scenario.client.token.take().is_some()));
    parts.push(Box::new(|scenario| scenario.client.retry_base_ms.take().is_some()));
    parts.push(Box::new(|scenario| {
        let lanes = scenario.steps.iter_mut().filter_map(|step| step.lane.take());
        lanes.count() > 0
    }));
    parts
}

/// Runs a case. Returns the objection if the client fails in this way.
fn fails(
    case: &Case,
    failure: &FailureMode,
    rig: &mut Rig<'_>,
    oracle: Oracle,
) -> Result<Option<Objection>, FuzzError> {
    let record = rig.run(case)?;
    if let Stop::Broken(why) = record.stop {
        return Err(RunError::Client(why).into());
    }
    let objections = oracle.objections(case, &record);
    Ok(objections.into_iter().find(|objection| mode(case, objection) == *failure))
}
