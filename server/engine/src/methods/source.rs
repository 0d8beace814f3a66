//! `ecosystem.file.download`: the files of a module.

use bytes::Bytes;
use serde::Deserialize;

use crate::call::Call;
use crate::ids::{AppId, ModuleId};
use crate::looks::Looks;
use crate::method::{Method, Read, Row, TaskRef, read};
use crate::refusal::{Noun, Refusal, Violation};
use crate::reply::Output;
use crate::request::{CALLED, Field, Kind, Shape, TEXT};
use crate::state::State;
use crate::tables::{Module, ModuleFile};

pub(super) fn methods() -> Vec<Row> {
    vec![read::<Download>()]
}

pub(super) enum Download {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DownloadRequest {
    module_id: ModuleId,
    app_id: Option<AppId>,
    version: Option<String>,
    file_path: Option<String>,
    file_key: Option<String>,
    #[serde(default)]
    is_archive: bool,
}

impl Method for Download {
    const NAME: &'static str = "ecosystem.file.download";
    const ABOUT: &'static str = "Returns the bytes of one file of a module.";
    const ANSWER: &'static str = "the bytes";
    const SHAPE: Shape = Shape::Object(&[
        Field::required("moduleId", Kind::Id, "Id of the module."),
        Field::optional("appId", Kind::Id, "Id of an app made from the module, which must exist."),
        Field::optional("version", TEXT, "Release, which must exist; all releases have the same files."),
        Field::optional("filePath", CALLED, "Path of the file in the module; alternative to `fileKey`."),
        Field::optional(
            "fileKey",
            TEXT,
            "Key of the file in `files` of the module's config; alternative to `filePath`.",
        ),
        Field::optional(
            "isArchive",
            Kind::Flag,
            "True to request all files as an archive, which is not modelled.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = DownloadRequest;
    type Reply = Output;
}

impl Read for Download {
    fn run(state: &State, _: &Call, request: DownloadRequest) -> Result<Output, Refusal> {
        let module = state.tables.modules.find(request.module_id)?;
        if let Some(id) = request.app_id
            && state.tables.apps.find(id)?.module_id != module.id
        {
            return Err(Refusal::missing(Noun::App, id));
        }
        if let Some(version) = &request.version {
            module.check_version(version)?;
        }
        if request.is_archive {
            let (what, instead) = ("archives of a module", "ask for one file with filePath or fileKey");
            return Err(Refusal::NotModelled { what, instead });
        }
        let path = match (&request.file_path, &request.file_key) {
            (Some(path), None) => path,
            (None, Some(key)) => module.path_of(key).ok_or_else(|| Refusal::missing(Noun::File, key))?,
            _ => {
                let rest = "must contain exactly one of [filePath, fileKey]";
                return Err(Refusal::invalid(Violation::new(&[], "object.xor", rest)));
            }
        };
        file(state, module, path).map(Output::File)
    }
}

/// Returns the bytes of a module's file. If the module lacks `config.json` or `README.md`, it is generated.
fn file(state: &State, module: &Module, path: &str) -> Result<Bytes, Refusal> {
    match (module.files.get(path), path) {
        (Some(ModuleFile::Text(text)), _) => Ok(Bytes::copy_from_slice(text.as_bytes())),
        (Some(ModuleFile::Stored(file)), _) => state.bytes_of(&file.hash),
        (None, "config.json") => Ok(format!("{:#}\n", serde_json::Value::from(module.config_file())).into()),
        (None, "README.md") => Ok(Bytes::copy_from_slice(module.readme.as_bytes())),
        (None, _) => Err(Refusal::missing(Noun::File, path)),
    }
}
