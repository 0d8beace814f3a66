//! How the kit reaches a client.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use crate::protocol::{Call, Statement};

pub mod in_process;
pub mod process;
pub mod stdio;

/// A client in the hands of the kit: one for each worker, used for one scenario after the other. The first thing
/// that is said is who it is.
pub trait Adapter {
    /// Asks for an operation that there is none of. The honest answer is that it is unsupported.
    fn probe(&mut self, id: u64, op: &str);

    /// Has it do something. What comes of it is said.
    fn call(&mut self, call: Call);

    /// Ends one of its pauses.
    fn wake(&mut self, lane: &str, ticket: u64, now_ms: u64);

    /// A scenario is over: calls that are still under way end, and nothing is said of them any more.
    fn end(&mut self);

    /// Whether it is computing, so that it is no wonder when nothing comes of it.
    fn is_busy(&self) -> bool {
        false
    }

    /// How it ended, if it has.
    fn ended(&self) -> Option<String> {
        None
    }

    /// What it said last past the kit, such as on stderr, for those who look for what is wrong with it.
    fn last_words(&self) -> Option<String> {
        None
    }

    /// Sends it away.
    fn bye(self: Box<Self>) -> Farewell {
        Box::pin(ready(Goodbye::default()))
    }
}

/// The way out of an adapter.
pub type Farewell = Pin<Box<dyn Future<Output = Goodbye>>>;

/// An adapter that is gone.
#[derive(Clone, Debug, Default)]
pub struct Goodbye {
    /// Why it did not go as it should.
    pub why: Option<String>,
    /// What it said last past the kit.
    pub last_words: Option<String>,
}

/// Takes what an adapter says of a lane.
pub type Say = Arc<dyn Fn(&str, Statement) + Send + Sync>;

/// An adapter that is not there.
pub(crate) struct Nobody;

impl Adapter for Nobody {
    fn probe(&mut self, _id: u64, _op: &str) {}

    fn call(&mut self, _call: Call) {}

    fn wake(&mut self, _lane: &str, _ticket: u64, _now_ms: u64) {}

    fn end(&mut self) {}
}
