//! The scenarios: the built-in ones of the repository, or those in a folder.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use serde_json::Value;
use slymock_server::load;

use crate::scenario::{Case, ScenarioError, read};

/// The built-in scenarios, packed by `build.rs`: ids and texts in turns, each with a NUL behind it.
static OWN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/scenarios"));
static OWN_KNOWN_FAILURES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../scenarios/known-failures");
static OWN_REQUIREMENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../scenarios/requirements");
static OWN_PROMISES: &str = include_str!("../../scenarios/promises.json");
/// Folder of known failures, next to the areas.
pub(crate) const KNOWN_FAILURES: &str = "known-failures";
/// Folder of requirement sets, next to the areas.
pub(crate) const REQUIREMENTS: &str = "requirements";
/// File of the promises that checks may name.
const PROMISES: &str = "promises.json";

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Path without suffix, relative to the folder of scenarios.
    pub id: String,
    /// Text of the file.
    pub text: String,
}

/// Reason why scenarios cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// A file or folder cannot be read.
    #[error("{}: {error}", path.display())]
    Unread {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// A folder has no scenarios.
    #[error("{}: no scenarios; they must be in it as AREA/CASE.json", .0.display())]
    Empty(PathBuf),
    /// The file of promises has an error.
    #[error("{}: not a list of objects with an id", .0.display())]
    Promises(PathBuf),
    /// A scenario has errors.
    #[error(transparent)]
    Unsound(#[from] ScenarioError),
}

/// Returns the built-in scenarios, sorted by id.
///
/// # Panics
///
/// Never, because a test compares them with the folder.
#[must_use]
pub fn own() -> Vec<File> {
    let bytes = miniz_oxide::inflate::decompress_to_vec(OWN).expect("the build has packed it");
    let text = String::from_utf8(bytes).expect("scenarios are text");
    let mut parts = text.split('\0').map(str::to_owned);
    std::iter::from_fn(|| Some(File { id: parts.next()?, text: parts.next()? })).collect()
}

/// Returns the scenarios in the subfolders of a folder, sorted by id.
///
/// # Errors
///
/// [`LibraryError`] if a file cannot be read, or there are none.
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

/// Returns one file from any folder. Its id is the name of its folder and its own.
///
/// # Errors
///
/// [`LibraryError::Unread`] if the file cannot be read.
pub fn file(path: &Path) -> Result<File, LibraryError> {
    let text = text_of(path)?;
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let near: PathBuf =
        parts[parts.len().saturating_sub(2)..].iter().map(|part| part.trim_matches('.')).collect();
    Ok(File { id: id_of(&near), text })
}

/// Returns the cases of all files.
///
/// # Errors
///
/// The errors of the first file that has any.
pub fn cases(files: &[File]) -> Result<Vec<Case>, ScenarioError> {
    let mut cases = Vec::new();
    for file in files {
        cases.extend(read(&file.id, &file.text)?);
    }
    Ok(cases)
}

/// True if the path ends with `.json`.
pub(crate) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|suffix| suffix == "json")
}

/// True if a subfolder is an area of scenarios.
fn is_area(path: &Path) -> bool {
    !path.ends_with(KNOWN_FAILURES) && !path.ends_with(REQUIREMENTS)
}

/// Names of the clients that have built-in known failures.
pub(crate) fn known_clients() -> impl Iterator<Item = String> {
    OWN_KNOWN_FAILURES
        .files()
        .filter(|file| is_json(file.path()))
        .filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()))
}

/// Text of the built-in known failures of a client.
pub(crate) fn known_failures(client: &str) -> Option<&'static str> {
    OWN_KNOWN_FAILURES.get_file(format!("{client}.json"))?.contents_utf8()
}

/// Names and texts of the built-in requirement sets.
pub(crate) fn requirements() -> impl Iterator<Item = (&'static str, &'static str)> {
    OWN_REQUIREMENTS
        .files()
        .filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?)))
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

/// Returns the ids of the promises that checks in a folder may name: those of its `promises.json`, or the
/// built-in ones if it has no such file.
///
/// # Errors
///
/// [`LibraryError::Promises`] if the file is not a list of objects with an `id`.
pub fn promises_in(root: &Path) -> Result<BTreeSet<String>, LibraryError> {
    let path = root.join(PROMISES);
    if !path.exists() {
        return Ok(promises());
    }
    ids_in(text_of(&path)?.as_bytes()).ok_or(LibraryError::Promises(path))
}

/// Returns the ids of the built-in promises.
///
/// # Panics
///
/// Never, because a test reads the file.
#[must_use]
pub fn promises() -> BTreeSet<String> {
    ids_in(OWN_PROMISES.as_bytes()).expect("a test reads it")
}

/// The ids in a list of objects. None if one of them has no id.
fn ids_in(text: &[u8]) -> Option<BTreeSet<String>> {
    let list: Vec<Value> = serde_json::from_slice(text).ok()?;
    list.iter().map(|promise| Some(promise.get("id")?.as_str()?.to_owned())).collect()
}
