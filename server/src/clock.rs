//! The wall clock: read here and nowhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use slymock_engine::Moment;

/// Now, by the wall.
#[must_use]
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
