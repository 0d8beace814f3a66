//! Fault rules and canned replies, as set by the control API. They name methods, so this module depends
//! on `methods`; the rest of the control API is in `state`.

use std::sync::Arc;

use imbl::OrdMap;
use serde_json::Value;

use crate::faults::{Facts, Methods, RuleForm};
use crate::journal::VISITS;
use crate::method::TaskRef;
pub use crate::methods::inspect_task;
use crate::methods::{self, METHODS};
use crate::refusal::{Noun, Refusal, Violation};
use crate::state::State;
pub use crate::state::{NewTasks, Target};

/// Maximum number of canned replies in a world.
pub(crate) const STUBS_MAX: usize = 1_000;

/// The methods that a fault rule may name: modelled ones, stubbed ones and visits.
pub(crate) struct KnownMethods<'a>(pub(crate) &'a OrdMap<String, Arc<Value>>);

impl Methods for KnownMethods<'_> {
    fn facts(&self, name: &str) -> Option<Facts> {
        if let Some(row) = methods::find(name) {
            return Some(Facts { stub: false, task: row.task != TaskRef::None, lists: row.lists() });
        }
        let stub = self.0.contains_key(name);
        (stub || name == VISITS).then_some(Facts { stub, task: !stub, lists: false })
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let stubs: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let known = METHODS.iter().map(|row| row.name).chain(stubs.iter().copied());
        methods::likely(name, known).map(str::to_owned)
    }
}

/// Adds a fault rule after all others. Returns the new id.
///
/// # Errors
///
/// [`Refusal::Validation`] with all problems of the rule.
pub fn add_fault(state: &mut State, rule: RuleForm) -> Result<u64, Refusal> {
    let now = state.now();
    state
        .faults
        .add(rule, now, &KnownMethods(&state.stubs))
        .map_err(|wrong| Refusal::Validation(wrong.into()))
}

/// Removes the fault rule `id`, or all of them.
///
/// # Errors
///
/// [`Refusal::NotFound`] if the rule does not exist.
pub fn remove_faults(state: &mut State, id: Option<u64>) -> Result<(), Refusal> {
    let removed = state.faults.remove(|fault| id.is_none_or(|id| fault.id == id));
    match id {
        Some(id) if removed == 0 => Err(Refusal::missing(Noun::Fault, id)),
        _ => Ok(()),
    }
}

/// Answers a method that is not modelled with `reply` from now on.
///
/// # Errors
///
/// [`Refusal::Validation`] if the name is not a method name, if the method is modelled, or if there are
/// too many canned replies.
pub fn add_stub(state: &mut State, method: String, reply: Value) -> Result<(), Refusal> {
    if state.stubs.len() >= STUBS_MAX && !state.stubs.contains_key(&method) {
        let rest = format!("is one stub too many: a world has at most {STUBS_MAX}");
        return Err(Refusal::invalid(Violation::new(&[], "array.max", &rest)));
    }
    if let Some(why) = wrong_stub(&method) {
        return Err(Refusal::invalid(Violation::of("method", "any.invalid", why)));
    }
    state.stubs.insert(method, Arc::new(reply));
    Ok(())
}

/// Removes the canned reply of `method`, or all of them, and the fault rules that name a method which
/// is then unknown.
///
/// # Errors
///
/// [`Refusal::NotFound`] if the method has no canned reply.
pub fn remove_stubs(state: &mut State, method: Option<&str>) -> Result<(), Refusal> {
    match method {
        Some(name) if state.stubs.remove(name).is_none() => {
            return Err(Refusal::missing(Noun::Stub, name));
        }
        Some(_) => {}
        None => state.stubs.clear(),
    }
    let known = KnownMethods(&state.stubs);
    let unknown = |name: &str| known.facts(name).is_none();
    state.faults.remove(|fault| fault.rule.on.method.as_deref().is_some_and(unknown));
    Ok(())
}

/// The reason why a method cannot have a canned reply; `None` if it can.
pub(crate) fn wrong_stub(method: &str) -> Option<&'static str> {
    let unfit = |letter: char| letter.is_whitespace() || letter == '/';
    if methods::find(method).is_some() || method == VISITS {
        return Some("is modelled: use a fault rule with status and body instead");
    }
    let named = !method.is_empty() && !method.contains(unfit);
    (!named).then_some("must be the name of a wire method, such as images.list")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_may_name_modelled_methods_stubs_and_visits() {
        let stubs: OrdMap<String, Arc<Value>> = OrdMap::unit("images.list".into(), Arc::default());
        let known = KnownMethods(&stubs);
        let facts = |stub, task, lists| Some(Facts { stub, task, lists });
        assert_eq!(known.facts("tasks.info"), facts(false, true, false));
        assert_eq!(known.facts("tasks.list"), facts(false, false, true));
        assert_eq!(known.facts("images.list"), facts(true, false, false));
        assert_eq!(known.facts(VISITS), facts(false, true, false));
        assert_eq!(known.facts("images.info"), None);
        assert_eq!(known.nearest("tasks.lst").as_deref(), Some("tasks.list"));
        assert_eq!(known.nearest("images.lst").as_deref(), Some("images.list"));
    }
}
