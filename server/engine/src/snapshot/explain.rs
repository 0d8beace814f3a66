//! Explains why a text is not a fixture. This needs another pass over the text, which happens only
//! after reading has failed. An error in the JSON is reported first, wherever it is; otherwise the
//! first place with a wrong form is.

use std::io::{self, Read, Seek, SeekFrom};

use serde::Deserialize;

use super::fixture::Fixture;
use crate::json::{self, Break};
use crate::plain;
use crate::refusal::Refusal;

/// Texts up to this size, in bytes, are explained in memory, which gives slightly better positions than
/// reading from the source.
const SHORT: u64 = 1024 * 1024;

/// The reason why reading a fixture stopped.
#[derive(Debug)]
pub(super) enum Unsound {
    /// The source failed.
    Source(io::Error),
    /// Something is wrong with the text; it is not known what.
    Text,
    /// A part does not have the form of its type.
    At(Spot),
}

impl From<Break> for Unsound {
    fn from(broken: Break) -> Self {
        match broken {
            Break::Source(error) => Self::Source(error),
            Break::Text => Self::Text,
        }
    }
}

impl From<io::Error> for Unsound {
    fn from(error: io::Error) -> Self {
        Self::Source(error)
    }
}

impl From<Spot> for Unsound {
    fn from(spot: Spot) -> Self {
        Self::At(spot)
    }
}

/// A part of a text that does not have the form of its type.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) from: u64,
    to: u64,
    /// Text before and after the part that makes it a fixture of its own.
    around: (String, &'static str),
    /// Key of the array that the part is an item of, and its index.
    item: Option<(&'static str, usize)>,
}

impl Spot {
    /// An item of an array.
    pub(super) fn item(from: u64, text: &str, key: &'static str, index: usize) -> Self {
        let around = (format!("{{\"{key}\":["), "]}");
        Self { from, to: from + text.len() as u64, around, item: Some((key, index)) }
    }

    /// A member with its key at `from` and its value at `value`.
    pub(super) fn member(from: u64, value: u64, text: &str) -> Self {
        Self { from, to: value + text.len() as u64, around: ("{".to_owned(), "}"), item: None }
    }

    /// A blob; positions as in [`member`](Self::member).
    pub(super) fn blob(from: u64, value: u64, text: &str) -> Self {
        Self { around: ("{\"blobs\":{".to_owned(), "}}"), ..Self::member(from, value, text) }
    }
}

/// Finds the problem of a text.
pub(super) fn explain<R: Read + Seek>(source: &mut R, unsound: Unsound) -> io::Result<Refusal> {
    let refusal = match unsound {
        Unsound::Source(error) => return Err(error),
        Unsound::At(spot) => match problem_of_text(source)? {
            None => problem_at(source, &spot)?,
            of_text => of_text,
        },
        Unsound::Text => match problem_of_text(source)? {
            None => problem_of_whole(source)?,
            of_text => of_text,
        },
    };
    // No problem was found, so the file must have been changed in the meantime.
    Ok(refusal.unwrap_or_else(|| Refusal::BadJson { why: "it was changed while it was read".to_owned() }))
}

/// A text, in memory if it is short.
enum Whole<'a, R> {
    Short(Vec<u8>),
    /// The source, and its length in bytes.
    Long(&'a mut R, u64),
}

fn whole<R: Read + Seek>(source: &mut R) -> io::Result<Whole<'_, R>> {
    let length = source.seek(SeekFrom::End(0))?;
    source.rewind()?;
    if length > SHORT {
        return Ok(Whole::Long(source, length));
    }
    let mut text = Vec::new();
    source.read_to_end(&mut text)?;
    Ok(Whole::Short(text))
}

/// The problem of the text as JSON.
fn problem_of_text<R: Read + Seek>(source: &mut R) -> io::Result<Option<Refusal>> {
    let (source, length) = match whole(source)? {
        Whole::Short(text) => return Ok(json::check(&text).err()),
        Whole::Long(source, length) => (source, length),
    };
    if let Err(refusal) = json::check_utf8(&mut *source)? {
        return Ok(Some(refusal));
    }
    source.rewind()?;
    Ok(json::check_source(source, usize::try_from(length).unwrap_or(usize::MAX)).err())
}

/// Stands for [`Fixture`] where only an object is expected. To compile the reader of a whole fixture
/// for another kind of source would add a third of a megabyte to the program.
#[derive(Deserialize)]
#[serde(expecting = "struct Fixture")]
struct Members {}

/// The problem of the whole text: it is not an object.
fn problem_of_whole<R: Read + Seek>(source: &mut R) -> io::Result<Option<Refusal>> {
    let wrong = match whole(source)? {
        Whole::Short(text) => {
            plain::read_text::<Fixture>(&String::from_utf8_lossy(&text)).err().map(|error| error.to_string())
        }
        Whole::Long(source, _) => {
            plain::read_source::<Members>(io::BufReader::new(source)).err().map(|error| error.to_string())
        }
    };
    Ok(wrong.map(|wrong| Refusal::BadFixture(vec![wrong].into())))
}

/// The problem of a part of the text.
fn problem_at<R: Read + Seek>(source: &mut R, spot: &Spot) -> io::Result<Option<Refusal>> {
    source.rewind()?;
    let (line, column) = place_of(source.by_ref().take(spot.from))?;
    source.seek(SeekFrom::Start(spot.from))?;
    let mut text = Vec::from(spot.around.0.as_bytes());
    source.by_ref().take(spot.to - spot.from).read_to_end(&mut text)?;
    text.extend(spot.around.1.bytes());
    let text = String::from_utf8_lossy(&text);
    let Err(error) = plain::read_text::<Fixture>(&text) else { return Ok(None) };
    let (path, error) = (error.path().to_string(), error.into_inner());
    let path = match spot.item {
        Some((key, index)) => path.replacen(&format!("{key}[0]"), &format!("{key}[{index}]"), 1),
        None => path,
    };
    let told = error.to_string();
    let what = told.strip_suffix(&format!(" at line {} column {}", error.line(), error.column()));
    let what = what.unwrap_or(&told);
    let (line, column) = match error.line() {
        1 => (line, (column + error.column()).saturating_sub(spot.around.0.len())),
        below => (line + below - 1, error.column()),
    };
    Ok(Some(Refusal::BadFixture(vec![format!("{path}: {what} at line {line} column {column}")].into())))
}

/// The line number, from 1, at the end of a text, and the number of bytes on that line.
fn place_of(mut text: impl Read) -> io::Result<(usize, usize)> {
    let (mut line, mut column, mut chunk) = (1, 0, vec![0; 64 * 1024]);
    loop {
        let length = text.read(&mut chunk)?;
        if length == 0 {
            return Ok((line, column));
        }
        let read = &chunk[..length];
        line += read.iter().filter(|byte| **byte == b'\n').count();
        column = match read.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => length - end - 1,
            None => column + length,
        };
    }
}
