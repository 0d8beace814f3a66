//! The rules of a world, their counts, and the selection of the rule for a request.

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

/// Maximum number of rules in a world: each request is compared with all of them.
pub const RULES_MAX: usize = 1_000;
/// Probabilities are compared with draws from 0 up to this number.
const CHANCES: u64 = 1 << 53;

/// A fault rule: a trigger and an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The requests that the rule applies to.
    pub on: On,
    /// The action on these requests.
    pub act: Act,
}

/// A rule that fired on a request.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Id of the rule.
    pub id: u64,
    /// The rule, as it was when it fired.
    pub rule: Arc<Rule>,
}

/// A rule in a world, with its counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Id, from 1 in the order of creation.
    pub id: u64,
    /// The rule.
    pub rule: Arc<Rule>,
    /// Number of requests that met its conditions.
    pub matched: u64,
    /// Number of requests on which it fired.
    pub fired: u64,
    /// Time of its creation, from which its window counts.
    pub made_at: Moment,
    /// The `nth` of the rule, sorted, because each request searches it and it may be long.
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

/// The rules of a world, in the order of creation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    pub(super) rules: Vector<Fault>,
    /// The largest id ever given to a rule.
    pub(super) last_id: u64,
}

impl Faults {
    /// Adds a rule at `now`, after all others. Returns the new id. A world has at most [`RULES_MAX`] rules.
    ///
    /// # Errors
    ///
    /// All problems of the rule.
    pub(crate) fn add(
        &mut self,
        form: RuleForm,
        now: Moment,
        methods: &dyn Methods,
    ) -> Result<u64, Vec<Violation>> {
        let mut violations = check::violations(&form, methods);
        if self.rules.len() >= RULES_MAX {
            let rest = format!("is one rule too many: a world has at most {RULES_MAX}");
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

    /// Removes the rules for which `goes` is true, and returns their number.
    pub(crate) fn remove(&mut self, goes: impl Fn(&Fault) -> bool) -> usize {
        let before = self.rules.len();
        self.rules.retain(|fault| !goes(fault));
        before - self.rules.len()
    }

    /// Returns the first rule whose conditions and trigger hold, and counts it as fired. The request
    /// counts as matched for this rule and for each rule before it whose conditions hold, but not for
    /// the rules after it.
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

    /// The first moment after `now` at which the window of a rule opens or closes, among the rules that
    /// name a task for which `is_meant` is true.
    pub(crate) fn next_edge(&self, is_meant: impl Fn(TaskId) -> bool, now: Moment) -> Option<Moment> {
        let named = self.rules.iter().filter(|fault| fault.rule.on.task.is_some_and(&is_meant));
        let edges = named.flat_map(|fault| {
            let (from, until) = fault.window();
            [from, until]
        });
        edges.flatten().filter(|edge| *edge > now).min()
    }

    /// The earliest end of the windows of rules that name the task and now answer every request like
    /// `subject` instead of the method, so that a client could only wait for it.
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
