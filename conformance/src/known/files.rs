//! The known failures of all clients. All files are validated before the run, although the client is known
//! only during it.

use std::collections::BTreeMap;
use std::path::Path;

use slymock_server::load;

use super::{KnownError, KnownFailures};
use crate::library::{self, KNOWN_FAILURES};

/// The known failures of each client that has some.
#[derive(Clone, Debug, Default)]
pub struct KnownFiles {
    clients: BTreeMap<String, KnownFailures>,
    /// Known failures of every other client.
    others: KnownFailures,
}

impl KnownFiles {
    /// Returns the built-in known failures.
    ///
    /// # Errors
    ///
    /// [`KnownError`] if a file has an error.
    pub fn own() -> Result<Self, KnownError> {
        Self::of_all(library::known_clients(), KnownFailures::own)
    }

    /// Returns the known failures in a folder of scenarios; none if it has no such files.
    ///
    /// # Errors
    ///
    /// [`KnownError`] if a file cannot be read or has an error.
    pub fn in_folder(root: &Path) -> Result<Self, KnownError> {
        let folder = root.join(KNOWN_FAILURES);
        let files = folder.read_dir().into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
        let files = files.filter(|path| library::is_json(path));
        let clients = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
        Self::of_all(clients, |client| KnownFailures::in_folder(root, client))
    }

    /// Returns the known failures in a file of any name, for whatever client is run.
    ///
    /// # Errors
    ///
    /// [`KnownError`] if the file cannot be read or has an error.
    pub fn file(path: &Path) -> Result<Self, KnownError> {
        let text = load::text(path).map_err(|error| KnownError::Unread { path: path.to_owned(), error })?;
        Ok(Self { clients: BTreeMap::new(), others: KnownFailures::read(path, &text)? })
    }

    fn of_all(
        clients: impl Iterator<Item = String>,
        read: impl Fn(&str) -> Result<KnownFailures, KnownError>,
    ) -> Result<Self, KnownError> {
        let clients = clients.map(|client| {
            let known = read(&client)?;
            Ok((client, known))
        });
        Ok(Self { clients: clients.collect::<Result<_, _>>()?, others: KnownFailures::default() })
    }

    /// Known failures of all releases of a client.
    #[must_use]
    pub fn of(&self, client: &str) -> &KnownFailures {
        self.clients.get(client).unwrap_or(&self.others)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_official_client_has_some_and_others_have_none() {
        let own = KnownFiles::own().unwrap();
        assert!(!own.of("supervisely").entries().is_empty());
        assert!(own.of("slymock-client").entries().is_empty());
        assert!(KnownFiles::in_folder(Path::new("nowhere")).unwrap().of("supervisely").entries().is_empty());
    }

    #[test]
    fn a_file_by_itself_is_of_whichever_client_is_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine");
        assert!(KnownFiles::file(&path).unwrap_err().to_string().contains("mine"));
        let entry = r#"[{"scenario": "a/b", "check": "c", "versions": "*", "why": "odd: `x.py L1`", "message_starts": "at"}]"#;
        fs::write(&path, entry).unwrap();
        assert_eq!(KnownFiles::file(&path).unwrap().of("anybody").entries().len(), 1);
    }

    #[test]
    fn a_file_of_any_client_that_is_unsound_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let known = folder.path().join(KNOWN_FAILURES);
        fs::create_dir(&known).unwrap();
        fs::write(known.join("other.json"), "[]").unwrap();
        assert!(KnownFiles::in_folder(folder.path()).unwrap().of("other").entries().is_empty());
        fs::write(known.join("another.json"), "[{}]").unwrap();
        let error = KnownFiles::in_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("another.json"), "{error}");
    }
}
