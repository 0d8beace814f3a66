//! The wall clock. It is read nowhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use slymock_engine::Moment;

/// The present wall-clock time, in milliseconds since 1970.
#[must_use]
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
