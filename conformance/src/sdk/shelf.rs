//! The folder with the environments. `VERSION` is one, and whole from the moment it has that name; `VERSION.new` is
//! one in the making, `VERSION.old` one on its way out. Who holds the file `lock` is alone in there.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use slymock_server::save;

use super::SdkError;

/// What a folder that is not, or no longer, an environment has after its name.
const NEW: &str = "new";
const OLD: &str = "old";
/// Says what is installed. Written last.
const MARK: &str = "ready";

pub(super) struct Shelf {
    pub(super) root: PathBuf,
}

impl Shelf {
    pub(super) fn open(root: &Path) -> Result<Self, SdkError> {
        // Commands run in other folders.
        let root = std::path::absolute(root).map_err(SdkError::at(root))?;
        fs::create_dir_all(&root).map_err(SdkError::at(&root))?;
        Ok(Self { root })
    }

    pub(super) fn folder(&self, version: &str) -> PathBuf {
        self.root.join(version)
    }

    /// Whether an environment has all that is asked for. It may have more.
    pub(super) fn has(&self, version: &str, wanted: &str) -> bool {
        let mark = fs::read_to_string(self.folder(version).join(MARK)).unwrap_or_default();
        let installed: Vec<&str> = mark.split_whitespace().collect();
        wanted.split_whitespace().all(|package| installed.contains(&package))
    }

    /// Takes its mark from an environment, and tells what it said. Only for who is alone.
    pub(super) fn unmark(&self, version: &str) -> Result<String, SdkError> {
        let mark = self.folder(version).join(MARK);
        let said = fs::read_to_string(&mark).and_then(|said| fs::remove_file(&mark).map(|()| said));
        said.map_err(SdkError::at(mark))
    }

    /// Says of an environment that it has these packages. Only for who is alone.
    pub(super) fn mark(&self, version: &str, installed: &str) -> Result<(), SdkError> {
        mark(&self.folder(version), installed)
    }

    /// Waits until it is alone. The lock ends with the last process that has the file open: with this one, or with
    /// a pip that survives it.
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

    /// Removes what interrupted ones left. Only for who is alone.
    pub(super) fn sweep(&self) -> Result<(), SdkError> {
        for entry in fs::read_dir(&self.root).map_err(SdkError::at(&self.root))?.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == NEW || extension == OLD) {
                fs::remove_dir_all(&path).map_err(SdkError::at(path))?;
            }
        }
        Ok(())
    }

    /// The same where nothing has to be made, as far as nobody is hindered by it.
    pub(super) fn tidy(&self) {
        let Ok(file) = File::open(self.lock_file()) else { return };
        if file.try_lock().is_ok() {
            let _ = self.sweep();
        }
    }

    fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// A folder to make an environment in.
    pub(super) fn half_made(&self, version: &str) -> PathBuf {
        self.root.join(format!("{version}.{NEW}"))
    }

    /// Makes a half-made environment the one of its version. Only `bin/python` is used afterwards, and it finds its
    /// packages from where it lies.
    pub(super) fn put(&self, version: &str, installed: &str) -> Result<(), SdkError> {
        let (new, place) = (self.half_made(version), self.folder(version));
        mark(&new, installed)?;
        if place.exists() {
            // Not removed where it is: half of it would still have its mark.
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
