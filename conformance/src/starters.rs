//! Starter adapters, which `slymock adapter new` writes. Each works unchanged with a small example client,
//! which the user replaces.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use slymock_server::save;

/// Pairs of a file name, relative to the new folder, and its text.
type Files = &'static [(&'static str, &'static str)];

/// The listed files of a folder of adapters. They are listed by name because the folder may also contain
/// build output.
macro_rules! files {
    ($($folder:literal: $($name:literal),*;)*) => {
        &[$($(($name, include_str!(concat!("../adapters/", $folder, "/", $name)))),*),*]
    };
}

const PYTHON: Files = files!(
    "starters/python": "adapter.py", "client.py";
    "python": "pipe.py";
);
const TYPESCRIPT: Files = files!(
    "starters/typescript": "package.json", "package-lock.json", "src/adapter.ts", "src/client.ts";
    "typescript": ".gitignore", ".npmrc", "src/pipe.ts", "tsconfig.json";
);

/// Language that has a starter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python 3.8 or later, without dependencies.
    Python,
    /// Node.js 20 or later.
    Typescript,
}

/// Reason why a starter cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum StarterError {
    /// The folder is not empty.
    #[error("{}: not empty; a new adapter needs a folder of its own", .0.display())]
    NotEmpty(PathBuf),
    /// A file or folder cannot be written.
    #[error("{}: {error}", path.display())]
    Unwritten {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
}

impl Language {
    /// Every language that has a starter.
    pub const ALL: [Self; 2] = [Self::Python, Self::Typescript];

    fn files(self) -> Files {
        match self {
            Self::Python => PYTHON,
            Self::Typescript => TYPESCRIPT,
        }
    }

    /// Shell commands to run in the new folder, in order; the last one is the check.
    #[must_use]
    pub fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Python => &["slymock check --adapter 'python3 adapter.py'"],
            Self::Typescript => {
                &["npm install", "npm run build", "slymock check --adapter 'node dist/adapter.js'"]
            }
        }
    }

    /// Writes the starter into `folder`, which is created if it does not exist, and returns the names of its
    /// files.
    ///
    /// # Errors
    ///
    /// [`StarterError`] if the folder is not empty or cannot be written.
    pub fn write(self, folder: &Path) -> Result<Vec<&'static str>, StarterError> {
        let unwritten = |path: &Path| {
            let path = path.to_owned();
            move |error| StarterError::Unwritten { path, error }
        };
        fs::create_dir_all(folder).map_err(unwritten(folder))?;
        if fs::read_dir(folder).map_err(unwritten(folder))?.next().is_some() {
            return Err(StarterError::NotEmpty(folder.to_owned()));
        }
        for (name, text) in self.files() {
            let path = folder.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(unwritten(parent))?;
            }
            save::whole(&path, text.as_bytes()).map_err(unwritten(&path))?;
        }
        Ok(self.files().iter().map(|(name, _)| *name).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_written_whole_into_a_folder_of_its_own() {
        for language in Language::ALL {
            let place = tempfile::tempdir().unwrap();
            let folder = place.path().join("new/adapter");
            let written = language.write(&folder).unwrap();
            assert!(written.len() >= 2, "{written:?}");
            for name in &written {
                assert!(fs::metadata(folder.join(name)).unwrap().len() > 0, "{name}");
            }
            assert!(matches!(language.write(&folder), Err(StarterError::NotEmpty(_))));
            assert!(language.steps().last().unwrap().starts_with("slymock check --adapter "));
        }
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Language::Python.write(&file).unwrap_err().to_string();
        assert!(error.starts_with(&file.display().to_string()), "{error}");
    }
}
