//! Fault rules and canned replies, as the control API sets and shows them.

use std::sync::Arc;

use serde_json::Value;

use crate::faults::{Fault, Rule, VISITS};
use crate::methods;
use crate::refusal::{Entity, Refusal, Violation};
use crate::state::State;

/// The most canned replies of a world.
pub(crate) const STUBS_MAX: usize = 1_000;

impl State {
    /// Adds a fault rule, after all others; its id.
    ///
    /// # Errors
    ///
    /// [`Refusal::Validation`] with everything that is wrong with it.
    pub fn add_fault(&mut self, rule: Rule) -> Result<u64, Refusal> {
        let now = self.now();
        let stubs: Vec<&str> = self.stubs.keys().map(String::as_str).collect();
        self.faults.add(rule, now, &stubs).map_err(|wrong| Refusal::Validation(wrong.into()))
    }

    /// The fault rules, in the order in which they are asked.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.rules()
    }

    /// Removes a fault rule, or all of them.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such rule.
    pub fn remove_faults(&mut self, id: Option<u64>) -> Result<(), Refusal> {
        let removed = self.faults.remove(|fault| id.is_none_or(|id| fault.id == id));
        match id {
            Some(id) if removed == 0 => Err(Refusal::missing(Entity::Fault, id)),
            _ => Ok(()),
        }
    }

    /// Answers a method that is not modelled with `reply` from now on.
    ///
    /// # Errors
    ///
    /// [`Refusal::Validation`] when the name is none, or that of a method that is modelled.
    pub fn add_stub(&mut self, method: String, reply: Value) -> Result<(), Refusal> {
        if self.stubs.len() >= STUBS_MAX && !self.stubs.contains_key(&method) {
            let rest = format!("is one stub too many: there are {STUBS_MAX}");
            return Err(Refusal::invalid(Violation::new(&[], "array.max", &rest)));
        }
        if let Some(why) = wrong_stub(&method) {
            return Err(Refusal::invalid(Violation::of("method", "any.invalid", why)));
        }
        self.stubs.insert(method, Arc::new(reply));
        Ok(())
    }

    /// The canned replies by method.
    pub fn stubs(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.stubs.iter().map(|(method, reply)| (method.as_str(), reply.as_ref()))
    }

    /// Removes a canned reply, or all of them, with the fault rules that name what is no method then.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such reply.
    pub fn remove_stubs(&mut self, method: Option<&str>) -> Result<(), Refusal> {
        match method {
            Some(name) if self.stubs.remove(name).is_none() => {
                return Err(Refusal::missing(Entity::Stub, name));
            }
            Some(_) => {}
            None => self.stubs.clear(),
        }
        let stubs = self.stubs.clone();
        let known = |name: &str| name == VISITS || methods::find(name).is_some() || stubs.contains_key(name);
        self.faults.remove(|fault| fault.rule.on.method.as_deref().is_some_and(|name| !known(name)));
        Ok(())
    }
}

/// Why no canned reply can go by that name; nothing when one can.
pub(crate) fn wrong_stub(method: &str) -> Option<&'static str> {
    let unfit = |letter: char| letter.is_whitespace() || letter == '/';
    if methods::find(method).is_some() || method == VISITS {
        return Some("is modelled: a fault with status and body answers in its place");
    }
    let named = !method.is_empty() && !method.contains(unfit);
    (!named).then_some("must be the name of a wire method, such as images.list")
}
