//! The official SDK, to be checked as any other client: prepares a Python environment with it in the user's cache.

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

/// The files of its adapter; the first is the program.
pub const ADAPTER: [(&str, &str); 2] = [
    ("adapter.py", include_str!("../../adapters/python/adapter.py")),
    ("pipe.py", include_str!("../../adapters/python/pipe.py")),
];
/// Where environments are kept: `slymock/sdk` in the user's cache, or `sdk` in the folder that `SLYMOCK_CACHE` names.
///
/// # Errors
///
/// [`SdkError::NoCache`] for a user without a home.
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

/// The environment for a release of the SDK, made when there is none in `root`, with packages that are asked for
/// beyond it, such as `pytest==8.3.5`: to one that lacks only these they are added. `SLYMOCK_PYTHON` names a Python
/// other than `python3` to make it with.
///
/// # Errors
///
/// [`SdkError`] when it is not there and cannot be made. What was there before is as it was then.
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
    // Another process may have been quicker.
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
            // The disk may be full of it. What cannot be removed now is removed next time.
            let _ = shelf.sweep();
            Err(error)
        }
    }
}

/// Adds packages to an environment that has the SDK, where it lies: others may be at work with it. It has no mark
/// meanwhile, so that it is made anew if this is interrupted.
fn add(shelf: &Shelf, maker: &Maker<'_>, version: &str, packages: &str) -> Result<(), SdkError> {
    let before = shelf.unmark(version)?;
    let had: Vec<&str> = before.split_whitespace().collect();
    let missing = packages.split_whitespace().filter(|package| !had.contains(package));
    let all = had.iter().copied().chain(missing).collect::<Vec<_>>().join(" ");
    let added = maker.add(version, &all);
    // A pip that fails has changed nothing: it has all packages before it puts any in place.
    shelf.mark(version, if added.is_ok() { &all } else { &before })?;
    added
}

/// Before anything is run with it, or made by its name.
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
    /// Its Python.
    #[must_use]
    pub fn python(&self) -> &Path {
        &self.python
    }

    /// Its Python as a command, [clean] of the caller's environment.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        clean(&mut command, &self.folder);
        command
    }

    /// Puts the files of a program beside the environments, in a folder whose name tells what is in it: another
    /// slymock may have others there. Gives the path of the first.
    ///
    /// # Errors
    ///
    /// [`SdkError::File`] when they cannot be written.
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
