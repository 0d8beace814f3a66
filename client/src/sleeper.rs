//! The pauses between polls and between attempts. Socket timeouts are not pauses; tokio handles them.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A running pause.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Makes all pauses of a client. A test can pass an implementation that does not wait.
pub trait Sleeper: Send + Sync {
    /// Returns a future that is ready after `pause`.
    fn sleep(&self, pause: Duration) -> Pause;
}

impl<S: Sleeper + ?Sized> Sleeper for Arc<S> {
    fn sleep(&self, pause: Duration) -> Pause {
        (**self).sleep(pause)
    }
}

/// The default sleeper: tokio's timer.
pub(crate) struct TokioSleeper;

impl Sleeper for TokioSleeper {
    fn sleep(&self, pause: Duration) -> Pause {
        Box::pin(tokio::time::sleep(pause))
    }
}
