//! Strategies for property tests of clients: worlds, lifecycles, faults, listings, calls, and whole cases made of
//! them. Each draws plain JSON in the forms of [`Scenario`](crate::scenario::Scenario), and proptest shrinks it.
//!
//! The parts agree on a few ids, so that they can be combined in any way: tasks 1 to [`TASKS_MAX`] are the ones that
//! calls are about, and all other entities are those of the default world.

mod action;
mod args;
mod calls;
mod case;
mod fault;
mod lifecycle;
mod listing;
mod scope;
mod share;
mod world;

use serde_json::{Map, Value};

pub use action::ACTIONS;
pub use calls::arb_calls;
pub use case::arb_case;
pub use fault::arb_faults;
pub use lifecycle::arb_lifecycle;
pub use listing::arb_listing;
pub use scope::{NoOperation, Scope};
pub use share::{DrawCounts, SETTINGS};
pub use world::arb_world;

/// Maximum number of tasks that calls are about; their ids are 1 and up.
pub const TASKS_MAX: u64 = 3;
/// An id that no task has.
pub const MISSING: u64 = 99;

/// A JSON object.
pub type Object = Map<String, Value>;

/// Makes an object from a JSON literal.
fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}
