//! The readings of a text: as it is, and with JSON escapes or percent-encoding decoded, repeatedly,
//! because JSON may contain JSON and an address may contain an address. Each reading maps its bytes
//! back to the text.

use std::borrow::Cow;
use std::ops::Range;

/// Maximum number of times that percent-encoding is decoded.
const PERCENTS_MAX: usize = 2;
/// Maximum number of readings of a text.
const READINGS_MAX: usize = 32;

/// One reading of a text.
pub(super) struct Reading<'a> {
    bytes: Cow<'a, [u8]>,
    /// The position in the text of each byte and of the end; empty if they are the same.
    from: Vec<usize>,
    /// Number of times that percent-encoding was decoded.
    percents: usize,
}

/// The number of bytes that are consumed, and their decoded form.
type Letter = (usize, Cow<'static, [u8]>);

/// Calls `look` with each reading of a text, the text itself first.
pub(super) fn each(text: &[u8], mut look: impl FnMut(&Reading<'_>)) {
    let mut open = vec![Reading { bytes: Cow::Borrowed(text), from: Vec::new(), percents: 0 }];
    for _ in 0..READINGS_MAX {
        let Some(reading) = open.pop() else { return };
        look(&reading);
        open.extend(reading.unpercented(true));
        open.extend(reading.unpercented(false));
        open.extend(reading.unescaped());
    }
}

impl Reading<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The range of the text that a range of this reading comes from.
    pub(super) fn source(&self, part: Range<usize>) -> Range<usize> {
        self.place(part.start)..self.place(part.end)
    }

    fn place(&self, at: usize) -> usize {
        self.from.get(at).copied().unwrap_or(at)
    }

    fn unescaped(&self) -> Option<Reading<'static>> {
        if self.bytes.contains(&b'\\') { self.decoded(self.percents, escape) } else { None }
    }

    /// Decodes percent-encoding as in paths, or as in forms, where a plus is a space.
    fn unpercented(&self, form: bool) -> Option<Reading<'static>> {
        let sign = if form { b'+' } else { b'%' };
        let decode = |rest: &[u8]| {
            percent(rest)
                .or_else(|| (form && rest.first() == Some(&b'+')).then_some((1, Cow::Borrowed(&b" "[..]))))
        };
        let decodes = self.percents < PERCENTS_MAX && self.bytes.contains(&sign);
        if decodes { self.decoded(self.percents + 1, decode) } else { None }
    }

    /// Applies `decode` at each position; `None` if it decodes nothing anywhere.
    fn decoded(&self, percents: usize, decode: impl Fn(&[u8]) -> Option<Letter>) -> Option<Reading<'static>> {
        let (mut bytes, mut from) =
            (Vec::with_capacity(self.bytes.len()), Vec::with_capacity(self.bytes.len() + 1));
        let (mut at, mut changed) = (0, false);
        while at < self.bytes.len() {
            let letter = decode(&self.bytes[at..]);
            changed |= letter.is_some();
            let (length, letter) = letter.unwrap_or_else(|| (1, Cow::Owned(vec![self.bytes[at]])));
            from.extend(letter.iter().map(|_| self.place(at)));
            bytes.extend_from_slice(&letter);
            at += length;
        }
        from.push(self.place(at));
        changed.then_some(Reading { bytes: bytes.into(), from, percents })
    }
}

/// Decodes a JSON escape.
fn escape(rest: &[u8]) -> Option<Letter> {
    let (b'\\', sign) = (*rest.first()?, *rest.get(1)?) else { return None };
    let plain: &'static [u8] = match sign {
        b'"' => b"\"",
        b'\\' => b"\\",
        b'/' => b"/",
        b'b' => b"\x08",
        b'f' => b"\x0c",
        b'n' => b"\n",
        b'r' => b"\r",
        b't' => b"\t",
        b'u' => return unicode(rest),
        _ => return None,
    };
    Some((2, Cow::Borrowed(plain)))
}

/// Decodes one `\u` escape, or a surrogate pair of two.
fn unicode(rest: &[u8]) -> Option<Letter> {
    let first = unit(rest)?;
    let second = rest.get(6..).and_then(unit);
    let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
    let (length, letter) = match char::from_u32(first.into()) {
        Some(letter) => (6, letter),
        None => pair.map_or((6, char::REPLACEMENT_CHARACTER), |letter| (12, letter)),
    };
    Some((length, letter.to_string().into_bytes().into()))
}

fn unit(rest: &[u8]) -> Option<u16> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

fn percent(rest: &[u8]) -> Option<Letter> {
    let digits = rest.strip_prefix(b"%")?.get(..2)?;
    let digits = std::str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((3, vec![u8::from_str_radix(digits, 16).ok()?].into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        each(text.as_bytes(), |reading| all.push(String::from_utf8_lossy(reading.bytes()).into_owned()));
        all
    }

    #[test]
    fn a_text_is_read_with_each_encoding_undone() {
        assert_eq!(readings("plain"), ["plain"]);
        assert_eq!(
            readings(r#"\"a\/\u0041\ud83d\ude00\ud83d"#),
            [r#"\"a\/\u0041\ud83d\ude00\ud83d"#, "\"a/A😀\u{fffd}"]
        );
        assert_eq!(readings(r"\\u0041 \x"), [r"\\u0041 \x", r"\u0041 \x", r"A \x"]);
        assert_eq!(readings("a%2Fb %zz"), ["a%2Fb %zz", "a/b %zz"]);
        assert!(readings("a%252Fb+c").contains(&"a/b c".to_owned()));
        assert!(readings(r"%5Cu0041").contains(&"A".to_owned()));
        assert!(readings(&r"\\".repeat(1000)).len() <= READINGS_MAX);
    }

    #[test]
    fn each_part_knows_where_it_comes_from() {
        let text = r#"x\u0041%42z"#;
        each(text.as_bytes(), |reading| {
            let Some(at) = reading.bytes().windows(2).position(|part| part == b"AB") else { return };
            assert_eq!(&text[reading.source(at..at + 2)], r"\u0041%42");
        });
    }
}
