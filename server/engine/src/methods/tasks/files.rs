//! `tasks.files.bulk.upload` and `tasks.files.bulk.add-by-hash`: files of a task.

use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;
use serde::Deserialize;

use super::fields::TASK_ID;
use super::logs::header_task;
use crate::call::Call;
use crate::excerpt::Excerpt;
use crate::ids::TaskId;
use crate::json;
use crate::keys::shorten;
use crate::looks::Looks;
use crate::method::{Method, TaskRef, Write};
use crate::names;
use crate::plain;
use crate::refusal::{Noun, Refusal, Step, Violation};
use crate::reply::{Json, SUCCESS, Success};
use crate::request::{CALLED, Field, FromPayload, Kind, Part, Parts, Payload, Shape, TEXT};
use crate::state::State;
use crate::tables::hash_of;

pub(in crate::methods) enum Upload {}

/// Content of a file's text part.
#[derive(Debug, Deserialize)]
struct Label {
    fullpath: String,
    hash: String,
}

impl Method for Upload {
    const NAME: &'static str = "tasks.files.bulk.upload";
    const ABOUT: &'static str = "Stores files of the task in the `x-task-id` header; stores all or none.";
    const ANSWER: &'static str = "`{success: true}`, which the SDK ignores";
    const SHAPE: Shape = Shape::Parts;
    const TASK: TaskRef = TaskRef::Header;
    const LOOKS: Looks = Looks::Nothing;
    type Request = Files;
    type Reply = Json<Success>;
}

impl Write for Upload {
    fn run(state: &mut State, call: &Call, Files(files): Files) -> Result<Json<Success>, Refusal> {
        let id = header_task(call)?;
        state.task(id)?;
        for (label, content) in files {
            let hash: Arc<str> = label.hash.into();
            state.store(&hash, content)?;
            state.tables.records.files.insert((id, label.fullpath.into()), hash);
        }
        Ok(SUCCESS)
    }
}

/// Files whose bytes have the stated hash.
pub(in crate::methods) struct Files(Vec<(Label, Bytes)>);

impl FromPayload for Files {
    fn from_payload(payload: Payload) -> Result<Self, Refusal> {
        let Parts(parts) = Parts::from_payload(payload)?;
        pair_up(&parts).map(Self).map_err(Refusal::Validation)
    }
}

/// Parts by name; of several parts with one name, the first.
type ByName<'a> = IndexMap<&'a str, &'a Part>;

/// Pairs each text part with its file part, or returns all violations.
fn pair_up(parts: &[Part]) -> Result<Vec<(Label, Bytes)>, Excerpt<Violation>> {
    let by_name: ByName<'_> = parts.iter().rev().map(|part| (&*part.name, part)).collect();
    let mut files = Vec::new();
    let mut violations = Excerpt::default();
    for part in parts {
        if let Some(label) = part.name.strip_suffix("-file") {
            if !by_name.contains_key(label) {
                violations.push_with(|| Violation::of(&shorten(label), "any.required", "is required"));
            }
            continue;
        }
        match one_file(part, &by_name) {
            Ok(file) => files.push(file),
            Err(violation) => violations.push(violation),
        }
    }
    if violations.is_empty() { Ok(files) } else { Err(violations) }
}

fn one_file(part: &Part, by_name: &ByName<'_>) -> Result<(Label, Bytes), Violation> {
    let wrong = |why: String| {
        let rest = format!("must be JSON with fullpath and hash: {why}");
        Violation::of(&shorten(&part.name), "object.base", &rest)
    };
    let label = json::read(&part.content).map_err(|refusal| match refusal {
        Refusal::BadJson { why } => wrong(why),
        other => wrong(other.to_string()),
    })?;
    let label: Label = plain::read(label).map_err(|error| wrong(error.to_string()))?;
    if let Some(why) = names::wrong(&label.fullpath) {
        let path = [Step::Key(shorten(&part.name).into()), Step::Key("fullpath".into())];
        return Err(Violation::new(&path, "string.name", why));
    }
    let name = format!("{}-file", part.name);
    let file = by_name.get(&*name);
    let file = file.ok_or_else(|| Violation::of(&shorten(&name), "any.required", "is required"))?;
    let actual = hash_of(&file.content);
    if label.hash != actual {
        let rest = format!("has the hash {actual}, not {}", label.hash);
        return Err(Violation::of(&shorten(&name), "any.only", &rest));
    }
    Ok((label, file.content.clone()))
}

pub(in crate::methods) enum AddByHash {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct AddRequest {
    task_id: TaskId,
    files: Vec<KnownFile>,
}

#[derive(Debug, Deserialize)]
struct KnownFile {
    name: String,
    hash: String,
}

impl Method for AddByHash {
    const NAME: &'static str = "tasks.files.bulk.add-by-hash";
    const ABOUT: &'static str = "Adds files whose bytes the server already has to a task.";
    const ANSWER: &'static str = "`{success: true}`, which the SDK ignores";
    const SHAPE: Shape = Shape::Object(&[
        TASK_ID,
        Field::required(
            "files",
            Kind::List(&Kind::Object(&[
                Field::required("name", CALLED, "Path of the file."),
                Field::required("hash", TEXT, "Base64 of the SHA-256 of the bytes."),
            ])),
            "Files to add.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::Body("taskId");
    const LOOKS: Looks = Looks::Nothing;
    type Request = AddRequest;
    type Reply = Json<Success>;
}

impl Write for AddByHash {
    fn run(state: &mut State, _: &Call, request: AddRequest) -> Result<Json<Success>, Refusal> {
        state.task(request.task_id)?;
        for file in request.files {
            let hash: Arc<str> = file.hash.into();
            if !state.tables.blobs.contains_key(&hash) {
                return Err(Refusal::missing(Noun::File, hash));
            }
            state.tables.records.files.insert((request.task_id, file.name.into()), hash);
        }
        Ok(SUCCESS)
    }
}
