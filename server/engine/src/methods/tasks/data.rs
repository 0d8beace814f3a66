//! `tasks.data.set`, `tasks.data.get`, `tasks.app-v2.data.set`: the app's document.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::TASK_ID;
use crate::call::Call;
use crate::excerpt::Excerpt;
use crate::ids::TaskId;
use crate::looks::Looks;
use crate::method::{Method, Read, TaskRef, Write};
use crate::patches;
use crate::paths::{self, Gaps, Segment};
use crate::refusal::{Refusal, Step, Violation};
use crate::reply::{Json, Object, SUCCESS, Success};
use crate::request::{Field, Kind, Shape, TEXT};
use crate::state::State;
use crate::tables::values_in;

/// Maximum size of a body: an app sends its whole document, including tables and images.
const DOCUMENT_MAX: u64 = 64 * 1024 * 1024;

pub(in crate::methods) enum Set {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct SetRequest {
    task_id: TaskId,
    fields: Vec<Assignment>,
}

#[derive(Debug, Deserialize)]
struct Assignment {
    field: String,
    payload: Value,
    #[serde(default)]
    append: bool,
    #[serde(default)]
    recursive: bool,
}

const ASSIGNMENT: &[Field] = &[
    Field::required("field", TEXT, "Path, such as `data.chart1.series[0].y`."),
    Field::required("payload", Kind::Any, "Value to set."),
    Field::optional("append", Kind::Flag, "True to merge into an object or append to an array."),
    Field::optional("recursive", Kind::Flag, "True to merge nested values too; needs `append`."),
];

impl Method for Set {
    const NAME: &'static str = "tasks.data.set";
    const LOOKS: Looks = Looks::Nothing;
    const BODY_MAX: Option<u64> = Some(DOCUMENT_MAX);
    const ABOUT: &'static str =
        "Sets, merges or appends fields of a task's app data; applies all changes or none.";
    const ANSWER: &'static str = "`{success: true}`";
    const SHAPE: Shape = Shape::Object(&[
        TASK_ID,
        Field::required("fields", Kind::List(&Kind::Object(ASSIGNMENT)), "Changes, applied in order."),
        Field::optional("notify", Kind::Flag, "Accepted and ignored: the fake has no open pages to notify."),
        Field::optional(
            "persistent",
            Kind::Flag,
            "Accepted and ignored: the data always outlives the session.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::Body("taskId");
    type Request = SetRequest;
    type Reply = Json<Success>;
}

impl Write for Set {
    fn run(state: &mut State, _: &Call, request: SetRequest) -> Result<Json<Success>, Refusal> {
        state.task(request.task_id)?;
        let places = parse_all(request.fields.iter().map(|assignment| assignment.field.as_str()), true)?;
        let values = request.fields.iter().map(|assignment| values_in(&assignment.payload)).sum::<usize>();
        let data = state.tables.records.data.entry(request.task_id).or_default();
        let document = data.change();
        let mut gaps = Gaps::default();
        for (index, (assignment, path)) in request.fields.into_iter().zip(&places).enumerate() {
            let done = if assignment.append {
                paths::append(document, path, assignment.payload, assignment.recursive, &mut gaps)
            } else {
                paths::set(document, path, assignment.payload, &mut gaps)
            };
            done.map_err(|why| Refusal::invalid(bad_path(index, true, &why)))?;
        }
        data.grew(values + gaps.filled());
        Ok(SUCCESS)
    }
}

/// Parses all paths, or refuses them with every one that does not parse.
fn parse_all<'a>(paths: impl Iterator<Item = &'a str>, nested: bool) -> Result<Vec<Vec<Segment>>, Refusal> {
    let mut parsed = Vec::new();
    let mut violations = Excerpt::default();
    for (index, path) in paths.enumerate() {
        match paths::parse(path) {
            Ok(path) => parsed.push(path),
            Err(why) => violations.push_with(|| bad_path(index, nested, &why)),
        }
    }
    if violations.is_empty() { Ok(parsed) } else { Err(Refusal::Validation(violations)) }
}

fn bad_path(index: usize, nested: bool, why: &str) -> Violation {
    let mut path = vec![Step::Key("fields".into()), Step::Index(index)];
    if nested {
        path.push(Step::Key("field".into()));
    }
    Violation::new(&path, "string.pattern.base", &format!("is not a field path: {why}"))
}

pub(in crate::methods) enum Get {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct GetRequest {
    task_id: TaskId,
    fields: Vec<String>,
}

#[derive(Serialize)]
pub(in crate::methods) struct GetReply {
    result: Object,
}

impl Method for Get {
    const NAME: &'static str = "tasks.data.get";
    const ABOUT: &'static str = "Returns fields of a task's app data.";
    const ANSWER: &'static str =
        "`{result: {<requested field>: value}}`, with null for a field that does not exist";
    const SHAPE: Shape =
        Shape::Object(&[TASK_ID, Field::required("fields", Kind::List(&TEXT), "Paths of the fields.")]);
    const TASK: TaskRef = TaskRef::Body("taskId");
    const LOOKS: Looks = Looks::Task;
    type Request = GetRequest;
    type Reply = Json<GetReply>;
}

impl Read for Get {
    fn run(state: &State, _: &Call, request: GetRequest) -> Result<Json<GetReply>, Refusal> {
        state.task(request.task_id)?;
        let places = parse_all(request.fields.iter().map(String::as_str), false)?;
        let data = state.tables.records.data.get(&request.task_id);
        let value = |path: &[Segment]| data.and_then(|data| paths::get(data.value(), path)).cloned();
        let found = request.fields.into_iter().zip(&places);
        let result = found.map(|(field, path)| (field, value(path).unwrap_or_default())).collect();
        Ok(Json(GetReply { result }))
    }
}

pub(in crate::methods) enum AppDataSet {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct AppDataRequest {
    task_id: TaskId,
    payload: AppData,
}

#[derive(Debug, Deserialize)]
struct AppData {
    data: Option<Value>,
    state: Option<Object>,
}

const APP_DATA: &[Field] = &[
    Field::optional("data", Kind::List(&Kind::Map), "JSON Patch (RFC 6902) for `data`."),
    Field::optional("state", Kind::Map, "Complete new `state`."),
];

impl Method for AppDataSet {
    const NAME: &'static str = "tasks.app-v2.data.set";
    const LOOKS: Looks = Looks::Nothing;
    const BODY_MAX: Option<u64> = Some(DOCUMENT_MAX);
    const ABOUT: &'static str = "Patches `data` and replaces `state` in a task's app data.";
    const ANSWER: &'static str = "`{success: true}`";
    const SHAPE: Shape = Shape::Object(&[
        TASK_ID,
        Field::required("payload", Kind::Object(APP_DATA), "Changes; may be empty."),
    ]);
    const TASK: TaskRef = TaskRef::Body("taskId");
    type Request = AppDataRequest;
    type Reply = Json<Success>;
}

impl Write for AppDataSet {
    fn run(state: &mut State, _: &Call, request: AppDataRequest) -> Result<Json<Success>, Refusal> {
        state.task(request.task_id)?;
        let payload = &request.payload;
        let of_state = payload.state.as_ref().map_or(0, |state| state.values().map(values_in).sum());
        let mut values = payload.data.as_ref().map_or(0, values_in) + of_state;
        let data = state.tables.records.data.entry(request.task_id).or_default();
        let document = data.change();
        if !document.is_object() {
            *document = Value::Object(Object::new());
        }
        if let Some(patch) = request.payload.data {
            if document.get("data").is_none() {
                document["data"] = Value::Object(Object::new());
            }
            values += patches::apply(&mut document["data"], patch)?;
        }
        if let Some(new) = request.payload.state {
            document["state"] = Value::Object(new);
        }
        data.grew(values);
        Ok(SUCCESS)
    }
}
