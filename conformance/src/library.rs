//! Where scenarios come from: those of the repository, which the kit brings with it, or a folder.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use serde_json::Value;
use slymock_server::load;

use crate::scenario::{Case, ScenarioError, read};

static OWN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../scenarios");
/// The folder beside the areas that holds what clients are known to fail.
pub(crate) const KNOWN_FAILURES: &str = "known-failures";
/// The folder beside the areas that holds what clients may have to claim.
pub(crate) const REQUIREMENTS: &str = "requirements";
/// The file of the sentences that checks may name.
const PROMISES: &str = "promises.json";

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path without suffix, from the library's root.
    pub id: String,
    /// What is in it.
    pub text: String,
}

/// Why scenarios cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// A file or folder cannot be read.
    #[error("{}: {error}", path.display())]
    Unread {
        /// Where.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// A folder has none.
    #[error("{}: no scenarios in its folders; they lie in it as AREA/CASE.json", .0.display())]
    Empty(PathBuf),
    /// The file of sentences is none.
    #[error("{}: no list of objects with an id", .0.display())]
    Promises(PathBuf),
    /// One is unsound.
    #[error(transparent)]
    Unsound(#[from] ScenarioError),
}

/// The scenarios that the kit brings with it, by id.
#[must_use]
pub fn own() -> Vec<File> {
    let areas = OWN.dirs().filter(|area| is_area(area.path()));
    let files = areas.flat_map(Dir::files).filter(|file| is_json(file.path()));
    let mut files: Vec<_> = files
        .filter_map(|file| Some(File { id: id_of(file.path()), text: file.contents_utf8()?.to_owned() }))
        .collect();
    files.sort_by(|a, b| a.id.cmp(&b.id));
    files
}

/// The scenarios in a folder's folders, by id.
///
/// # Errors
///
/// [`LibraryError`] when something cannot be read, or there are none.
pub fn in_folder(root: &Path) -> Result<Vec<File>, LibraryError> {
    let mut files = Vec::new();
    let areas = entries(root)?.into_iter().filter(|path| path.is_dir() && is_area(path));
    for area in areas {
        for path in entries(&area)?.into_iter().filter(|path| is_json(path)) {
            let id = id_of(path.strip_prefix(root).unwrap_or(&path));
            files.push(File { id, text: text_of(&path)? });
        }
    }
    files.sort_by(|a, b| a.id.cmp(&b.id));
    if files.is_empty() { Err(LibraryError::Empty(root.to_owned())) } else { Ok(files) }
}

/// One file, wherever it lies; its id is that of its folder and name.
///
/// # Errors
///
/// [`LibraryError::Unread`] when it cannot be read.
pub fn file(path: &Path) -> Result<File, LibraryError> {
    let text = text_of(path)?;
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let near: PathBuf =
        parts[parts.len().saturating_sub(2)..].iter().map(|part| part.trim_matches('.')).collect();
    Ok(File { id: id_of(&near), text })
}

/// The cases of all files.
///
/// # Errors
///
/// The first that is unsound.
pub fn cases(files: &[File]) -> Result<Vec<Case>, ScenarioError> {
    let mut cases = Vec::new();
    for file in files {
        cases.extend(read(&file.id, &file.text)?);
    }
    Ok(cases)
}

/// Whether a path is that of a file of JSON.
pub(crate) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|suffix| suffix == "json")
}

/// Whether a folder beside the areas is one of them.
fn is_area(path: &Path) -> bool {
    !path.ends_with(KNOWN_FAILURES) && !path.ends_with(REQUIREMENTS)
}

/// The clients of which the kit brings known failures with it.
pub(crate) fn known_clients() -> impl Iterator<Item = String> {
    let files = OWN.get_dir(KNOWN_FAILURES).into_iter().flat_map(Dir::files);
    files
        .filter(|file| is_json(file.path()))
        .filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()))
}

/// What the kit brings with it of a client's known failures.
pub(crate) fn known_failures(client: &str) -> Option<&'static str> {
    OWN.get_file(format!("{KNOWN_FAILURES}/{client}.json"))?.contents_utf8()
}

/// The requirement sets that the kit brings with it: their names and what is in their files.
pub(crate) fn requirements() -> impl Iterator<Item = (&'static str, &'static str)> {
    let files = OWN.get_dir(REQUIREMENTS).into_iter().flat_map(Dir::files);
    files.filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?)))
}

fn id_of(path: &Path) -> String {
    let path = path.with_extension("");
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, LibraryError> {
    let unread = |error| LibraryError::Unread { path: folder.to_owned(), error };
    let entries = fs::read_dir(folder).map_err(unread)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>().map_err(unread)?;
    paths.sort();
    Ok(paths)
}

fn text_of(path: &Path) -> Result<String, LibraryError> {
    load::text(path).map_err(|error| LibraryError::Unread { path: path.to_owned(), error })
}

/// The ids of the sentences that checks in a folder's scenarios may name: those of its `promises.json`, and those
/// that the kit brings with it when it has none.
///
/// # Errors
///
/// [`LibraryError::Promises`] when the file is no list of objects with an `id`.
pub fn promises_in(root: &Path) -> Result<BTreeSet<String>, LibraryError> {
    let path = root.join(PROMISES);
    if !path.exists() {
        return Ok(promises());
    }
    ids_in(text_of(&path)?.as_bytes()).ok_or(LibraryError::Promises(path))
}

/// The ids of the sentences that checks may name.
///
/// # Panics
///
/// Never: a test reads the file.
#[must_use]
pub fn promises() -> BTreeSet<String> {
    let file = OWN.get_file(PROMISES).expect("the kit brings it with it");
    ids_in(file.contents()).expect("a test reads it")
}

/// The ids in a list of objects that each have one.
fn ids_in(text: &[u8]) -> Option<BTreeSet<String>> {
    let list: Vec<Value> = serde_json::from_slice(text).ok()?;
    list.iter().map(|promise| Some(promise.get("id")?.as_str()?.to_owned())).collect()
}
