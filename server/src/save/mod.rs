//! Files that are there whole or not at all: the one place that writes what a user names. `draft.rs` has a file
//! while it is written, `kept.rs` what it takes over from the one that it replaces, `litter.rs` what a save
//! leaves that was killed.

mod draft;
mod kept;
mod litter;
#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use slymock_engine::snapshot::Fixture;

use crate::load::no_file;
use draft::Draft;

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

/// Writes a world to a file, whole.
///
/// # Errors
///
/// The system's, and then the file is as it was.
pub fn world(file: &Path, fixture: &Fixture) -> io::Result<()> {
    written(file, |text| {
        serde_json::to_writer_pretty(&mut *text, fixture)?;
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

/// Where a file lies or would lie, links followed: moving a file onto a link would replace it instead of writing
/// to what it leads to.
///
/// # Errors
///
/// The system's, or that something else than a file is in its place.
pub fn place(file: &Path) -> io::Result<PathBuf> {
    // So would moving a file onto a device or a pipe.
    if let Ok(there) = fs::metadata(file)
        && !there.is_file()
    {
        return Err(no_file(there.file_type()));
    }
    let nameless = || io::Error::other("not a file");
    if file.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(nameless());
    }
    let folder = fs::canonicalize(folder_of(file))?;
    // The names of our own streams are there, which may well lead to files.
    if folder == Path::new("/dev") {
        return Err(nameless());
    }
    let place = folder.join(file.file_name().ok_or_else(nameless)?);
    if fs::symlink_metadata(&place).is_ok_and(|there| there.is_symlink()) {
        return fs::canonicalize(&place);
    }
    Ok(place)
}

fn folder_of(file: &Path) -> PathBuf {
    Path::new(".").join(file.parent().unwrap_or(file))
}
