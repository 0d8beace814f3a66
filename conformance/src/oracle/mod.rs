//! The oracle: a small model of the promise that judges what any client did in any case. It knows the documents alone,
//! no client and no fake: from the requests and responses of a case it concludes what a client may have returned and
//! sent, when, and how often. It objects to what is forbidden, not to what is unusual.
//!
//! Sources: the documentation of `TaskApi`, `docs/wire`, and the RFCs of HTTP.

mod attempts;
mod forms;
mod listing;
mod objection;
mod requests;
mod results;
mod retries;
mod rules;
mod trace;
mod waiting;
mod words;

#[cfg(test)]
pub(crate) mod tests;

use serde_json::{Value, json};

use crate::event::{Record, Stop};
use crate::protocol::Hello;
use crate::scenario::{Case, Feature};
pub use objection::Objection;
use objection::Objections;
pub(crate) use requests::decisive_method;
pub use rules::{RULES, Rule, RuleRow};
use trace::{Ending, Trace};

/// Judges the cases of a client.
///
/// ```
/// use proptest::strategy::{Strategy as _, ValueTree as _};
/// use proptest::test_runner::TestRunner;
/// use slymock_conformance::adapter::{Adapter, in_process::InProcess};
/// use slymock_conformance::draw::{Scope, arb_case};
/// use slymock_conformance::oracle::Oracle;
/// use slymock_conformance::run::Rig;
///
/// let mut rig = Rig::start(&|say| Ok(Box::new(InProcess::new(say)) as Box<dyn Adapter>))?;
/// let (cases, oracle) = (arb_case(&Scope::of(rig.client())), Oracle::of(rig.client()));
/// let mut runner = TestRunner::deterministic();
/// for _ in 0..20 {
///     let case = cases.new_tree(&mut runner).expect("a case is drawn").current();
///     let record = rig.run(&case)?;
///     assert_eq!(oracle.objections(&case, &record), []);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Oracle {
    /// True if the client reports its log, so that silence means something.
    has_log: bool,
}

impl Oracle {
    /// The oracle for a client with these abilities.
    #[must_use]
    pub fn of(client: &Hello) -> Self {
        Self { has_log: client.features.contains(&Feature::Logs) }
    }

    /// Returns all objections to what the client did in a case, the most basic first. A case that is broken gets none:
    /// the adapter or the kit has failed, and not the client.
    #[must_use]
    pub fn objections(&self, case: &Case, record: &Record) -> Vec<Objection> {
        if let Stop::Broken(_) = record.stop {
            return Vec::new();
        }
        let mut found = Objections::default();
        let traces = Trace::all(case, record);
        for trace in &traces {
            requests::judge(trace, &mut found);
            results::in_time(trace, &mut found);
            retries::judge(trace, self.has_log, &mut found);
            match trace.op {
                "task.wait" => waiting::judge(trace, &mut found),
                "task.list" | "task.list_all" | "task.list_pages" => listing::judge(trace, &mut found),
                "task.raise_for_status" => results::of_status(trace, &mut found),
                _ => results::judge(trace, &mut found),
            }
        }
        if let Stop::Runaway(why) = &record.stop {
            let endless =
                traces.iter().find(|trace| matches!(trace.ending, Ending::Open)).map(|trace| trace.step);
            found.add(Rule::Endless, endless, why.clone(), vec![ends_somehow()]);
        }
        found.sorted()
    }
}

/// Words that hold for each call that comes to an end.
fn ends_somehow() -> Value {
    json!({"one_of": [{"returns": {"any": true}}, {"raises": {"any": true}}]})
}
