//! A file while it is written: beside its place, under a name by which a later save knows what it is.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::place::{folder_of, place};
use super::{kept, litter};

/// How often another name is tried when a save beside us takes the new file for litter. Once is rare.
const TRIES: usize = 16;

/// A file that is being written. Dropped, it is gone, and its place is as it was.
#[derive(Debug)]
pub(super) struct Draft {
    file: NamedTempFile,
    place: PathBuf,
    /// What it is to replace.
    there: Option<Metadata>,
}

impl Draft {
    /// Begins a file whose place is `file`. What killed saves have left in its folder is removed.
    ///
    /// # Errors
    ///
    /// The system's, or that something else than a file is in its place.
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
        Err(io::Error::other("the file that is written beside it was taken away again and again"))
    }

    /// Puts it in its place.
    ///
    /// # Errors
    ///
    /// The system's, and then its place is as it was.
    pub(super) fn keep(self) -> io::Result<()> {
        if let Some(there) = &self.there {
            kept::take_over(&self.place, there, self.file.as_file());
        }
        self.file.as_file().sync_all().map_err(|error| self.told(&error))?;
        let Self { file, place, there } = self;
        file.persist(&place).map_err(|failed| told(&failed.error, there.is_some()))?;
        // The new name is durable once its folder is. Not every file system can do that; the file is there anyway.
        let _ = File::open(folder_of(&place)).and_then(|folder| folder.sync_all());
        Ok(())
    }

    /// A failure, and what has become of the file: whoever reads of a full disk asks that at once.
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
    let fate = if was_there { "the file is as it was" } else { "nothing is left of it" };
    io::Error::new(error.kind(), format!("{error}; {fate}"))
}

fn new_file(folder: &Path, replaces: bool) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(litter::PREFIX).suffix(litter::SUFFIX).rand_bytes(litter::RANDOM);
    // As with any file that is made, who may read it is for the umask to say. One that takes the place of another
    // is its owner's alone, as is the default here, until it takes over who may read that one.
    #[cfg(unix)]
    if !replaces {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
