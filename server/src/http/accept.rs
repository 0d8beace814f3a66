//! Accepting connections: one task each, with limits on their number and on slow headers. TLS bytes are
//! answered at once, for SDKs since 6.73.220 try https on the same port and wait for an answer.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::service;
use crate::server::Context;

/// The most bytes of a request's head. hyper's own limit is coarser: it is looked at between reads.
pub(crate) const HEAD_MAX: usize = 64 * 1024;
/// How long requests in flight may take once the server is to end.
const GRACE: Duration = Duration::from_secs(2);
/// The first byte of a TLS handshake.
const TLS_HANDSHAKE: u8 = 0x16;
/// A fatal TLS alert, `protocol_version`: what a client takes as «no TLS here».
const TLS_ALERT: [u8; 7] = [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46];

pub(crate) async fn run(listener: TcpListener, context: Arc<Context>, shutdown: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(context.limits.connections));
    tokio::pin!(shutdown);
    loop {
        // Waiting for a slot first leaves further connections in the system's queue.
        let slot = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => slot.expect("the semaphore is never closed"),
            () = &mut shutdown => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let (context, watcher) = (Arc::clone(&context), graceful.watcher());
                tokio::spawn(async move {
                    connection(stream, context, watcher).await;
                    drop(slot);
                });
            }
            // Out of file descriptors, or the client is gone again: neither ends the server.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

async fn connection(mut stream: TcpStream, context: Arc<Context>, watcher: Watcher) {
    let mut first = [0];
    let header_time = context.limits.header_time;
    match tokio::time::timeout(header_time, stream.peek(&mut first)).await {
        Ok(Ok(1)) if first[0] == TLS_HANDSHAKE => {
            let _ = stream.write_all(&TLS_ALERT).await;
            let _ = stream.shutdown().await;
            return;
        }
        Ok(Ok(1)) => {}
        _ => return,
    }
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request| {
        let context = Arc::clone(&context);
        async move { Ok::<_, Infallible>(service::answer(request, context).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(header_time).max_buf_size(HEAD_MAX);
    builder.auto_date_header(false);
    let _ = watcher.watch(builder.serve_connection(TokioIo::new(stream), answer)).await;
}
