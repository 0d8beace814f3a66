//! `tasks.import.*` and `tasks.upload.dtl_archive`: download and upload of a task's files.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::fields::ID;
use crate::call::Call;
use crate::ids::TaskId;
use crate::looks::Looks;
use crate::method::{ById, Method, Read, TaskRef, Write};
use crate::refusal::Refusal;
use crate::reply::{Json, Output, SUCCESS, Success};
use crate::request::{CALLED, Field, FormCall, FromPayload, Payload, Shape};
use crate::state::State;
use crate::tables::hash_of;

pub(in crate::methods) enum FilesList {}

#[derive(Serialize)]
pub(in crate::methods) struct ImportFile {
    filename: Arc<str>,
    hash: Arc<str>,
    size: usize,
}

impl Method for FilesList {
    const NAME: &'static str = "tasks.import.files_list";
    const ABOUT: &'static str = "Lists the files of a task.";
    const ANSWER: &'static str =
        "an array of `{filename, hash, size}`, ordered by filename, with the size in bytes";
    const SHAPE: Shape = Shape::Object(&[ID]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
    type Request = ById<TaskId>;
    type Reply = Json<Vec<ImportFile>>;
}

impl Read for FilesList {
    fn run(state: &State, _: &Call, request: ById<TaskId>) -> Result<Json<Vec<ImportFile>>, Refusal> {
        let id = state.task(request.id)?.id;
        let first = (id, Arc::from(""));
        let files = state.tables.records.files.range(first..).take_while(|((task, _), _)| *task == id);
        let size = |hash: &Arc<str>| state.tables.blobs.get(hash).map_or(0, |blob| blob.0.len());
        let file = |((_, path), hash): (&(TaskId, Arc<str>), &Arc<str>)| ImportFile {
            filename: Arc::clone(path),
            hash: Arc::clone(hash),
            size: size(hash),
        };
        Ok(Json(files.map(file).collect()))
    }
}

pub(in crate::methods) enum DownloadFile {}

#[derive(Debug, Deserialize)]
pub(in crate::methods) struct DownloadRequest {
    id: TaskId,
    filename: String,
}

impl Method for DownloadFile {
    const NAME: &'static str = "tasks.import.download_file";
    const ABOUT: &'static str = "Returns the bytes of a task's file.";
    const ANSWER: &'static str = "the bytes";
    const SHAPE: Shape = Shape::Object(&[ID, Field::required("filename", CALLED, "Path of the file.")]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
    type Request = DownloadRequest;
    type Reply = Output;
}

impl Read for DownloadFile {
    fn run(state: &State, _: &Call, request: DownloadRequest) -> Result<Output, Refusal> {
        state.file_of(request.id, &request.filename).map(Output::File)
    }
}

pub(in crate::methods) enum UploadArchive {}

#[derive(Debug, Deserialize)]
pub(in crate::methods) struct ArchiveRequest {
    id: TaskId,
    name: String,
}

impl Method for UploadArchive {
    const NAME: &'static str = "tasks.upload.dtl_archive";
    const ABOUT: &'static str = "Stores the archive that a graph of data transformations produced.";
    const ANSWER: &'static str = "`{success: true}`, which the SDK ignores";
    const SHAPE: Shape = Shape::Form(
        &[ID, Field::required("name", CALLED, "Name of the archive without extension.")],
        "archive",
    );
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
    type Request = Archive;
    type Reply = Json<Success>;
}

/// An archive with its path in the task and its hash.
pub(in crate::methods) struct Archive {
    task: TaskId,
    path: Arc<str>,
    hash: Arc<str>,
    content: Bytes,
}

impl FromPayload for Archive {
    fn from_payload(payload: Payload) -> Result<Self, Refusal> {
        let FormCall { fields: ArchiveRequest { id, name }, file } = FormCall::from_payload(payload)?;
        let path = file.file_name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("{name}.tar"));
        let hash = hash_of(&file.content).into();
        Ok(Self { task: id, path: path.into(), hash, content: file.content })
    }
}

impl Write for UploadArchive {
    fn run(state: &mut State, _: &Call, archive: Archive) -> Result<Json<Success>, Refusal> {
        state.task(archive.task)?;
        state.store(&archive.hash, archive.content)?;
        state.tables.records.files.insert((archive.task, archive.path), archive.hash);
        Ok(SUCCESS)
    }
}
