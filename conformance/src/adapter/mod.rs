//! Access to a client.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use crate::protocol::{Call, Statement};

pub mod in_process;
pub mod local;
pub mod process;
pub mod stdio;

/// A client under the control of the kit. Each worker has one and uses it for one scenario after another. Its
/// first statement is its `hello`.
pub trait Adapter {
    /// Asks for an operation that does not exist. The correct response is `unsupported`.
    fn probe(&mut self, id: u64, op: &str);

    /// Calls an operation. The result arrives as a statement.
    fn call(&mut self, call: Call);

    /// Ends a pause.
    fn wake(&mut self, lane: &str, ticket: u64, now_ms: u64);

    /// Ends the scenario: running calls end, and their results are ignored.
    fn end(&mut self);

    /// True if the client is computing or loading, which explains its silence.
    fn is_busy(&self) -> bool {
        false
    }

    /// Describes how the adapter ended, if it has.
    fn ended(&self) -> Option<String> {
        None
    }

    /// The adapter's last output outside the protocol, such as on stderr, for debugging.
    fn last_words(&self) -> Option<String> {
        None
    }

    /// Asks the adapter to end.
    fn bye(self: Box<Self>) -> Farewell {
        Box::pin(ready(Goodbye::default()))
    }
}

/// Future that ends when the adapter has ended.
pub type Farewell = Pin<Box<dyn Future<Output = Goodbye>>>;

/// Report about an adapter that has ended.
#[derive(Clone, Debug, Default)]
pub struct Goodbye {
    /// Description of what went wrong at its end, if anything.
    pub why: Option<String>,
    /// Its last output outside the protocol.
    pub last_words: Option<String>,
}

/// Receives the statements of an adapter, each with the name of its lane.
pub type Say = Arc<dyn Fn(&str, Statement) + Send + Sync>;

/// Placeholder for an adapter; it ignores all calls.
pub(crate) struct Nobody;

impl Adapter for Nobody {
    fn probe(&mut self, _id: u64, _op: &str) {}

    fn call(&mut self, _call: Call) {}

    fn wake(&mut self, _lane: &str, _ticket: u64, _now_ms: u64) {}

    fn end(&mut self) {}
}
