//! Work that takes its time, kept away from the threads that answer requests.

use std::panic;

/// Does what takes its time on a thread that may block.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|failed| panic::resume_unwind(failed.into_panic()))
}
