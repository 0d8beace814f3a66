//! Answering: from a connection to what goes out on it. `accept.rs` takes connections, `router.rs` reads one request and
//! finds who answers it, and each file beside it answers those of one kind.

pub(crate) mod accept;
mod errand;
mod events;
mod peer;
mod router;
mod trust;
mod turn;
mod visit;
mod wire;
