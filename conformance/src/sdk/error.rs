//! Why there is no environment with the SDK, each in one line.

use std::io;
use std::path::PathBuf;

use super::releases::{NEWEST, OLDEST};

/// Why the SDK cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SdkError {
    /// The version is none.
    #[error("{0:?} is no release of the SDK: three numbers are asked for, such as {NEWEST}")]
    Version(String),
    /// The version is older than all that the fake can serve.
    #[error("the SDK {0} is too old: the fake serves {OLDEST} and later")]
    TooOld(String),
    /// The user has no cache folder.
    #[error("no home folder to keep the SDK in; SLYMOCK_CACHE names a folder")]
    NoCache,
    /// There is no such Python.
    #[error(
        "there is no {0}; the SDK needs Python 3.8 or later, and SLYMOCK_PYTHON names one that is not on the PATH"
    )]
    NoPython(String),
    /// The Python is too old for the SDK.
    #[error("{python} is Python {found}; the SDK needs 3.8 or later, and SLYMOCK_PYTHON names another one")]
    OldPython {
        /// How it was called.
        python: String,
        /// What it says it is.
        found: String,
    },
    /// The Python came without what makes environments.
    #[error(
        "{0} cannot make environments, its modules venv and ensurepip are missing (Debian and Ubuntu: apt install python3-venv)"
    )]
    NoVenv(String),
    /// The Python does not work.
    #[error("{python} does not work: {why}")]
    Python {
        /// How it was called.
        python: String,
        /// What it said last.
        why: String,
    },
    /// An environment cannot be made.
    #[error("cannot make a Python environment: {0}")]
    Venv(String),
    /// pip sees no release at all, which is all that it says of a network that fails.
    #[error(
        "cannot install the SDK {0}: pip finds no release of any version; is the package registry within reach?"
    )]
    Unreachable(String),
    /// It cannot be installed.
    #[error("cannot install the SDK {version}: {why}")]
    Install {
        /// The SDK's version.
        version: String,
        /// What pip said.
        why: String,
    },
    /// It is installed, and does not work here.
    #[error("the SDK {version} cannot be imported by {python}: {why} (SLYMOCK_PYTHON names another Python)")]
    Import {
        /// The SDK's version.
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
    /// What makes an error of the system one of a file.
    pub(super) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { path, error }
    }
}
