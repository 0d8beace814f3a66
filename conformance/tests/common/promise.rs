//! The sentences of `scenarios/promises.json`.

use std::fs;
use std::path::Path;

use serde::Deserialize;

/// A sentence of the official documentation about what a client does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Promise {
    pub(crate) id: String,
    /// The member that it documents, such as `TaskApi.wait`.
    pub(crate) of: String,
    pub(crate) says: String,
}

/// All promises, in the order of the file.
pub(crate) fn promises() -> Vec<Promise> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/promises.json");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}
