//! `file-storage.info`: one file of Team Files.

use super::{ById, Evidence, Looks, Method, Read, TaskRef, choice, code, seen};
use crate::call::Call;
use crate::ids::FileId;
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::request::{Field, Kind, Shape};
use crate::state::State;
use crate::tables::find;

pub(super) enum Info {}

impl Method for Info {
    const NAME: &'static str = "file-storage.info";
    const ABOUT: &'static str = "Tells about one file of Team Files.";
    const ANSWER: &'static str = "`{id, teamId, userId, name, hash, path, storagePath, meta: {mime, ext, size}, isDir, createdAt, updatedAt, fullStorageUrl}`";
    const SHAPE: Shape = Shape::Object(&[Field::required("id", Kind::Id, "The file.")]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("set_output_archive and set_output_file_download take storagePath from it."),
        seen("A 404 raises; it is not turned into None."),
        choice(90, "An unknown file is a 404."),
    ];
    type Request = ById<FileId>;
    type Reply = Output;
}

impl Read for Info {
    fn run(state: &State, _: &Call, request: ById<FileId>) -> Result<Output, Refusal> {
        Ok(Output::json(find(&state.tables.files, request.id)?.as_ref()))
    }
}
