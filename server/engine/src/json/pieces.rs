//! Reads a large text in pieces: the members of its outermost object, and the items of arrays among
//! them, each as text. Only brackets and quotes are examined here; the reader of a piece finds out if
//! it is JSON.

use std::io::{self, Read};

/// Number of bytes that are requested from the source at once.
const CHUNK: usize = 256 * 1024;

/// The reason why reading stopped.
#[derive(Debug)]
pub(crate) enum Break {
    /// The source failed.
    Source(io::Error),
    /// The text is wrong. Only a pass over the whole text finds the problem and its position.
    Text,
}

impl From<io::Error> for Break {
    fn from(error: io::Error) -> Self {
        Self::Source(error)
    }
}

/// A text on its way through a buffer, which holds one piece at a time.
pub(crate) struct Pieces<R> {
    source: R,
    buffer: Vec<u8>,
    /// Number of bytes of the buffer that are read.
    at: usize,
    /// Position of the buffer in the text.
    base: u64,
}

/// An object or array that is being read.
#[derive(Default)]
pub(crate) struct Open {
    has_begun: bool,
}

impl<R: Read> Pieces<R> {
    /// A text whose source starts at position `base`.
    pub(crate) fn new(source: R, base: u64) -> Self {
        Self { source, buffer: Vec::new(), at: 0, base }
    }

    /// The position of the next byte in the text.
    pub(crate) fn position(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Enters an object or array if the next value begins with `bracket`.
    pub(crate) fn open(&mut self, bracket: u8) -> Result<Option<Open>, Break> {
        Ok(self.skip(bracket)?.then(Open::default))
    }

    /// True if the next value begins with `bracket`.
    pub(crate) fn begins(&mut self, bracket: u8) -> Result<bool, Break> {
        Ok(self.peek()? == Some(bracket))
    }

    /// Advances to the next item of an array and returns its position; `None` at the end.
    pub(crate) fn next_item(&mut self, open: &mut Open) -> Result<Option<u64>, Break> {
        if !self.next(open, b']')? {
            return Ok(None);
        }
        self.peek()?;
        Ok(Some(self.position()))
    }

    /// The position and key of the next member of an object; `None` at the end. Its value must be read
    /// next.
    pub(crate) fn next_key(&mut self, open: &mut Open) -> Result<Option<(u64, String)>, Break> {
        if !self.next(open, b'}')? {
            return Ok(None);
        }
        self.peek()?;
        let at = self.position();
        let key = serde_json::from_str(self.value()?).map_err(|_| Break::Text)?;
        if !self.skip(b':')? {
            return Err(Break::Text);
        }
        self.peek()?;
        Ok(Some((at, key)))
    }

    fn next(&mut self, open: &mut Open, end: u8) -> Result<bool, Break> {
        if self.skip(end)? {
            return Ok(false);
        }
        if std::mem::replace(&mut open.has_begun, true) && !self.skip(b',')? {
            return Err(Break::Text);
        }
        Ok(true)
    }

    /// The next value as text.
    pub(crate) fn value(&mut self) -> Result<&str, Break> {
        self.peek()?;
        let mut extent = Extent::default();
        let mut seen = 0;
        let length = loop {
            if let Some(end) = extent.end_in(&self.buffer[self.at + seen..]) {
                break seen + end;
            }
            seen = self.buffer.len() - self.at;
            if !self.fill()? {
                break seen;
            }
        };
        let from = self.at;
        self.at += length;
        std::str::from_utf8(&self.buffer[from..self.at]).map_err(|_| Break::Text)
    }

    /// Skips the next value without keeping it.
    pub(crate) fn pass_over(&mut self) -> Result<(), Break> {
        self.peek()?;
        let mut extent = Extent::default();
        loop {
            if let Some(end) = extent.end_in(&self.buffer[self.at..]) {
                self.at += end;
                return Ok(());
            }
            self.at = self.buffer.len();
            if !self.fill()? {
                return Ok(());
            }
        }
    }

    /// Checks that nothing follows.
    pub(crate) fn end(&mut self) -> Result<(), Break> {
        if self.peek()?.is_none() { Ok(()) } else { Err(Break::Text) }
    }

    fn skip(&mut self, byte: u8) -> Result<bool, Break> {
        let is_next = self.peek()? == Some(byte);
        self.at += usize::from(is_next);
        Ok(is_next)
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Result<Option<u8>, Break> {
        loop {
            let rest = &self.buffer[self.at..];
            if let Some(spaces) = rest.iter().position(|byte| !is_space(*byte)) {
                self.at += spaces;
                return Ok(Some(self.buffer[self.at]));
            }
            self.at = self.buffer.len();
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Reads more into the buffer; true if there was more.
    fn fill(&mut self) -> Result<bool, Break> {
        self.base += self.at as u64;
        self.buffer.drain(..self.at);
        self.at = 0;
        // A long piece is read in chunks that grow with it.
        let chunk = self.buffer.len().max(CHUNK) as u64;
        Ok(self.source.by_ref().take(chunk).read_to_end(&mut self.buffer)? > 0)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// The bytes that are brackets or quotes. A table is faster than five comparisons.
static IS_MARK: [bool; 256] = {
    let mut is_mark = [false; 256];
    let mut marks: &[u8] = b"\"{[}]";
    while let [mark, rest @ ..] = marks {
        is_mark[*mark as usize] = true;
        marks = rest;
    }
    is_mark
};

/// Finds the end of a value by its brackets and quotes.
#[derive(Default)]
struct Extent {
    depth: usize,
    kind: Kind,
    is_escaped: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Unknown,
    /// In an object or an array.
    Nested,
    /// In a string, nested or not.
    Text,
    /// In a number or a literal.
    Word,
}

impl Extent {
    /// The number of bytes that still belong to the value, where `bytes` continue those before; `None`
    /// if all do and the value may go on.
    fn end_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            match self.kind {
                Kind::Text => at += self.text(&bytes[at..]),
                Kind::Nested => at += self.nested(&bytes[at..]),
                Kind::Word => {
                    let ends = |byte: &u8| is_space(*byte) || matches!(byte, b',' | b']' | b'}' | b':');
                    return bytes[at..].iter().position(ends).map(|length| at + length);
                }
                Kind::Unknown => self.kind = self.begin(bytes[at], &mut at),
            }
            if self.kind == Kind::Unknown {
                return Some(at);
            }
        }
        None
    }

    fn begin(&mut self, byte: u8, at: &mut usize) -> Kind {
        match byte {
            b'{' | b'[' => {
                self.depth = 1;
                *at += 1;
                Kind::Nested
            }
            b'"' => {
                *at += 1;
                Kind::Text
            }
            // A value cannot begin with one of these: the piece is empty.
            b',' | b']' | b'}' | b':' => Kind::Unknown,
            _ => Kind::Word,
        }
    }

    /// The kind after the end of a string or of something nested.
    fn outside(&self) -> Kind {
        if self.depth > 0 { Kind::Nested } else { Kind::Unknown }
    }

    fn text(&mut self, bytes: &[u8]) -> usize {
        if std::mem::take(&mut self.is_escaped) {
            return 1;
        }
        let Some(length) = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\')) else {
            return bytes.len();
        };
        if bytes[length] == b'\\' {
            self.is_escaped = true;
        } else {
            self.kind = self.outside();
        }
        length + 1
    }

    fn nested(&mut self, bytes: &[u8]) -> usize {
        let Some(length) = bytes.iter().position(|byte| IS_MARK[usize::from(*byte)]) else {
            return bytes.len();
        };
        match bytes[length] {
            b'"' => self.kind = Kind::Text,
            b'{' | b'[' => self.depth += 1,
            _ => {
                self.depth -= 1;
                self.kind = self.outside();
            }
        }
        length + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source that returns one byte at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let first = self.0.split_first().filter(|_| !buffer.is_empty());
            let Some((first, rest)) = first else { return Ok(0) };
            (buffer[0], self.0) = (*first, rest);
            Ok(1)
        }
    }

    /// The members of an object, with the items of arrays as pieces of their own.
    fn members<R: Read>(source: R) -> Result<Vec<String>, Break> {
        let mut pieces = Pieces::new(source, 0);
        let mut found = Vec::new();
        let mut members = pieces.open(b'{')?.ok_or(Break::Text)?;
        while let Some((_, key)) = pieces.next_key(&mut members)? {
            if key == "gone" {
                pieces.pass_over()?;
                continue;
            }
            let Some(mut items) = pieces.open(b'[')? else {
                found.push(format!("{key}={}", pieces.value()?));
                continue;
            };
            while pieces.next_item(&mut items)?.is_some() {
                found.push(format!("{key}[]={}", pieces.value()?));
            }
        }
        pieces.end()?;
        Ok(found)
    }

    #[test]
    fn members_and_items_come_one_by_one_wherever_the_source_pauses() {
        let text = r#" {"a" : 1,"gone":[{"x":"]"}, 5] ,"b":[ {"c":"}\\\"]"} ,[[]],"\u005d", null ],
                        "\u0064":{"e":[1,{}]} , "f":[],"gone":-1e5 } "#;
        let expected = [
            "a=1",
            "b[]={\"c\":\"}\\\\\\\"]\"}",
            "b[]=[[]]",
            "b[]=\"\\u005d\"",
            "b[]=null",
            "d={\"e\":[1,{}]}",
        ];
        assert_eq!(members(text.as_bytes()).unwrap(), expected);
        assert_eq!(members(Drops(text.as_bytes())).unwrap(), expected);
    }

    #[test]
    fn what_is_no_list_of_members_is_broken() {
        for text in [
            "",
            "1",
            "[]",
            "{",
            "{\"a\"}",
            "{\"a\":1",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{a:1}",
            "{} {}",
            "{\"a\":[1 2]}",
            "{\"a\":[1",
            "{\"a\":1}]",
        ] {
            assert!(matches!(members(text.as_bytes()), Err(Break::Text)), "{text}");
        }
        let holes = members(&b"{\"a\":,\"b\":[1,,2,]}"[..]).unwrap();
        assert_eq!(holes, ["a=", "b[]=1", "b[]=", "b[]=2", "b[]="], "their readers get empty pieces");
    }

    #[test]
    fn places_are_counted_in_the_text() {
        let text = format!("{{\"a\":\"{}\",\"b\":[7]}}", "x".repeat(3 * CHUNK));
        let mut pieces = Pieces::new(text.as_bytes(), 0);
        let mut members = pieces.open(b'{').unwrap().unwrap();
        pieces.next_key(&mut members).unwrap();
        pieces.pass_over().unwrap();
        assert!(pieces.buffer.len() <= CHUNK, "a skipped value is not kept");
        pieces.next_key(&mut members).unwrap();
        let place = usize::try_from(pieces.position()).unwrap();
        assert_eq!(&text[place..], "[7]}");
        let mut again = Pieces::new(&text.as_bytes()[place..], place as u64);
        assert!(again.open(b'[').unwrap().is_some());
        assert_eq!((again.position(), again.value().unwrap()), (place as u64 + 1, "7"));
    }
}
