//! Reads request bodies, within limits on the size of each, on its time, and on the bytes of all
//! together.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::header::EXPECT;
use hyper::http::request::Parts;
use slymock_engine::Refusal;
use slymock_engine::json::TIMES;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::head::is_json;
use super::rejection::Rejection;
use super::timer::{Timer, Until};
use crate::limits::Limits;
use crate::spool::Spool;

/// A refused body is read until it pauses this long.
const DRAIN_IDLE: Duration = Duration::from_millis(100);
/// Bodies up to this size are not counted: all connections together bring only a few megabytes of
/// them.
const SMALL: u64 = 8 * 1024;
/// A body that may go to disk does so from this size on, and is written in batches of at least this
/// size.
const BATCH: usize = 1024 * 1024;
/// Bytes of a body on disk that stay in memory: more than the journal shows.
const HEAD: usize = 64 * 1024;
/// Bytes of one permit of the semaphore.
const UNIT: u64 = 1024;

/// Memory for the bodies that are being read and answered.
pub(crate) struct Budget {
    free: Arc<Semaphore>,
    units: u32,
    bytes: u64,
}

/// The share of one body, returned when this is dropped.
pub(crate) struct Room(#[expect(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

impl Budget {
    pub(crate) fn new(bytes: u64) -> Self {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let permits = usize::try_from(units).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(permits)), units, bytes }
    }

    /// Waits up to `time` for room for `bytes`. A body that is larger than all the room waits for
    /// all of it.
    async fn room(&self, bytes: u64, time: Duration) -> Result<Option<Room>, Rejection> {
        if bytes <= SMALL {
            return Ok(None);
        }
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.units);
        let permit =
            Box::pin(tokio::time::timeout(time, Arc::clone(&self.free).acquire_many_owned(units))).await;
        let permit = permit.map_err(|_| Rejection::NoRoom { limit: self.bytes })?;
        Ok(Some(Room(permit.expect("the semaphore is never closed"))))
    }
}

/// A body that has been read in full.
#[derive(Default)]
pub(crate) struct TakenBody {
    /// All of it, or only its beginning if it is on disk.
    pub(crate) bytes: Bytes,
    /// All of it, if it was too large for memory.
    pub(crate) aside: Option<Arc<Spool>>,
    _room: Option<Room>,
}

/// Maximum size of a body, and true if a large one goes to disk instead of memory.
#[derive(Clone, Copy)]
pub(crate) struct Most {
    pub(crate) bytes: u64,
    pub(crate) goes_aside: bool,
}

/// Reads the body of the request with this head.
pub(crate) async fn read(
    head: &Parts,
    body: Incoming,
    most: Most,
    limits: &Limits,
    (budget, timer): (&Budget, &Timer),
) -> Result<TakenBody, Rejection> {
    let limit = most.bytes;
    let size = body.size_hint();
    if size.lower() > limit {
        Box::pin(discard(head, body, limits)).await;
        return Err(Rejection::TooLarge { limit });
    }
    // Without a `Content-Length` the body may reach the limit, so room is taken for that.
    let size = size.upper().unwrap_or(limit);
    let times = if is_json(head) { TIMES as u64 } else { 1 };
    // Of a body that goes to disk, only a batch and the piece that completes it are in memory.
    let held = if most.goes_aside { size.min(2 * BATCH as u64) } else { size.saturating_mul(times) };
    let room = budget.room(held, limits.body_time).await?;
    let left = usize::try_from(limit).unwrap_or(usize::MAX);
    let coming = BodyStream { body, left, time: limits.body_time, timer, late: None };
    let read = match most.goes_aside {
        true => Box::pin(spool(coming)).await,
        false => whole(coming).await.map(|whole| (whole, None)),
    };
    match read {
        Ok((bytes, aside)) => Ok(TakenBody { bytes, aside, _room: room }),
        Err(Interruption::TooLarge) => Err(Rejection::TooLarge { limit }),
        Err(Interruption::Off(error)) => {
            Err(Refusal::BadJson { why: format!("the body ended early: {error}") }.into())
        }
        Err(Interruption::NoDisk(error)) => Err(Rejection::NoDisk { why: error.to_string() }),
        Err(Interruption::Late) => Err(Rejection::TooSlow {
            limit_ms: u64::try_from(limits.body_time.as_millis()).unwrap_or(u64::MAX),
        }),
    }
}

/// Reasons why a body could not be read.
enum Interruption {
    TooLarge,
    Late,
    Off(hyper::Error),
    NoDisk(io::Error),
}

/// A body that is being read.
struct BodyStream<'t> {
    body: Incoming,
    /// Bytes that it may still have.
    left: usize,
    /// Time limit, and the timer for it.
    time: Duration,
    timer: &'t Timer,
    /// Fires at the time limit. It is set on the first wait, because most bodies arrive together
    /// with their head.
    late: Option<Until>,
}

impl BodyStream<'_> {
    /// The next piece; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Interruption> {
        loop {
            let frame = poll_fn(|cx| match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(frame) => Poll::Ready(Ok(frame)),
                Poll::Pending => {
                    let late = self.late.get_or_insert_with(|| self.timer.wait(self.time));
                    Pin::new(late).poll(cx).map(|()| Err(Interruption::Late))
                }
            });
            let Some(frame) = frame.await? else { return Ok(None) };
            // Trailers are ignored.
            let Ok(piece) = frame.map_err(Interruption::Off)?.into_data() else { continue };
            self.left = self.left.checked_sub(piece.len()).ok_or(Interruption::TooLarge)?;
            return Ok(Some(piece));
        }
    }
}

/// Reads a body into memory. Usually its first piece is all of it, which is returned without a
/// copy.
async fn whole(mut coming: BodyStream<'_>) -> Result<Bytes, Interruption> {
    if coming.body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let mut all = BytesMut::new();
    while let Some(piece) = coming.next().await? {
        if all.is_empty() && coming.body.is_end_stream() {
            return Ok(piece);
        }
        all.extend_from_slice(&piece);
    }
    Ok(all.freeze())
}

/// Reads a body, to disk once it is large. Returns all of it, or its beginning and the file.
async fn spool(mut coming: BodyStream<'_>) -> Result<(Bytes, Option<Arc<Spool>>), Interruption> {
    let (mut batch, mut head, mut aside) = (Vec::new(), Bytes::new(), None);
    loop {
        let piece = coming.next().await?;
        let is_last = piece.is_none();
        batch.extend_from_slice(&piece.unwrap_or_default());
        if is_last && aside.is_none() {
            return Ok((batch.into(), None));
        }
        if is_last || batch.len() >= BATCH {
            if aside.is_none() {
                head = Bytes::copy_from_slice(&batch[..HEAD]);
            }
            let bytes = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            aside =
                Some(crate::aside::aside(move || kept(aside, &bytes)).await.map_err(Interruption::NoDisk)?);
        }
        if is_last {
            return Ok((head, aside.map(Arc::new)));
        }
    }
}

fn kept(spool: Option<Spool>, bytes: &[u8]) -> io::Result<Spool> {
    let mut spool = spool.map_or_else(Spool::begin, Ok)?;
    spool.add(bytes)?;
    Ok(spool)
}

/// Reads and drops a refused body while it keeps coming, so that the client reads the refusal
/// instead of getting a reset.
pub(crate) async fn discard(head: &Parts, mut body: Incoming, limits: &Limits) {
    // A client that sent `Expect` waits for an answer before it sends the body.
    if head.headers.contains_key(EXPECT) {
        return;
    }
    let read_all =
        async { while let Ok(Some(Ok(_))) = tokio::time::timeout(DRAIN_IDLE, body.frame()).await {} };
    let _ = tokio::time::timeout(limits.body_time, read_all).await;
}
