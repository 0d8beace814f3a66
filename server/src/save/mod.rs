//! Files that are there whole or not at all: the one place that writes what a user names. `draft.rs` has a file
//! while it is written, `kept.rs` what it takes over from the one that it replaces, `litter.rs` what a save
//! leaves that was killed, `place.rs` where it lies.

mod draft;
mod kept;
mod litter;
mod place;
#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use slymock_engine::State;
use slymock_engine::snapshot::{FixtureText, Layout};

use draft::Draft;
use place::folder_of;
pub use place::place;

/// Finds out whether a file could be written, before the run whose end it is to hold.
///
/// # Errors
///
/// The system's, or that something else than a file is in its place.
pub fn check(file: &Path) -> io::Result<()> {
    Draft::begin(file).map(drop)
}

/// Writes a file beside its place and moves it there, so that nobody reads half of it, not even after a
/// power cut. Each writer has a file of its own: of two that write to one place, the later one stays.
///
/// # Errors
///
/// The system's, and then the file is as it was.
pub fn whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    written(file, |text| text.write_all(bytes))
}

/// Writes a file bit by bit, and whole all the same.
///
/// # Errors
///
/// The system's, or that of `write`, and then the file is as it was.
pub fn written(file: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut draft = Draft::begin(file)?;
    let mut text = BufWriter::new(&mut draft);
    let all = write(&mut text).and_then(|()| text.flush());
    drop(text);
    match all {
        Ok(()) => draft.keep(),
        Err(error) => Err(draft.told(&error)),
    }
}

/// Writes a world to a file row by row, and whole.
///
/// # Errors
///
/// The system's, and then the file is as it was.
pub fn world(file: &Path, state: State) -> io::Result<()> {
    written(file, |text| {
        FixtureText::of(state, Layout::Lines).try_for_each(|piece| text.write_all(&piece))?;
        text.write_all(b"\n")
    })
}

/// A file without a name in the folder of another one, whose disk has to have the room anyway. It is gone with
/// the process.
///
/// # Errors
///
/// The system's.
pub fn nameless(beside: &Path) -> io::Result<File> {
    tempfile::tempfile_in(folder_of(&place(beside)?))
}
