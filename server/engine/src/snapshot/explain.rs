//! Why a text is no fixture: found out only once that is known, by another look over it. First comes what is wrong with the
//! text as JSON, wherever that is, then the first place that is not as it should be.

use std::io::{self, Read, Seek, SeekFrom};

use serde::Deserialize;

use super::fixture::Fixture;
use crate::json::{self, Break};
use crate::plain;
use crate::refusal::Refusal;

/// Texts up to here are looked over in memory, which tells places a little better than on their way.
const SHORT: u64 = 1024 * 1024;

/// What has stopped the reading of a fixture.
#[derive(Debug)]
pub(super) enum Unsound {
    /// The source gives no more of it.
    Source(io::Error),
    /// Something about the text, be it what it may.
    Text,
    /// A part of it does not have its type's form.
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

/// A part of a text that does not have its type's form.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) from: u64,
    to: u64,
    /// What stands around it in a fixture that has nothing else.
    around: (String, &'static str),
    /// The key of its array, and its place there.
    item: Option<(&'static str, usize)>,
}

impl Spot {
    /// An item of an array.
    pub(super) fn item(from: u64, text: &str, key: &'static str, index: usize) -> Self {
        let around = (format!("{{\"{key}\":["), "]}");
        Self { from, to: from + text.len() as u64, around, item: Some((key, index)) }
    }

    /// A member whose key begins at `from`, and its value at `value`.
    pub(super) fn member(from: u64, value: u64, text: &str) -> Self {
        Self { from, to: value + text.len() as u64, around: ("{".to_owned(), "}"), item: None }
    }

    /// Stored bytes, as [`member`](Self::member).
    pub(super) fn blob(from: u64, value: u64, text: &str) -> Self {
        Self { around: ("{\"blobs\":{".to_owned(), "}}"), ..Self::member(from, value, text) }
    }
}

/// What is wrong with a text.
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
    // Somebody writes to the file meanwhile.
    Ok(refusal.unwrap_or_else(|| Refusal::BadJson { why: "it was changed while it was read".to_owned() }))
}

/// A text, in memory if it is short.
enum Whole<'a, R> {
    Short(Vec<u8>),
    /// Its source, and how many bytes it gives.
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

/// What is wrong with it as JSON.
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

/// A fixture of which it only matters that it has members: to read all of one from one more kind of source would take a third of
/// a megabyte of program.
#[derive(Deserialize)]
#[serde(expecting = "struct Fixture")]
struct Members {}

/// What is wrong with it as a whole: it is no object.
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

/// What is wrong with a part of it.
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

/// The line that goes on behind a text, from 1, and how many bytes of it there are.
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
