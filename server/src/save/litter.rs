//! Leftovers of killed saves: the next save in the folder recognizes them by name and removes them.
//! A save that is still running, in this process or another, holds a lock on its file.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::path::Path;

use tempfile::NamedTempFile;

/// Beginning of a temporary file's name.
pub(super) const PREFIX: &str = ".slymock-save-";
/// End of the name.
pub(super) const SUFFIX: &str = ".tmp";
/// Number of letters and digits between them.
pub(super) const RANDOM: usize = 12;

/// Locks a new file until it is closed. Returns false if it is gone: before it was locked, another
/// save may have removed it as litter. If the file system has no locks, nothing is removed as
/// litter.
pub(super) fn claim(file: &NamedTempFile) -> bool {
    let _ = file.as_file().lock();
    is_at(file.as_file(), file.path())
}

/// Removes leftovers from a folder. Errors are ignored, because the save itself is more important.
pub(super) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_ours(&entry.file_name()) {
            let _ = remove_if_left(&entry.path());
        }
    }
}

fn is_ours(name: &OsStr) -> bool {
    let middle = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    middle.is_some_and(|middle| {
        middle.len() == RANDOM && middle.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn remove_if_left(path: &Path) -> std::io::Result<()> {
    let there = fs::symlink_metadata(path)?;
    if !there.is_file() || !is_of_this_user(&there) {
        return Ok(());
    }
    let file = File::open(path)?;
    // The lock is free, so no save is writing the file, and none can start while it is held.
    if file.try_lock().is_ok() && is_at(&file, path) {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(unix)]
fn is_of_this_user(file: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(file) == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_of_this_user(_: &Metadata) -> bool {
    true
}

/// True if `path` names this open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let which = |file: Metadata| (file.dev(), file.ino());
    let (Ok(open), Ok(named)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
    which(open) == which(named)
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}
