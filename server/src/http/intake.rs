//! Bodies on their way in: how large one may be, how long it may take, and how many bytes there may be of all of them
//! together.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::EXPECT;
use hyper::http::request::Parts;
use slymock_engine::Refusal;
use slymock_engine::json::TIMES;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::head::is_json;
use super::rejection::Rejection;
use crate::limits::Limits;

/// How long a body that is refused may pause before nobody waits for more of it.
const DRAIN_IDLE: Duration = Duration::from_millis(100);
/// Bodies up to here are not counted: all connections together bring no more than some megabytes of them.
const SMALL: u64 = 8 * 1024;
/// What room is counted in.
const UNIT: u64 = 1024;

/// Room for the bodies that are being read and answered.
pub(crate) struct Budget {
    free: Arc<Semaphore>,
    units: u32,
    bytes: u64,
}

/// The place of one body, given up when this is dropped.
pub(crate) struct Room(#[expect(dead_code, reason = "it is held, not looked at")] OwnedSemaphorePermit);

impl Budget {
    pub(crate) fn new(bytes: u64) -> Self {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let permits = usize::try_from(units).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(permits)), units, bytes }
    }

    /// Waits for room for so many bytes, which nobody gives back within `time` where there is none. What is larger
    /// than all the room there is gets all of it.
    async fn room(&self, bytes: u64, time: Duration) -> Result<Option<Room>, Rejection> {
        if bytes <= SMALL {
            return Ok(None);
        }
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.units);
        let permit = tokio::time::timeout(time, Arc::clone(&self.free).acquire_many_owned(units)).await;
        let permit = permit.map_err(|_| Rejection::NoRoom { limit: self.bytes })?;
        Ok(Some(Room(permit.expect("the semaphore is never closed"))))
    }
}

/// Reads the whole body that goes with `head`, of at most `limit` bytes.
pub(crate) async fn read(
    head: &Parts,
    body: Incoming,
    limit: u64,
    limits: &Limits,
    budget: &Budget,
) -> Result<(Bytes, Option<Room>), Rejection> {
    let size = body.size_hint();
    if size.lower() > limit {
        discard(head, body, limits).await;
        return Err(Rejection::TooLarge { limit });
    }
    // One whose size nobody tells may become as large as it may be.
    let size = size.upper().unwrap_or(limit);
    let times = if is_json(head) { TIMES as u64 } else { 1 };
    let room = budget.room(size.saturating_mul(times), limits.body_time).await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let collected = tokio::time::timeout(limits.body_time, Limited::new(body, most).collect()).await;
    match collected {
        Ok(Ok(collected)) => Ok((collected.to_bytes(), room)),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Rejection::TooLarge { limit }),
        Ok(Err(error)) => Err(Refusal::BadJson { why: format!("the body broke off: {error}") }.into()),
        Err(_) => Err(Rejection::TooSlow {
            limit_ms: u64::try_from(limits.body_time.as_millis()).unwrap_or(u64::MAX),
        }),
    }
}

/// Reads a body that is refused for as long as it keeps coming, so that the client gets to read the refusal
/// instead of a reset.
pub(crate) async fn discard(head: &Parts, mut body: Incoming, limits: &Limits) {
    // A client that asks before it sends has nothing to be read.
    if head.headers.contains_key(EXPECT) {
        return;
    }
    let read_all =
        async { while let Ok(Some(Ok(_))) = tokio::time::timeout(DRAIN_IDLE, body.frame()).await {} };
    let _ = tokio::time::timeout(limits.body_time, read_all).await;
}
