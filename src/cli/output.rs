//! What the command writes: its streams, and files that are there whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::{Builder, NamedTempFile};

/// Writes to stdout; a reader that is gone is not an error of ours.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Writes a line to stderr. Where that fails there is nowhere left to say so.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Finds out whether a file could be written, before the run whose end it is to hold.
pub(crate) fn check(file: &Path) -> anyhow::Result<()> {
    beside(file).map(drop).with_context(|| cannot_write(file))
}

/// Writes a file beside its place and moves it there, so that nobody reads half of it, not even after a
/// power cut. Each writer has a file of its own: of two that write to one place, the later one stays.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    put(file, bytes).with_context(|| cannot_write(file))
}

fn put(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut written = beside(file)?;
    written.write_all(bytes)?;
    written.as_file().sync_all()?;
    written.persist(file)?;
    // The new name is durable once its folder is. Not every file system can do that; the file is there anyway.
    let _ = File::open(folder_of(file)).and_then(|folder| folder.sync_all());
    Ok(())
}

/// A new file in the same folder, gone again unless it is kept.
fn beside(file: &Path) -> io::Result<NamedTempFile> {
    // Moving a file onto a device or a pipe would replace it instead of writing to it.
    let other = fs::metadata(file).is_ok_and(|there| !there.is_file());
    if other || file.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(io::Error::other("not a file"));
    }
    // As with any file that is made, who may read it is for the umask to say; without this only its owner may.
    Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder_of(file))
}

fn folder_of(file: &Path) -> PathBuf {
    Path::new(".").join(file.parent().unwrap_or(file))
}

fn cannot_write(file: &Path) -> String {
    format!("cannot write {}", file.display())
}
