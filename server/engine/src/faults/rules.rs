//! The rules of a world, how often each was met and fired, and the one that a request falls under.

use std::sync::Arc;

use imbl::Vector;

use super::act::Act;
use super::check;
use super::form::{On, RuleForm};
use super::subject::{Methods, Subject};
use crate::entropy::Draw;
use crate::ids::TaskId;
use crate::refusal::Violation;
use crate::time::Moment;

/// The most rules of a world: each request asks them all.
pub const RULES_MAX: usize = 1_000;
/// Draws of probability are fractions of this.
const CHANCES: u64 = 1 << 53;

/// A rule: which requests it is for, and what becomes of those.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Which requests.
    pub on: On,
    /// What becomes of them.
    pub act: Act,
}

/// A rule that fired on a request.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The rule's id.
    pub id: u64,
    /// The rule.
    pub rule: Arc<Rule>,
}

/// A rule in a world.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Its id, from 1 in order of making.
    pub id: u64,
    /// The rule.
    pub rule: Arc<Rule>,
    /// How many requests have met its conditions.
    pub matched: u64,
    /// How often it has fired.
    pub fired: u64,
    /// When it was made; its window counts from there.
    pub made_at: Moment,
    /// The rule's `nth` in order: it is looked at with each request, however many there are.
    nth: Arc<[u64]>,
}

impl Fault {
    fn new(id: u64, rule: Rule, made_at: Moment) -> Self {
        let mut nth = rule.on.nth.clone();
        nth.sort_unstable();
        Self { id, rule: Arc::new(rule), matched: 0, fired: 0, made_at, nth: nth.into() }
    }

    /// The moments at which its window opens and closes.
    fn window(&self) -> (Option<Moment>, Option<Moment>) {
        let edge = |ms: Option<u64>| ms.map(|ms| self.made_at.plus_ms(ms));
        (edge(self.rule.on.from_ms), edge(self.rule.on.until_ms))
    }

    fn conditions_hold(&self, subject: &Subject<'_>, now: Moment) -> bool {
        let on = &self.rule.on;
        let (from, until) = self.window();
        on.method.as_deref().map_or(!subject.spared, |method| method == subject.method)
            && on.task.is_none_or(|task| subject.task == Some(task))
            && from.is_none_or(|from| from <= now)
            && until.is_none_or(|until| now < until)
            && (subject.lists || self.rule.act.distortion().is_none())
    }

    fn trigger_holds(&self, seed: u64) -> bool {
        let on = &self.rule.on;
        let count = self.matched;
        let drawn = || Draw { seed, stream: "fault", entity: self.id, event: count }.below(CHANCES);
        (on.nth.is_empty() || self.nth.binary_search(&count).is_ok())
            && on.first.is_none_or(|first| count <= first)
            && on.every.is_none_or(|every| count.is_multiple_of(every))
            && on.probability.is_none_or(|chance| (drawn() as f64) < chance * CHANCES as f64)
    }
}

/// The rules of a world, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    pub(super) rules: Vector<Fault>,
    /// The largest id that was ever given.
    pub(super) last_id: u64,
}

impl Faults {
    /// Adds a rule at `now`, after all others; its id. A world has at most [`RULES_MAX`] of them.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub(crate) fn add(
        &mut self,
        form: RuleForm,
        now: Moment,
        methods: &dyn Methods,
    ) -> Result<u64, Vec<Violation>> {
        let mut violations = check::violations(&form, methods);
        if self.rules.len() >= RULES_MAX {
            let rest = format!("is one rule too many: there are {RULES_MAX}");
            violations.push(Violation::new(&[], "array.max", &rest));
        }
        if !violations.is_empty() {
            return Err(violations);
        }
        self.last_id += 1;
        let rule = Rule { on: form.on, act: Act::of(form.act) };
        self.rules.push_back(Fault::new(self.last_id, rule, now));
        Ok(self.last_id)
    }

    /// The rules, in order.
    pub fn rules(&self) -> impl Iterator<Item = &Fault> {
        self.rules.iter()
    }

    /// Removes the rules that `goes` names; how many those were.
    pub(crate) fn remove(&mut self, goes: impl Fn(&Fault) -> bool) -> usize {
        let before = self.rules.len();
        self.rules.retain(|fault| !goes(fault));
        before - self.rules.len()
    }

    /// The first rule whose conditions and trigger hold, counted as fired; those before it whose conditions
    /// hold are counted as met.
    pub(crate) fn judge(&mut self, subject: &Subject<'_>, now: Moment, seed: u64) -> Option<Hit> {
        for index in 0..self.rules.len() {
            if !self.rules[index].conditions_hold(subject, now) {
                continue;
            }
            let fault = &mut self.rules[index];
            fault.matched += 1;
            if fault.trigger_holds(seed) {
                fault.fired += 1;
                return Some(Hit { id: fault.id, rule: Arc::clone(&fault.rule) });
            }
        }
        None
    }

    /// The first moment after `now` at which a window opens or closes that names a task of which `is_meant` holds.
    pub(crate) fn next_edge(&self, is_meant: impl Fn(TaskId) -> bool, now: Moment) -> Option<Moment> {
        let named = self.rules.iter().filter(|fault| fault.rule.on.task.is_some_and(&is_meant));
        let edges = named.flat_map(|fault| {
            let (from, until) = fault.window();
            [from, until]
        });
        edges.flatten().filter(|edge| *edge > now).min()
    }

    /// When the first of the windows closes that keep on taking every request like `subject` about its task at `now`.
    pub(crate) fn way_out(&self, subject: &Subject<'_>, now: Moment) -> Option<Moment> {
        let takes_all = |fault: &&Fault| {
            let on = &fault.rule.on;
            let chooses = !on.nth.is_empty() || on.first.is_some() || on.every.is_some();
            on.task.is_some()
                && !chooses
                && on.probability.is_none()
                && !fault.rule.act.runs_method()
                && fault.conditions_hold(subject, now)
        };
        let closing = self.rules.iter().filter(takes_all).filter_map(|fault| fault.window().1);
        closing.filter(|until| *until > now).min()
    }
}
