//! Who waits between polls and between tries. Time-outs of sockets are not pauses and stay with tokio.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A pause under way.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Passes the time of every pause a client makes, so that a test can pass it at once.
pub trait Sleeper: Send + Sync {
    /// Is done after `pause`.
    fn sleep(&self, pause: Duration) -> Pause;
}

impl<S: Sleeper + ?Sized> Sleeper for Arc<S> {
    fn sleep(&self, pause: Duration) -> Pause {
        (**self).sleep(pause)
    }
}

/// The sleeper of a client that was given none: tokio's timer.
pub(crate) struct TokioSleeper;

impl Sleeper for TokioSleeper {
    fn sleep(&self, pause: Duration) -> Pause {
        Box::pin(tokio::time::sleep(pause))
    }
}
