//! How the kit reaches a client.

use std::sync::Arc;

use crate::protocol::{Call, Hello, Said};

pub mod in_process;

/// A client in the hands of the kit: one for each worker, used for one scenario after the other.
pub trait Adapter {
    /// Who the client is.
    fn hello(&self) -> Hello;

    /// Has it do something. What comes of it is said.
    fn call(&mut self, call: Call);

    /// Ends one of its pauses.
    fn wake(&mut self, lane: &str, ticket: u64, now_ms: u64);

    /// A scenario is over: calls that are still under way end, and nothing is said of them any more.
    fn end(&mut self);
}

/// Takes what an adapter says of a lane.
pub type Say = Arc<dyn Fn(&str, Said) + Send + Sync>;
