//! Accepts connections: one task each, with limits on their number and on slow headers. TLS
//! handshakes are answered with an alert at once, because SDKs since 6.73.220 try https on the same
//! port and wait for an answer.

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

/// The minimum buffer size that hyper accepts.
const BUFFER_MIN: usize = 8 * 1024;
/// Time that requests in progress get once the server ends.
const GRACE: Duration = Duration::from_secs(2);
/// The first byte of a TLS handshake.
const TLS_HANDSHAKE: u8 = 0x16;
/// A fatal TLS alert, `protocol_version`, by which a client sees that the port does not speak TLS.
const TLS_ALERT: [u8; 7] = [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46];

/// Accepts connections until `shutdown` completes, then lets requests in progress finish. Dropping
/// the future closes all connections.
pub(crate) async fn run(listener: TcpListener, door: Arc<Door>, shutdown: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(door.context.limits.connections));
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        // Taking a slot before `accept` leaves further connections in the system's queue.
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
            // Out of file descriptors, or the client is already gone. Neither ends the server; the
            // pause keeps the loop from spinning.
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
        // A connection without a request does not delay the shutdown.
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
    // hyper's own limit is coarser than ours, because it is checked between reads.
    builder.max_buf_size(limits.head.max(BUFFER_MIN)).auto_date_header(false);
    let _ = watcher.watch(builder.serve_connection(TokioIo::new(line), answer)).await;
}

/// Ends the connection without a reply.
#[derive(Debug, thiserror::Error)]
#[error("no reply")]
struct NoReply;

/// A reply in the form that hyper takes.
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
        // hyper drops this future when the client closes the connection.
        Departure::Never => {
            door.context.ended().await;
            Err(NoReply)
        }
    }
}
