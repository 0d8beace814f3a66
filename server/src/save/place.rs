//! The destination of a file: the path after links, and its folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::load::no_file;

/// The path of a file with links followed. Moving a file onto a link would replace the link instead
/// of its target.
///
/// # Errors
///
/// The error of the system, or that the destination is not a file.
pub fn place(file: &Path) -> io::Result<PathBuf> {
    // A move would also replace a device or a pipe.
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
    // The names of this process's streams are in `/dev`, and they may lead to files.
    if folder == Path::new("/dev") {
        return Err(nameless());
    }
    let place = folder.join(file.file_name().ok_or_else(nameless)?);
    if fs::symlink_metadata(&place).is_ok_and(|there| there.is_symlink()) {
        return fs::canonicalize(&place);
    }
    Ok(place)
}

/// The folder of a file; `.` if the path has none.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    Path::new(".").join(file.parent().unwrap_or(file))
}
