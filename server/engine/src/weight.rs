//! What a world takes in memory, roughly: counted from its rows as JSON, since that is all they hold. It is counted
//! anew only when the world may have outgrown its bound: until then what comes in is added up.

use std::io;

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

use crate::refusal::Refusal;

/// How many bytes a world takes at most, unless said otherwise.
pub const WORLD_BYTES: usize = 4 * 1024 * 1024 * 1024;
/// What one byte of JSON becomes at most, as in `[0,0,0]`.
const PER_BYTE: usize = size_of::<Value>() / 2;
/// What a call may add whose input is next to nothing.
const PER_CALL: usize = 4 * 1024;
/// What a task takes that nobody has told anything about.
pub(crate) const PER_TASK: usize = 2_500;
/// A world is not counted again before it has grown by this part of its bound.
const PART: usize = 64;

/// What a world weighs, and how much it may have grown since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scale {
    weighed: usize,
    grown: usize,
    bound: usize,
}

impl Scale {
    /// Of a world that may take so many bytes.
    pub(crate) fn new(bound: usize) -> Self {
        Self { weighed: 0, grown: 0, bound }
    }

    /// A call with so many bytes of JSON was applied.
    pub(crate) fn add_json(&mut self, bytes: usize) {
        self.add(bytes.saturating_mul(PER_BYTE).saturating_add(PER_CALL));
    }

    /// So many bytes were added, no more.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.grown = self.grown.saturating_add(bytes);
    }

    /// The scale of the same world, which has been weighed.
    pub(crate) fn weighed(self, count: Count) -> Self {
        Self { weighed: count.bytes, grown: 0, ..self }
    }

    /// Whether the world is to be weighed: it may have outgrown its bound.
    pub(crate) fn is_due(&self) -> bool {
        let room = self.bound.saturating_sub(self.weighed);
        self.weighed <= self.bound && self.grown > room.max(self.bound / PART)
    }

    /// Whether there is room for so many bytes more.
    pub(crate) fn check_room(&self, more: usize) -> Result<(), Refusal> {
        if self.weighed.saturating_add(more) > self.bound {
            return Err(Refusal::WorldFull { limit: self.bound });
        }
        Ok(())
    }
}

/// Adds up what rows take.
#[derive(Default)]
pub(crate) struct Count {
    bytes: usize,
}

impl Count {
    /// Adds a row. Its text counts twice, as it is kept once in its fields and once rendered; each value costs its place.
    pub(crate) fn row(&mut self, row: &impl Serialize) {
        let mut text = Text(0);
        let mut values = Values(0);
        let counted = row.serialize(&mut Serializer::with_formatter(&mut text, &mut values));
        counted.expect("rows have text keys, and counting cannot fail");
        self.add(2 * text.0 + values.0 * size_of::<Value>());
    }

    /// Adds so many bytes.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// A writer that counts.
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

/// Counts values as they are written.
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
        assert!(!nearly_full.is_due(), "not before it has grown by a part of its bound");
        let full = Scale { weighed: 100_001, grown: 100_000, bound: 100_000 };
        assert!(!full.is_due(), "what is full takes nothing that could change that");
        assert_eq!(full.check_room(0), Err(Refusal::WorldFull { limit: 100_000 }));
        scale.add_json(usize::MAX);
        assert!(scale.is_due());
    }
}
