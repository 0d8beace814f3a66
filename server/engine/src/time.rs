//! Moments, the only representation of time in the engine, and their RFC 3339 form on the wire.

pub(crate) mod iso;

use std::fmt;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The form of an RFC 3339 moment. Schemas need a pattern because validators may ignore `format`.
const RFC_3339: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]\
                        ([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)([.][0-9]{1,9})?\
                        ([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";

/// A moment in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// The time at which manual and auto clocks start: 2026-01-01T00:00:00Z.
    pub const VIRTUAL_START: Self = Self(1_767_225_600_000);
    /// The last moment that a clock can reach: 9999-12-30T00:00:00Z, the last whole day that every RFC
    /// 3339 reader can show.
    pub const LAST: Self = Self(253_402_128_000_000);

    /// The moment `millis` milliseconds after the Unix epoch, clamped to the range of a clock.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, Self::LAST.0))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// The moment `ms` milliseconds later, at most [`Moment::LAST`].
    #[must_use]
    pub fn plus_ms(self, ms: u64) -> Self {
        let ms = i64::try_from(ms).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(ms).min(Self::LAST.0))
    }

    /// The first moment after `millis` milliseconds since the Unix epoch. It may be later than
    /// [`Moment::LAST`], so that log lines at the end of time still have an order.
    pub(crate) fn after_millis(millis: i64) -> Self {
        Self(millis.saturating_add(1))
    }

    /// Parses an RFC 3339 text such as `2026-01-01T00:00:00.000Z`; `None` if it is not one or is
    /// outside the range of a clock.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text).ok()
    }

    /// [`parse`](Self::parse) with a reason in case of failure.
    ///
    /// # Errors
    ///
    /// [`NoMoment`].
    pub fn read(text: &str) -> Result<Self, NoMoment> {
        let clock = 0..=Self::LAST.0;
        let millis = text.parse::<Timestamp>().map(Timestamp::as_millisecond);
        // A moment outside the range is still well formed, so it gets `Range` and not `Form`.
        let millis =
            millis.or_else(|_| iso::read(text).filter(|ms| !clock.contains(ms)).ok_or(NoMoment::Form))?;
        if clock.contains(&millis) { Ok(Self(millis)) } else { Err(NoMoment::Range) }
    }
}

/// The reason why a text is not a moment of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMoment {
    /// It does not have the form of a moment.
    #[error("must be an RFC 3339 moment")]
    Form,
    /// It is outside the range of a clock.
    #[error("must be from 1970-01-01T00:00:00Z to {}", Moment::LAST)]
    Range,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stamp = Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{stamp:.3}")
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::read(&text).map_err(|why| de::Error::custom(format!("{text} {why}")))
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An RFC 3339 moment from 1970-01-01T00:00:00Z to 9999-12-30T00:00:00Z; \
                            fractions of a millisecond are cut off.",
            "type": "string",
            "format": "date-time",
            "pattern": RFC_3339,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_the_seed_page_writes_them() {
        let text = "2019-12-19T12:13:09.702Z";
        assert_eq!(Moment::parse(text).unwrap().to_string(), text);
        assert_eq!(Moment::VIRTUAL_START.to_string(), "2026-01-01T00:00:00.000Z");
        assert_eq!(Moment::LAST.to_string(), "9999-12-30T00:00:00.000Z");
    }

    #[test]
    fn rubbish_and_out_of_range_texts_are_not_moments() {
        for text in ["", "yesterday", "2026-01-01", "1969-12-31T23:59:59Z", "9999-12-31T00:00:00Z"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_that_no_clock_reaches_is_told_from_rubbish() {
        for text in [
            "9999-12-30T00:00:00.001Z",
            "9999-12-31T23:59:59Z",
            "1969-12-31T23:59:59Z",
            "0001-01-01T00:00:00Z",
            "+010000-01-01T00:00:00Z",
        ] {
            assert_eq!(Moment::read(text), Err(NoMoment::Range), "{text}");
        }
        for text in ["", "2026-01-01", "9999", "9999-13-01T00:00:00Z", "2026-01-01T00:00:00"] {
            assert_eq!(Moment::read(text), Err(NoMoment::Form), "{text}");
        }
        assert_eq!(Moment::read("9999-12-30T00:00:00Z"), Ok(Moment::LAST));
    }

    #[test]
    fn adding_stops_at_the_last_moment() {
        assert_eq!(Moment::VIRTUAL_START.plus_ms(u64::MAX), Moment::LAST);
    }
}
