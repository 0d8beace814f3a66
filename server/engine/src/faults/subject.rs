//! What rules must know of requests and of methods. Those who have the methods fill it in.

use crate::ids::TaskId;

/// A request, as far as rules look at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) method: &'a str,
    pub(crate) task: Option<TaskId>,
    /// Only rules that name its method are for it.
    pub(crate) spared: bool,
    /// It is answered with a page of rows.
    pub(crate) lists: bool,
}

/// The methods that a rule may name. The caller brings them: this module knows none.
pub(crate) trait Methods {
    /// The facts of the method with this name; `None` of one that is neither modelled nor stubbed.
    fn facts(&self, name: &str) -> Option<Facts>;
    /// The name of which `name` is probably a misspelling.
    fn nearest(&self, name: &str) -> Option<String>;
}

/// What decides whether a rule may name a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// A canned reply stands for it.
    pub(crate) stub: bool,
    /// Its requests can be about a task.
    pub(crate) task: bool,
    /// It is answered with a page of rows.
    pub(crate) lists: bool,
}
