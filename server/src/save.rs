//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use slymock_engine::snapshot::Fixture;
use tempfile::{Builder, NamedTempFile};

/// Finds out whether a file could be written, before the run whose end it is to hold.
///
/// # Errors
///
/// The system's, or that something else than a file is in its place.
pub fn check(file: &Path) -> io::Result<()> {
    beside(&place(file)?).map(drop)
}

/// Writes a file beside its place and moves it there, so that nobody reads half of it, not even after a
/// power cut. Each writer has a file of its own: of two that write to one place, the later one stays.
///
/// # Errors
///
/// The system's, and then the file is as it was.
pub fn whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let place = place(file)?;
    let mut written = beside(&place)?;
    written.write_all(bytes)?;
    written.as_file().sync_all()?;
    written.persist(&place)?;
    // The new name is durable once its folder is. Not every file system can do that; the file is there anyway.
    let _ = File::open(folder_of(&place)).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Writes a world to a file, whole.
///
/// # Errors
///
/// The system's, and then the file is as it was.
pub fn world(file: &Path, fixture: &Fixture) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(fixture)?;
    text.push(b'\n');
    whole(file, &text)
}

/// Where a file lies or would lie, links followed: moving a file onto a link would replace it instead of writing
/// to what it leads to.
///
/// # Errors
///
/// The system's, or that something else than a file is in its place.
pub fn place(file: &Path) -> io::Result<PathBuf> {
    let not_a_file = || io::Error::other("not a file");
    // So would moving a file onto a device or a pipe.
    let other = fs::metadata(file).is_ok_and(|there| !there.is_file());
    if other || file.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(not_a_file());
    }
    let folder = fs::canonicalize(folder_of(file))?;
    // The names of our own streams are there, which may well lead to files.
    if folder == Path::new("/dev") {
        return Err(not_a_file());
    }
    let place = folder.join(file.file_name().ok_or_else(not_a_file)?);
    if fs::symlink_metadata(&place).is_ok_and(|there| there.is_symlink()) {
        return fs::canonicalize(&place);
    }
    Ok(place)
}

/// A new file in the same folder, gone again unless it is kept.
fn beside(file: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    // As with any file that is made, who may read it is for the umask to say; without this only its owner may.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder_of(file))
}

fn folder_of(file: &Path) -> PathBuf {
    Path::new(".").join(file.parent().unwrap_or(file))
}
