//! Upload of a task's files. A file that the server already has is added by its hash and not sent again.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::call::Call;
use crate::multipart::Form;
use crate::{Client, Error, answer};

const KNOWN: &str = "images.internal.hashes.list";

/// Sizes of batches, as in the SDK: hashes in one query, and files in one upload.
const HASHES_AT_ONCE: usize = 900;
const FILES_AT_ONCE: usize = 50;

/// A file to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileUpload {
    /// Path of the file in the task.
    pub name: String,
    /// Content of the file.
    pub content: Bytes,
}

/// A file and the Base64 of its SHA-256.
struct FileHash<'a> {
    file: &'a FileUpload,
    hash: String,
}

impl Client {
    /// Uploads files to a task. Calls `progress` after each request, with the number of its files.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the server does not return the known hashes, otherwise as
    /// [`Client::info`].
    pub async fn upload_files(
        &self,
        id: u64,
        files: &[FileUpload],
        mut progress: impl FnMut(usize) + Send,
    ) -> Result<(), Error> {
        let hashed: Vec<_> = files.iter().map(FileHash::new).collect();
        let known = self.known_hashes(&hashed).await?;
        let (there, new): (Vec<_>, Vec<_>) = hashed.iter().partition(|file| known.contains(&file.hash));
        for batch in there.chunks(FILES_AT_ONCE) {
            let named = batch.iter().map(|FileHash { file, hash }| json!({"name": file.name, "hash": hash}));
            let files: Vec<_> = named.collect();
            self.change("tasks.files.bulk.add-by-hash", &json!({"taskId": id, "files": files})).await?;
            progress(batch.len());
        }
        for batch in new.chunks(FILES_AT_ONCE) {
            let call = Call::form("tasks.files.bulk.upload", id, &form(batch));
            // This request names its task in the header only.
            self.send(&Call { task: Some(id), ..call }).await?;
            progress(batch.len());
        }
        Ok(())
    }

    async fn known_hashes(&self, files: &[FileHash<'_>]) -> Result<HashSet<String>, Error> {
        let mut seen = HashSet::new();
        let distinct: Vec<_> =
            files.iter().map(|file| &file.hash).filter(|hash| seen.insert(*hash)).collect();
        let mut known = HashSet::new();
        for batch in distinct.chunks(HASHES_AT_ONCE) {
            let body = self.read(KNOWN, &json!(batch)).await?;
            for hash in answer::array(KNOWN, &body)? {
                let Value::String(hash) = hash else { return Err(Error::bad(KNOWN, "hash is not a string")) };
                known.insert(hash);
            }
        }
        Ok(known)
    }
}

impl<'a> FileHash<'a> {
    fn new(file: &'a FileUpload) -> Self {
        Self { file, hash: STANDARD.encode(Sha256::digest(&file.content)) }
    }
}

fn form(batch: &[&FileHash<'_>]) -> Form {
    let mut form = Form::default();
    for (index, FileHash { file, hash }) in batch.iter().enumerate() {
        form.text(&index.to_string(), &json!({"fullpath": file.name, "hash": hash}).to_string());
        form.file(&format!("{index}-file"), &file.name, None, file.content.clone());
    }
    form
}
