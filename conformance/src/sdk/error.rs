//! Reasons why an environment with the SDK cannot be prepared, each in one line.

use std::io;
use std::path::PathBuf;

use super::releases::{NEWEST, OLDEST};

/// Reason why the SDK cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SdkError {
    /// The version is not a release.
    #[error("{0:?} is not a release of the SDK; give three numbers, such as {NEWEST}")]
    Version(String),
    /// The release is older than the oldest one that the fake supports.
    #[error("the SDK {0} is too old: the fake supports {OLDEST} and later")]
    TooOld(String),
    /// The user has no cache folder.
    #[error("no home folder to keep the SDK in; set SLYMOCK_CACHE to a folder")]
    NoCache,
    /// The Python was not found.
    #[error(
        "{0} was not found; the SDK needs Python 3.8 or later (set SLYMOCK_PYTHON to its path if it is not on the PATH)"
    )]
    NoPython(String),
    /// The Python is too old for the SDK.
    #[error("{python} is Python {found}; the SDK needs 3.8 or later; set SLYMOCK_PYTHON to another Python")]
    OldPython {
        /// The command that was called.
        python: String,
        /// Its version.
        found: String,
    },
    /// The Python lacks the modules that make environments.
    #[error(
        "{0} cannot make environments: its modules venv and ensurepip are missing (Debian and Ubuntu: apt install python3-venv)"
    )]
    NoVenv(String),
    /// The Python does not work.
    #[error("{python} does not work: {why}")]
    Python {
        /// The command that was called.
        python: String,
        /// Its last line of output.
        why: String,
    },
    /// An environment cannot be made.
    #[error("cannot make a Python environment: {0}")]
    Venv(String),
    /// pip finds no release at all; it reports nothing else about a network that fails.
    #[error(
        "cannot install the SDK {0}: pip finds no release at all; check the connection to the package registry"
    )]
    Unreachable(String),
    /// The SDK cannot be installed.
    #[error("cannot install the SDK {version}: {why}")]
    Install {
        /// Version of the SDK.
        version: String,
        /// The error that pip reported.
        why: String,
    },
    /// The SDK is installed, but cannot be imported.
    #[error("the SDK {version} cannot be imported by {python}: {why} (set SLYMOCK_PYTHON to another Python)")]
    Import {
        /// Version of the SDK.
        version: String,
        /// The Python and its version.
        python: String,
        /// The exception.
        why: String,
    },
    /// A file cannot be written or moved.
    #[error("{}: {error}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
}

impl SdkError {
    /// Converts a system error to an error about a file.
    pub(super) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { path, error }
    }
}
