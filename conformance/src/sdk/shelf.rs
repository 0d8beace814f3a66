//! The folder of the environments. `VERSION` is a complete environment, `VERSION.new` an incomplete one, and
//! `VERSION.old` one to be deleted. Changes require the lock on the file `lock`.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use slymock_server::save;

use super::SdkError;

/// Suffixes of folders that are not, or no longer, environments.
const NEW: &str = "new";
const OLD: &str = "old";
/// File that lists the installed packages. It is written last, so that its existence means completeness.
const MARK: &str = "ready";

pub(super) struct Shelf {
    pub(super) root: PathBuf,
}

impl Shelf {
    pub(super) fn open(root: &Path) -> Result<Self, SdkError> {
        // Commands run in other folders, so the path must be absolute.
        let root = std::path::absolute(root).map_err(SdkError::at(root))?;
        fs::create_dir_all(&root).map_err(SdkError::at(&root))?;
        Ok(Self { root })
    }

    pub(super) fn folder(&self, version: &str) -> PathBuf {
        self.root.join(version)
    }

    /// True if an environment has all wanted packages. It may have more.
    pub(super) fn has(&self, version: &str, wanted: &str) -> bool {
        let mark = fs::read_to_string(self.folder(version).join(MARK)).unwrap_or_default();
        let installed: Vec<&str> = mark.split_whitespace().collect();
        wanted.split_whitespace().all(|package| installed.contains(&package))
    }

    /// Removes the mark of an environment and returns its text. Requires the lock.
    pub(super) fn unmark(&self, version: &str) -> Result<String, SdkError> {
        let mark = self.folder(version).join(MARK);
        let said = fs::read_to_string(&mark).and_then(|said| fs::remove_file(&mark).map(|()| said));
        said.map_err(SdkError::at(mark))
    }

    /// Marks an environment as having these packages. Requires the lock.
    pub(super) fn mark(&self, version: &str, installed: &str) -> Result<(), SdkError> {
        mark(&self.folder(version), installed)
    }

    /// Waits for the lock. It ends with the last process that has the file open: this one, or a pip that
    /// survives it.
    pub(super) fn lock(&self, waits: impl FnOnce()) -> Result<File, SdkError> {
        let path = self.lock_file();
        let open = || File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let file = open().map_err(SdkError::at(&path))?;
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => waits(),
            Err(TryLockError::Error(error)) => return Err(SdkError::at(path)(error)),
        }
        file.lock().map_err(SdkError::at(path))?;
        Ok(file)
    }

    /// Removes the remains of interrupted preparations. Requires the lock.
    pub(super) fn sweep(&self) -> Result<(), SdkError> {
        for entry in fs::read_dir(&self.root).map_err(SdkError::at(&self.root))?.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == NEW || extension == OLD) {
                fs::remove_dir_all(&path).map_err(SdkError::at(path))?;
            }
        }
        Ok(())
    }

    /// Like `sweep`, but only if the lock is free, and without errors.
    pub(super) fn tidy(&self) {
        let Ok(file) = File::open(self.lock_file()) else { return };
        if file.try_lock().is_ok() {
            let _ = self.sweep();
        }
    }

    fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Folder in which an environment is made.
    pub(super) fn half_made(&self, version: &str) -> PathBuf {
        self.root.join(format!("{version}.{NEW}"))
    }

    /// Moves a finished environment to its place. Only `bin/python` is used afterwards, which finds its
    /// packages by its own location.
    pub(super) fn put(&self, version: &str, installed: &str) -> Result<(), SdkError> {
        let (new, place) = (self.half_made(version), self.folder(version));
        mark(&new, installed)?;
        if place.exists() {
            // It is renamed before it is deleted, because a half-deleted environment would still have its
            // mark.
            fs::rename(&place, self.root.join(format!("{version}.{OLD}"))).map_err(SdkError::at(&place))?;
        }
        fs::rename(new, &place).map_err(SdkError::at(place))?;
        self.sweep()
    }
}

fn mark(environment: &Path, installed: &str) -> Result<(), SdkError> {
    let mark = environment.join(MARK);
    save::whole(&mark, installed.as_bytes()).map_err(SdkError::at(mark))
}
