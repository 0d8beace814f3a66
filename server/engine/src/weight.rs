//! The approximate memory of a world. It is counted from the rows as JSON, because they hold almost
//! everything. A full count is expensive and happens only when the world may have outgrown its limit;
//! between counts, an upper bound for every change is added up.

use std::io;

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

use crate::refusal::Refusal;

/// Default limit of a world's memory, in bytes: 4 GiB.
pub const WORLD_BYTES: usize = 4 * 1024 * 1024 * 1024;
/// Upper bound for the memory of one byte of JSON, as in `[0,0,0]`: two bytes make one [`Value`].
const PER_BYTE: usize = size_of::<Value>() / 2;
/// Upper bound for the memory that a call adds regardless of the size of its input.
const PER_CALL: usize = 4 * 1024;
/// Memory of a task with nothing but defaults, in bytes.
pub(crate) const PER_TASK: usize = 2_500;
/// A world is counted again only after it has grown by 1/64 of its limit, so that a world close to its
/// limit is not counted on each call.
const PART: usize = 64;

/// The last count of a world, and an upper bound for its growth since then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scale {
    weighed: usize,
    grown: usize,
    bound: usize,
}

impl Scale {
    /// The scale of a world with a limit of `bound` bytes.
    pub(crate) fn new(bound: usize) -> Self {
        Self { weighed: 0, grown: 0, bound }
    }

    /// Adds the growth of a call with `bytes` bytes of JSON.
    pub(crate) fn add_json(&mut self, bytes: usize) {
        self.add(bytes.saturating_mul(PER_BYTE).saturating_add(PER_CALL));
    }

    /// Adds a growth of exactly `bytes`.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.grown = self.grown.saturating_add(bytes);
    }

    /// The scale of the same world after a count.
    pub(crate) fn weighed(self, count: Count) -> Self {
        Self { weighed: count.bytes, grown: 0, ..self }
    }

    /// True if the world may have outgrown its limit, so that it must be counted.
    pub(crate) fn is_due(&self) -> bool {
        let room = self.bound.saturating_sub(self.weighed);
        self.weighed <= self.bound && self.grown > room.max(self.bound / PART)
    }

    /// Checks that there is room for `more` bytes.
    pub(crate) fn check_room(&self, more: usize) -> Result<(), Refusal> {
        if self.weighed.saturating_add(more) > self.bound {
            return Err(Refusal::WorldFull { limit: self.bound });
        }
        Ok(())
    }
}

/// Counts the memory of rows.
#[derive(Default)]
pub(crate) struct Count {
    bytes: usize,
}

impl Count {
    /// Adds a row. Its text counts twice, because it is kept both in the fields and rendered; each
    /// value adds the size of a [`Value`].
    pub(crate) fn row(&mut self, row: &impl Serialize) {
        let mut text = Text(0);
        let mut values = Values(0);
        let counted = row.serialize(&mut Serializer::with_formatter(&mut text, &mut values));
        counted.expect("rows have text keys, and counting cannot fail");
        self.add(2 * text.0 + values.0 * size_of::<Value>());
    }

    pub(crate) fn add(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// A writer that only counts bytes.
struct Text(usize);

impl io::Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A formatter that counts values.
struct Values(usize);

impl Formatter for &mut Values {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W, _: bool) -> io::Result<()> {
        self.0 += 1;
        Ok(())
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0 += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn weight(row: &Value) -> usize {
        let mut count = Count::default();
        count.row(row);
        count.bytes
    }

    #[test]
    fn a_row_weighs_its_text_and_its_values() {
        let value = size_of::<Value>();
        assert_eq!(weight(&json!({})), 4);
        assert!(weight(&json!({"a": [0, 0]})) > 3 * value);
        assert!(weight(&json!({"a": "x".repeat(1_000)})) >= 2_000 + value);
    }

    #[test]
    fn a_world_is_weighed_when_it_may_have_outgrown_its_bound_and_not_with_each_call() {
        let mut scale = Scale { weighed: 50_000, grown: 0, bound: 100_000 };
        scale.add(50_000);
        assert!(!scale.is_due());
        scale.add(1);
        assert!(scale.is_due());
        let nearly_full = Scale { weighed: 100_000, grown: 1_000, bound: 100_000 };
        assert!(!nearly_full.is_due(), "not before it has grown by 1/64 of its limit");
        let full = Scale { weighed: 100_001, grown: 100_000, bound: 100_000 };
        assert!(!full.is_due(), "a full world takes no change, so a new count is useless");
        assert_eq!(full.check_room(0), Err(Refusal::WorldFull { limit: 100_000 }));
        scale.add_json(usize::MAX);
        assert!(scale.is_due());
    }
}
