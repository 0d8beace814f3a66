//! What a save leaves that was killed in the middle: files that the next save in their folder knows by their
//! names, and removes. A save that is still running, here or elsewhere, holds a lock on its file.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::path::Path;

use tempfile::NamedTempFile;

/// How the name of a file begins while it is written.
pub(super) const PREFIX: &str = ".slymock-save-";
/// How it ends.
pub(super) const SUFFIX: &str = ".tmp";
/// How many letters and digits are between.
pub(super) const RANDOM: usize = 12;

/// Locks a file that was just made, for as long as it is open; whether it is still there, for before it was locked
/// it may have been taken for litter. Where a file system knows no locks, nothing is taken for litter either.
pub(super) fn claim(file: &NamedTempFile) -> bool {
    let _ = file.as_file().lock();
    is_at(file.as_file(), file.path())
}

/// Removes from a folder what saves have left. What cannot be looked at or removed stays: the save goes first.
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
    // Nobody writes it any more, and while we hold the lock nobody begins to.
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

/// Whether an open file is the one that has this name.
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
