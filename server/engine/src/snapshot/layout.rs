//! The layout of a fixture as text: without spaces, or in lines for people, both as `serde_json` writes
//! them. Rows are written one at a time, so a value may start at any level of indentation.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

/// Indentation of one level.
const INDENT: &[u8] = b"  ";

/// The layout of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Without spaces, for programs.
    Compact,
    /// In lines, for people.
    Lines,
}

impl Layout {
    /// Writes a value at a level of indentation.
    pub(super) fn write(self, value: &impl Serialize, level: usize, text: &mut Vec<u8>) {
        let written = match self {
            Self::Compact => value.serialize(&mut Serializer::with_formatter(text, CompactFormatter)),
            Self::Lines => value.serialize(&mut Serializer::with_formatter(text, Lines::at(level))),
        };
        written.expect("fixtures have text keys, and memory takes all bytes");
    }

    /// Begins a line at a level of indentation, if the layout has lines.
    pub(super) fn line(self, level: usize, text: &mut Vec<u8>) {
        if self == Self::Lines {
            text.push(b'\n');
            (0..level).for_each(|_| text.extend(INDENT));
        }
    }

    /// Writes a key that needs no escapes.
    pub(super) fn key(self, key: &str, text: &mut Vec<u8>) {
        text.push(b'"');
        text.extend(key.bytes());
        text.extend(if self == Self::Lines { &b"\": "[..] } else { b"\":" });
    }
}

/// [`PrettyFormatter`](serde_json::ser::PrettyFormatter) with a level to start from.
struct Lines {
    level: usize,
    has_items: bool,
}

impl Lines {
    fn at(level: usize) -> Self {
        Self { level, has_items: false }
    }

    fn line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.level).try_for_each(|_| writer.write_all(INDENT))
    }

    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.has_items = false;
        writer.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&self, writer: &mut W, is_first: bool) -> io::Result<()> {
        writer.write_all(if is_first { b"" } else { b"," })?;
        self.line(writer)
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if self.has_items {
            self.line(writer)?;
        }
        writer.write_all(bracket)
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_those_of_serde_json() {
        let inner = json!({"a": [], "b": {}, "c": [1, [2, {"d": null}], "\"x\""], "e": {"f": 1.5}});
        let mut text = Vec::new();
        Layout::Lines.write(&json!({"x": [inner.clone()]}), 0, &mut text);
        let whole = serde_json::to_string_pretty(&json!({"x": [inner.clone()]})).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), whole);
        let mut row = Vec::new();
        Layout::Lines.write(&inner, 2, &mut row);
        let row = String::from_utf8(row).unwrap();
        assert_eq!(format!("{{\n  \"x\": [\n    {row}\n  ]\n}}"), whole);
    }
}
