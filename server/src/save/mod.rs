//! Writes files completely or not at all. All files that a user names are written here. `draft.rs`
//! has the file while it is written, `kept.rs` the attributes it takes over, `litter.rs` the
//! leftovers of killed saves, `place.rs` the destination.

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

/// Checks that a file can be written, before a long run whose result it will hold.
///
/// # Errors
///
/// The error of the system, or that the destination is not a file.
pub fn check(file: &Path) -> io::Result<()> {
    Draft::begin(file).map(drop)
}

/// Writes a file next to its destination and moves it there, so that a reader never sees half of
/// it, not even after a power cut. Concurrent writers use separate files; the last one wins.
///
/// # Errors
///
/// The error of the system; the file is then unchanged.
pub fn whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    written(file, |text| text.write_all(bytes))
}

/// Writes a file piece by piece, as completely as [`whole`].
///
/// # Errors
///
/// The error of the system or of `write`; the file is then unchanged.
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

/// Writes a world to a file, row by row, as completely as [`whole`].
///
/// # Errors
///
/// The error of the system; the file is then unchanged.
pub fn world(file: &Path, state: State) -> io::Result<()> {
    written(file, |text| {
        FixtureText::of(state, Layout::Lines).try_for_each(|piece| text.write_all(&piece))?;
        text.write_all(b"\n")
    })
}

/// Creates an unnamed temporary file in the folder of another file, whose disk needs the room
/// anyway. The system deletes it when the process ends.
///
/// # Errors
///
/// The error of the system.
pub fn nameless(beside: &Path) -> io::Result<File> {
    tempfile::tempfile_in(folder_of(&place(beside)?))
}
