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
    beside(file).map(drop)
}

/// Writes a file beside its place and moves it there, so that nobody reads half of it, not even after a
/// power cut. Each writer has a file of its own: of two that write to one place, the later one stays.
///
/// # Errors
///
/// The system's, and then the file is as it was.
pub fn whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut written = beside(file)?;
    written.write_all(bytes)?;
    written.as_file().sync_all()?;
    written.persist(file)?;
    // The new name is durable once its folder is. Not every file system can do that; the file is there anyway.
    let _ = File::open(folder_of(file)).and_then(|folder| folder.sync_all());
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

/// A new file in the same folder, gone again unless it is kept.
fn beside(file: &Path) -> io::Result<NamedTempFile> {
    // Moving a file onto a device or a pipe would replace it instead of writing to it.
    let other = fs::metadata(file).is_ok_and(|there| !there.is_file());
    if other || file.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(io::Error::other("not a file"));
    }
    let mut builder = Builder::new();
    // As with any file that is made, who may read it is for the umask to say; without this only its owner may.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder_of(file))
}

fn folder_of(file: &Path) -> PathBuf {
    Path::new(".").join(file.parent().unwrap_or(file))
}
