//! From a connection to its replies. `accept.rs` accepts connections, `router.rs` reads a request
//! and chooses its handler; `wire.rs`, `visit.rs` and `events.rs` handle one kind of request each.

pub(crate) mod accept;
mod errand;
mod events;
mod peer;
mod router;
mod trust;
mod turn;
mod visit;
mod wire;
