//! Prepares a Python environment with the official SDK in the user's cache, so that the SDK can be checked
//! like any other client.

mod error;
mod hygiene;
mod install;
mod progress;
mod releases;
mod shelf;
#[cfg(test)]
mod tests;

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use etcetera::{BaseStrategy as _, choose_base_strategy};
use semver::Version;
use sha2::{Digest as _, Sha256};
use slymock_server::save;

use install::{Maker, python_in, python_of, works};
use shelf::Shelf;

pub use error::SdkError;
pub use hygiene::clean;
pub use progress::{Preparation, Watch};
pub use releases::{NEWEST, OLDEST};

/// Files of the SDK's adapter; the first is the program.
pub const ADAPTER: [(&str, &str); 2] = [
    ("adapter.py", include_str!("../../adapters/python/adapter.py")),
    ("pipe.py", include_str!("../../adapters/python/pipe.py")),
];
/// Returns the folder of the environments: `slymock/sdk` in the user's cache, or `sdk` in the folder
/// `SLYMOCK_CACHE`.
///
/// # Errors
///
/// [`SdkError::NoCache`] if the user has no home folder.
pub fn cache_folder() -> Result<PathBuf, SdkError> {
    let named = env::var_os("SLYMOCK_CACHE").filter(|named| !named.is_empty()).map(PathBuf::from);
    let users = || Ok(choose_base_strategy().map_err(|_| SdkError::NoCache)?.cache_dir().join("slymock"));
    Ok(named.map_or_else(users, Ok)?.join("sdk"))
}

/// An environment that has the SDK.
#[derive(Clone, Debug)]
pub struct Environment {
    root: PathBuf,
    folder: PathBuf,
    python: PathBuf,
}

/// Returns the environment of a release of the SDK in `root`, and makes it if it does not exist. Packages in
/// `extra`, such as `pytest==8.3.5`, are added if they are missing. `SLYMOCK_PYTHON` is the Python to make it
/// with; `python3` by default.
///
/// # Errors
///
/// [`SdkError`] if the environment cannot be made. An existing environment is unchanged then.
pub fn prepare(
    root: &Path,
    version: &str,
    extra: &[&str],
    tell: &dyn Fn(Preparation<'_>),
) -> Result<Environment, SdkError> {
    prepare_with(&python_of(env::var_os("SLYMOCK_PYTHON")), root, version, extra, tell)
}

fn prepare_with(
    python: &OsStr,
    root: &Path,
    version: &str,
    extra: &[&str],
    tell: &dyn Fn(Preparation<'_>),
) -> Result<Environment, SdkError> {
    check(version)?;
    let shelf = Shelf::open(root)?;
    let folder = shelf.folder(version);
    let environment =
        Environment { root: shelf.root.clone(), python: python_in(&folder), folder: folder.clone() };
    let sdk = format!("supervisely=={version}");
    let packages = [&[&*sdk], extra].concat().join(" ");
    let has = |packages: &str| shelf.has(version, packages) && works(&folder);
    if has(&packages) {
        shelf.tidy();
        return Ok(environment);
    }
    let lock = shelf.lock(|| tell(Preparation::Waits))?;
    shelf.sweep()?;
    // Another process may have made it in the meantime.
    if has(&packages) {
        return Ok(environment);
    }
    if has(&sdk) {
        let maker = Maker { python, folder: &folder, lock: &lock, tell };
        return add(&shelf, &maker, version, &packages).map(|()| environment);
    }
    let maker = Maker { python, folder: &shelf.half_made(version), lock: &lock, tell };
    match maker.make(version, &packages).and_then(|()| shelf.put(version, &packages)) {
        Ok(()) => Ok(environment),
        Err(error) => {
            // A failed environment may have filled the disk. If it cannot be removed now, the next run
            // removes it.
            let _ = shelf.sweep();
            Err(error)
        }
    }
}

/// Adds packages to an environment in place, because other processes may be using it. Its mark is removed
/// meanwhile, so that an interrupted environment is made again.
fn add(shelf: &Shelf, maker: &Maker<'_>, version: &str, packages: &str) -> Result<(), SdkError> {
    let before = shelf.unmark(version)?;
    let had: Vec<&str> = before.split_whitespace().collect();
    let missing = packages.split_whitespace().filter(|package| !had.contains(package));
    let all = had.iter().copied().chain(missing).collect::<Vec<_>>().join(" ");
    let added = maker.add(version, &all);
    // A failed pip has changed nothing, because it downloads all packages before it installs any.
    shelf.mark(version, if added.is_ok() { &all } else { &before })?;
    added
}

/// Validates a version before it becomes a folder name or an argument.
fn check(version: &str) -> Result<(), SdkError> {
    match Version::parse(version) {
        Ok(plain) if plain.pre.is_empty() && plain.build.is_empty() => {
            if plain < OLDEST {
                Err(SdkError::TooOld(version.to_owned()))
            } else {
                Ok(())
            }
        }
        _ => Err(SdkError::Version(version.to_owned())),
    }
}

impl Environment {
    /// Path of the environment's Python.
    #[must_use]
    pub fn python(&self) -> &Path {
        &self.python
    }

    /// A command for the environment's Python, [clean] of the caller's environment.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        clean(&mut command, &self.folder);
        command
    }

    /// Writes the files of a program next to the environments and returns the path of the first. The folder
    /// is named after a hash of the files, because another version of slymock may have other files.
    ///
    /// # Errors
    ///
    /// [`SdkError::File`] if the files cannot be written.
    pub fn put_program(&self, files: &[(&str, &str)]) -> Result<PathBuf, SdkError> {
        let all: String = files.iter().flat_map(|(name, text)| [name, "\0", text, "\0"]).collect();
        let digest: String = Sha256::digest(all).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let folder = self.root.join(format!("adapter-{digest}"));
        fs::create_dir_all(&folder).map_err(SdkError::at(&folder))?;
        for (name, text) in files {
            let file = folder.join(name);
            if !fs::read(&file).is_ok_and(|there| there == text.as_bytes()) {
                save::whole(&file, text.as_bytes()).map_err(SdkError::at(file))?;
            }
        }
        Ok(files.first().map_or(folder.clone(), |(name, _)| folder.join(name)))
    }
}
