//! Where a file lies: the place that its name leads to, and the folder of that.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::load::no_file;

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

/// The folder of a file, whether or not its name has one.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    Path::new(".").join(file.parent().unwrap_or(file))
}
