//! The runtime that a mock server runs on.

use std::future::Future;
use std::sync::LazyLock;

use tokio::runtime::Runtime;

/// Runtime of a mock server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    /// A thread that all mock servers share.
    There,
    /// The runtime of the caller.
    Here,
}

impl Runner {
    pub(super) async fn run<T: Send + 'static>(self, future: impl Future<Output = T> + Send + 'static) -> T {
        match self {
            Self::There => there(future).await,
            Self::Here => future.await,
        }
    }
}

/// Servers have their own thread, so that a test may block its thread, pause the time of its
/// runtime, or have no tokio runtime.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).thread_name("slymock").enable_all();
    builder.build().expect("the system can start a thread")
});

/// Runs a future on the servers' thread.
async fn there<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let done = RUNTIME.spawn(future).await;
    done.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))
}
