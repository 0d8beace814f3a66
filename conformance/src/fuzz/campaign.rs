//! The run of all cases of a campaign, on several workers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use proptest::strategy::ValueTree as _;

use super::outcome::Means;
use super::plan::{Campaign, FuzzError};
use super::source::{FailureModes, Source, case_id, mode};
use crate::draw::Scope;
use crate::event::{Record, Stop, What};
use crate::oracle::{Objection, Oracle};
use crate::run::{MakeAdapter, Rig, RunError};
use crate::scenario::Case;

/// Consecutive broken cases after which a client is given up.
const BREAKDOWNS_MAX: u32 = 5;

/// Everything that the run of all cases has found.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) counted: Means,
    /// The new ways to fail.
    pub(super) found: FailureModes,
    /// Numbers of cases that fail in known ways only, by the name of the rule.
    pub(super) known: BTreeMap<&'static str, u64>,
    /// Reason why the run ended early.
    pub(super) trouble: Option<String>,
}

struct CampaignContext<'a> {
    campaign: &'a Campaign<'a>,
    scope: &'a Scope,
    began: Instant,
    next: AtomicU64,
    is_over: AtomicBool,
    tally: Mutex<Tally>,
    done: &'a (dyn Fn(bool) + Sync),
}

/// Runs all cases. The first worker uses `rig`, each other one starts a client of its own.
pub(super) fn run<'a>(
    campaign: &Campaign<'_>,
    scope: &Scope,
    rig: Rig<'a>,
    make: &'a MakeAdapter<'a>,
    done: &(dyn Fn(bool) + Sync),
) -> Result<Tally, FuzzError> {
    let shared = CampaignContext {
        campaign,
        scope,
        began: Instant::now(),
        next: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
        tally: Mutex::default(),
        done,
    };
    let others = campaign.jobs.clamp(1, 1_000) - 1;
    let ended: Vec<Result<(), FuzzError>> = thread::scope(|scope| {
        let more = |_| scope.spawn(|| work(&shared, Rig::start(make)?));
        let workers: Vec<_> = (0..others).map(more).collect();
        let first = work(&shared, rig);
        let others = workers.into_iter().map(|worker| match worker.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        std::iter::once(first).chain(others).collect()
    });
    let mut tally = shared.tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    for error in ended.into_iter().filter_map(Result::err) {
        match error {
            // The cases that were run before count.
            FuzzError::Run(error) if tally.counted.drawn.cases > 0 => {
                tally.trouble.get_or_insert(error.to_string());
            }
            error => return Err(error),
        }
    }
    Ok(tally)
}

fn work(shared: &CampaignContext<'_>, mut rig: Rig<'_>) -> Result<(), FuzzError> {
    let oracle = Oracle::of(rig.client());
    let source = Source::new(shared.campaign.seed, shared.scope);
    let mut own = Tally::default();
    let ended = cases(shared, &mut rig, &source, oracle, &mut own);
    if let Some(why) = rig.end().filter(|_| ended.is_ok()) {
        own.trouble.get_or_insert(why);
    }
    shared.tally.lock().unwrap_or_else(PoisonError::into_inner).add(own);
    if ended.is_err() {
        shared.is_over.store(true, Ordering::Relaxed);
    }
    ended
}

fn cases(
    shared: &CampaignContext<'_>,
    rig: &mut Rig<'_>,
    source: &Source,
    oracle: Oracle,
    own: &mut Tally,
) -> Result<(), FuzzError> {
    let mut breakdowns = 0;
    while let Some(number) = shared.take() {
        let case = source.tree(number)?.current();
        let record = rig.run(&case)?;
        own.counted.count(&case, &record);
        breakdowns = match &record.stop {
            Stop::Broken(why) => {
                own.trouble.get_or_insert_with(|| format!("case {number}: {why}"));
                breakdowns + 1
            }
            _ => 0,
        };
        let objections = oracle.objections(&case, &record);
        let is_new = own.note(shared, rig, number, &case, &objections);
        (shared.done)(is_new);
        if breakdowns == BREAKDOWNS_MAX {
            let why =
                format!("the client broke down in {BREAKDOWNS_MAX} cases in a row; the last one, {number}: ");
            let last = own.trouble.clone().unwrap_or_default();
            return Err(RunError::Client(why + &last).into());
        }
    }
    Ok(())
}

impl CampaignContext<'_> {
    /// Number of the next case of this part; none if the campaign is over.
    fn take(&self) -> Option<u64> {
        loop {
            let is_late = self.campaign.time.is_some_and(|limit| self.began.elapsed() >= limit);
            if is_late || self.is_over.load(Ordering::Relaxed) {
                return None;
            }
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if self.campaign.cases.is_some_and(|cases| number >= cases) {
                return None;
            }
            let is_ours = |part: crate::partition::Partition| part.has(&case_id(self.campaign.seed, number));
            if self.campaign.partition.is_none_or(is_ours) {
                return Some(number);
            }
        }
    }
}

impl Tally {
    /// Notes the objections to a case. Returns true if one of them is not known.
    fn note(
        &mut self,
        shared: &CampaignContext<'_>,
        rig: &Rig<'_>,
        number: u64,
        case: &Case,
        objections: &[Objection],
    ) -> bool {
        let Campaign { known, today, .. } = shared.campaign;
        let client = rig.client();
        let is_known = |objection: &&Objection| {
            let (rule, operation) = mode(case, objection);
            known.of(&client.name).explains((rule, &operation), client, *today)
        };
        let (old, new): (Vec<_>, Vec<_>) = objections.iter().partition(is_known);
        for objection in old {
            *self.known.entry(objection.rule.name()).or_default() += 1;
        }
        for objection in &new {
            let found = self.found.entry(mode(case, objection)).or_insert((number, 0));
            found.0 = found.0.min(number);
            found.1 += 1;
        }
        !new.is_empty()
    }

    fn add(&mut self, other: Self) {
        self.counted.add(&other.counted);
        for (mode, (first, times)) in other.found {
            let found = self.found.entry(mode).or_insert((first, 0));
            found.0 = found.0.min(first);
            found.1 += times;
        }
        for (rule, times) in other.known {
            *self.known.entry(rule).or_default() += times;
        }
        self.trouble = self.trouble.take().or(other.trouble);
    }
}

impl Means {
    /// Counts a case that was run.
    fn count(&mut self, case: &Case, record: &Record) {
        self.drawn.count(case);
        let requests = record.events.iter().filter(|event| matches!(event.what, What::Request(_)));
        self.requests += requests.count() as u64;
        self.faulted += u64::from(record.fired.iter().any(|fired| *fired > 0));
        self.broken += u64::from(matches!(record.stop, Stop::Broken(_)));
    }
}
