//! Mutated input: a file of the corpus with some edits of its bytes.

use proptest::prelude::*;

/// One edit. Its place is a fraction of the input's length, so that it stays valid when the input shrinks.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// Flips a bit.
    Flip(u16, u8),
    /// Inserts bytes.
    Insert(u16, Vec<u8>),
    /// Removes N bytes.
    Delete(u16, u8),
    /// Repeats N bytes.
    Repeat(u16, u8, u8),
    /// Replaces the rest with the rest of another file of the corpus.
    Splice(u16, u16, u16),
    /// Replaces a run of digits, or else a byte, with another number.
    Number(u16, &'static str),
}

/// Bytes that parsers branch on.
const TURNS: &[&str] = &[
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "--b",
    "%",
    "%00",
    "%ff",
    "&",
    "=",
    "+",
    "[]",
    ".",
    "/",
    "~1",
    "\u{e4}",
    "\u{1f600}",
    "e",
    "-",
    "T",
    "Z",
    "+24:00",
    "9999",
    "{\"a\":",
    "[[[[[[[[",
    "{name}",
    ";",
    "\t",
    "*=utf-8''",
];

/// Numbers at the limits of integer types.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "1",
    "255",
    "256",
    "9999",
    "10000",
    "65536",
    "2147483648",
    "4294967296",
    "9007199254740991",
    "9007199254740992",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "1e308",
    "1e400",
    "-0",
    "0.1",
    "1e-400",
    "00",
    "99999999999999999999999999999999999999",
];

pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let turn = || prop::sample::select(TURNS).prop_map(|text| text.as_bytes().to_vec());
    let any_bytes = prop::collection::vec(any::<u8>(), 1..6);
    let edit = prop_oneof![
        3 => (any::<u16>(), 0..8_u8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        3 => (any::<u16>(), turn()).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        1 => (any::<u16>(), any_bytes).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        2 => (any::<u16>(), 1..32_u8).prop_map(|(at, count)| Edit::Delete(at, count)),
        2 => (any::<u16>(), 1..64_u8, 1..8_u8).prop_map(|(at, count, times)| Edit::Repeat(at, count, times)),
        2 => any::<(u16, u16, u16)>().prop_map(|(at, other, from)| Edit::Splice(at, other, from)),
        3 => (any::<u16>(), prop::sample::select(NUMBERS)).prop_map(|(at, number)| Edit::Number(at, number)),
    ];
    prop::collection::vec(edit, 1..8)
}

/// Applies the edits to a file of the corpus. The result is never much longer than the file.
pub(crate) fn apply(files: &[Vec<u8>], file: u16, edits: &[Edit]) -> Vec<u8> {
    let mut bytes = chosen(files, file).clone();
    for edit in edits {
        match edit {
            Edit::Flip(at, bit) => {
                let at = place(&bytes, *at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Edit::Insert(at, more) => replace(&mut bytes, *at, 0, more),
            Edit::Delete(at, count) => replace(&mut bytes, *at, usize::from(*count), &[]),
            Edit::Repeat(at, count, times) => {
                let at_byte = place(&bytes, *at);
                let end = bytes.len().min(at_byte + usize::from(*count));
                let more = bytes[at_byte..end].repeat(usize::from(*times));
                replace(&mut bytes, *at, 0, &more);
            }
            Edit::Splice(at, other, from) => {
                let other = chosen(files, *other);
                let rest = &other[place(other, *from)..];
                replace(&mut bytes, *at, usize::MAX, rest);
            }
            Edit::Number(at, number) => {
                let from = &bytes[place(&bytes, *at)..];
                let skipped = from.iter().position(u8::is_ascii_digit).unwrap_or(0);
                let digits = from[skipped..].iter().take_while(|byte| byte.is_ascii_digit()).count().max(1);
                let start = place(&bytes, *at) + skipped;
                let end = bytes.len().min(start + digits);
                bytes.splice(start..end, number.bytes());
            }
        }
    }
    bytes
}

fn chosen(files: &[Vec<u8>], index: u16) -> &Vec<u8> {
    &files[usize::from(index) % files.len()]
}

/// The index at a fraction of a length.
fn place(bytes: &[u8], part: u16) -> usize {
    bytes.len() * usize::from(part) / (usize::from(u16::MAX) + 1)
}

fn replace(bytes: &mut Vec<u8>, at: u16, count: usize, with: &[u8]) {
    let start = place(bytes, at);
    let end = bytes.len().min(start.saturating_add(count));
    bytes.splice(start..end, with.iter().copied());
}
