//! The facts about requests and methods that rules need. The owners of requests and methods supply
//! them, so that this module does not depend on either.

use crate::ids::TaskId;

/// A request as rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) method: &'a str,
    pub(crate) task: Option<TaskId>,
    /// True if only rules that name its method apply to it.
    pub(crate) spared: bool,
    /// True if the answer is a page of rows.
    pub(crate) lists: bool,
}

/// The methods that a rule may name.
pub(crate) trait Methods {
    /// The facts about a method; `None` if it is neither modelled nor stubbed.
    fn facts(&self, name: &str) -> Option<Facts>;
    /// The method that was probably meant by the misspelt `name`.
    fn nearest(&self, name: &str) -> Option<String>;
}

/// The facts about a method that decide how a rule may name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// True if the method has a canned reply.
    pub(crate) stub: bool,
    /// True if its requests can be about a task.
    pub(crate) task: bool,
    /// True if the answer is a page of rows.
    pub(crate) lists: bool,
}
