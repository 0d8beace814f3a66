//! Days, which decide whether entries have expired.

use std::time::SystemTime;

use jiff::{Timestamp, tz::TimeZone};

/// A calendar day.
pub type Day = jiff::civil::Date;

/// Returns the UTC day of a time. A time beyond the calendar is its last day, so that every entry has
/// expired.
#[must_use]
pub fn day_of(time: SystemTime) -> Day {
    Timestamp::try_from(time).map_or(Day::MAX, |time| TimeZone::UTC.to_datetime(time).date())
}
