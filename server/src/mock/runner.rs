//! The thread that a mock server runs on.

use std::future::Future;
use std::sync::LazyLock;

use tokio::runtime::Runtime;

/// Where a server does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    /// On the servers' own thread.
    There,
    /// On the runtime of whoever asks.
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

/// Servers run on a thread of their own, so that a test may block its thread, pause its runtime's time, or
/// have no runtime of tokio's at all.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).thread_name("slymock").enable_all();
    builder.build().expect("a test may start a thread")
});

/// Runs a future on the servers' thread.
async fn there<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let done = RUNTIME.spawn(future).await;
    done.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))
}
