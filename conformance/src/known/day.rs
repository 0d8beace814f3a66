//! Days, by which entries expire.

use std::time::SystemTime;

use jiff::{Timestamp, tz::TimeZone};

/// A day of the calendar.
pub type Day = jiff::civil::Date;

/// The day of a time, in UTC. A time that no calendar has is its last day: then every entry is over.
#[must_use]
pub fn day_of(time: SystemTime) -> Day {
    Timestamp::try_from(time).map_or(Day::MAX, |time| TimeZone::UTC.to_datetime(time).date())
}
