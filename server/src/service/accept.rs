//! Accepting connections: one task each, with limits on their number and on slow headers. TLS bytes are
//! answered at once, for SDKs since 6.73.220 try https on the same port and wait for an answer.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{Either, Full};
use hyper::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::peer::Peer;
use super::router;
use crate::door::Door;
use crate::http::line::{Fate, Line};
use crate::http::outcome::{Departure, Endless};
use crate::http::pieces::Pieces;

/// The least that hyper buffers of a request.
const BUFFER_MIN: usize = 8 * 1024;
/// How long requests in flight may take once the server is to end.
const GRACE: Duration = Duration::from_secs(2);
/// The first byte of a TLS handshake.
const TLS_HANDSHAKE: u8 = 0x16;
/// A fatal TLS alert, `protocol_version`: what a client takes as «no TLS here».
const TLS_ALERT: [u8; 7] = [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46];

/// Answers until `shutdown` is done, then lets requests in flight finish. Dropped, it ends all connections.
pub(crate) async fn run(listener: TcpListener, door: Arc<Door>, shutdown: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(door.context.limits.connections));
    let mut connections = JoinSet::new();
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
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                let (door, watcher) = (Arc::clone(&door), graceful.watcher());
                connections.spawn(async move {
                    connection(stream, door, watcher).await;
                    drop(slot);
                });
            }
            // Out of file descriptors, or the client is gone again: neither ends the server.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

async fn connection(mut stream: TcpStream, door: Arc<Door>, watcher: Watcher) {
    let mut first = [0];
    let limits = door.context.limits;
    let Ok(local) = stream.local_addr() else { return };
    let peeked = tokio::select! {
        peeked = tokio::time::timeout(limits.header_time, stream.peek(&mut first)) => peeked,
        // Who has said nothing yet holds up nobody.
        () = door.context.ended() => return,
    };
    match peeked {
        Ok(Ok(1)) if first[0] == TLS_HANDSHAKE => {
            let _ = stream.write_all(&TLS_ALERT).await;
            let _ = stream.shutdown().await;
            return;
        }
        Ok(Ok(1)) => {}
        _ => return,
    }
    let _ = stream.set_nodelay(true);
    let fate = Fate::default();
    let line = Line::new(stream, fate.clone(), limits.reply_time);
    let peer = Arc::new(Peer::new(local));
    let timer = peer.timer.clone();
    let answer = service_fn(move |request| {
        let (door, fate, peer) = (Arc::clone(&door), fate.clone(), Arc::clone(&peer));
        async move {
            let sent = router::answer(request, &door, &peer).await;
            deliver(sent, &fate, &door).await
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(timer).header_read_timeout(limits.header_time);
    // hyper's own limit is coarser than ours: it is looked at between reads.
    builder.max_buf_size(limits.head.max(BUFFER_MIN)).auto_date_header(false);
    let _ = watcher.watch(builder.serve_connection(TokioIo::new(line), answer)).await;
}

/// No reply goes out, and the connection ends.
#[derive(Debug, thiserror::Error)]
#[error("no reply")]
struct NoReply;

/// A reply on its way to hyper.
type Outgoing = Response<Either<Full<Pieces>, Endless>>;

async fn deliver(sent: Departure, fate: &Fate, door: &Door) -> Result<Outgoing, NoReply> {
    match sent {
        Departure::Whole(reply) => Ok(reply.map(Either::Left)),
        Departure::Spoiled(reply, delivery) => {
            fate.deliver(delivery);
            Ok(reply.map(Either::Left))
        }
        Departure::Streamed(reply) | Departure::Endless(reply) => Ok(reply.map(Either::Right)),
        Departure::Closed => Err(NoReply),
        Departure::Reset => {
            fate.reset();
            Err(NoReply)
        }
        // hyper drops this when the client leaves.
        Departure::Never => {
            door.context.ended().await;
            Err(NoReply)
        }
    }
}
