//! Rendered rows in contiguous text.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

/// Rows as JSON, each after a comma.
#[derive(Debug)]
pub(crate) struct Strip {
    bytes: Bytes,
    /// End of each row in `bytes`.
    ends: Box<[usize]>,
}

impl Strip {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the byte range of some rows, including the comma before the first one.
    fn place(&self, rows: Range<usize>) -> Range<usize> {
        let begin = |row: usize| row.checked_sub(1).map_or(0, |before| self.ends[before]);
        begin(rows.start)..begin(rows.end)
    }
}

/// Builder of a strip.
#[derive(Default)]
pub(crate) struct StripWriter {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl StripWriter {
    /// Creates a writer with room for about as much as another strip has.
    pub(crate) fn like(other: Option<&Strip>) -> Self {
        // A changed row is seldom much longer than before.
        let bytes = other.map_or(0, |other| other.bytes.len() + other.bytes.len() / 16);
        Self {
            bytes: Vec::with_capacity(bytes),
            ends: Vec::with_capacity(other.map_or(0, |it| it.len() + 1)),
        }
    }

    pub(crate) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.push(b',');
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn copy(&mut self, from: &Strip, rows: Range<usize>) {
        let place = from.place(rows.clone());
        let begin = self.bytes.len();
        self.bytes.extend_from_slice(&from.bytes[place.clone()]);
        self.ends.extend(from.ends[rows].iter().map(|end| begin + end - place.start));
    }

    pub(crate) fn finish(self) -> Strip {
        Strip { bytes: self.bytes.into_boxed_slice().into(), ends: self.ends.into() }
    }
}

/// A range of a strip's rows.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    strip: Arc<Strip>,
    rows: Range<usize>,
}

impl Span {
    pub(crate) fn new(strip: Arc<Strip>, rows: Range<usize>) -> Self {
        Self { strip, rows }
    }

    pub(crate) fn all(strip: Strip) -> Self {
        Self { rows: 0..strip.len(), strip: Arc::new(strip) }
    }

    /// Returns the rows, each after a comma.
    pub(crate) fn bytes(&self) -> Bytes {
        self.strip.bytes.slice(self.strip.place(self.rows.clone()))
    }

    /// Returns a span for each row.
    pub(super) fn each(&self) -> impl Iterator<Item = Self> + '_ {
        self.rows.clone().map(|row| Self { strip: Arc::clone(&self.strip), rows: row..row + 1 })
    }
}

/// Spans are equal if their text is, wherever it is stored.
impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Span {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_copied_with_their_commas_and_found_again() {
        let mut first = StripWriter::default();
        ["1", "", "333"].into_iter().for_each(|row| first.push(|bytes| bytes.extend(row.bytes())));
        let first = first.finish();
        let mut second = StripWriter::like(Some(&first));
        second.push(|bytes| bytes.push(b'0'));
        second.copy(&first, 1..3);
        let span = Span::all(second.finish());
        assert_eq!(&span.bytes()[..], b",0,,333");
        let each: Vec<_> = span.each().map(|row| row.bytes()).collect();
        assert_eq!(each, [&b",0"[..], b",", b",333"]);
    }
}
