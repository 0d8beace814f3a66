//! A file that is being written, next to its destination, under a name that later saves recognize.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::place::{folder_of, place};
use super::{kept, litter};

/// Attempts to make the file, because a concurrent save may take it for litter. One is nearly
/// always enough.
const TRIES: usize = 16;

/// A file that is being written. Dropping it deletes it and leaves the destination unchanged.
#[derive(Debug)]
pub(super) struct Draft {
    file: NamedTempFile,
    place: PathBuf,
    /// The file that it will replace.
    there: Option<Metadata>,
}

impl Draft {
    /// Starts a file for the destination `file`, and removes the leftovers of killed saves from its
    /// folder.
    ///
    /// # Errors
    ///
    /// The error of the system, or that the destination is not a file.
    pub(super) fn begin(file: &Path) -> io::Result<Self> {
        let place = place(file)?;
        let folder = folder_of(&place);
        litter::sweep(&folder);
        let there = fs::metadata(&place).ok();
        for _ in 0..TRIES {
            let file = new_file(&folder, there.is_some())?;
            if litter::claim(&file) {
                return Ok(Self { file, place, there });
            }
        }
        Err(io::Error::other("another program keeps deleting the temporary file next to it"))
    }

    /// Moves it to its destination.
    ///
    /// # Errors
    ///
    /// The error of the system; the destination is then unchanged.
    pub(super) fn keep(self) -> io::Result<()> {
        if let Some(there) = &self.there {
            kept::take_over(&self.place, there, self.file.as_file());
        }
        self.file.as_file().sync_all().map_err(|error| self.told(&error))?;
        let Self { file, place, there } = self;
        file.persist(&place).map_err(|failed| told(&failed.error, there.is_some()))?;
        // Makes the new name durable. Not every file system supports this; the file is complete
        // anyway.
        let _ = File::open(folder_of(&place)).and_then(|folder| folder.sync_all());
        Ok(())
    }

    /// Adds the state of the destination to an error, which a user with a full disk asks about
    /// first.
    pub(super) fn told(&self, error: &io::Error) -> io::Error {
        told(error, self.there.is_some())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

fn told(error: &io::Error, was_there: bool) -> io::Error {
    let fate = if was_there { "the file is unchanged" } else { "no file was written" };
    io::Error::new(error.kind(), format!("{error}; {fate}"))
}

fn new_file(folder: &Path, replaces: bool) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(litter::PREFIX).suffix(litter::SUFFIX).rand_bytes(litter::RANDOM);
    // The umask decides who may read a new file, as for any other. A file that replaces another is
    // private, the default here, until it takes over the permissions of the old one.
    #[cfg(unix)]
    if !replaces {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
