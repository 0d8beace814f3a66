//! Long work, kept off the threads that answer requests.

use std::panic;

/// Runs long work on a blocking thread. A panic in it continues here.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|failed| panic::resume_unwind(failed.into_panic()))
}
