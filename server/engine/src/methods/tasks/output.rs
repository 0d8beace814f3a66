//! `tasks.output.set`: what a task shows as its result.

use serde::Deserialize;
use serde_json::Value;

use super::fields::TASK_ID;
use crate::call::Call;
use crate::ids::{ProjectId, TaskId};
use crate::looks::Looks;
use crate::method::{Evidence, Method, TaskRef, Write, choice, code, digest, official};
use crate::refusal::{Refusal, Violation};
use crate::reply::{Json, Object, SUCCESS, Success};
use crate::request::{Field, Kind, Shape, TEXT};
use crate::state::State;

/// The longest title and description the service takes.
const TITLE: Kind = Kind::Text { max: 255 };

const LINKED: &[Field] = &[
    Field::required("id", Kind::Id, "The id."),
    Field::required("title", TITLE, "What the interface shows."),
    Field::optional("preview", TEXT, "The address of a picture."),
];

const ICON: &[Field] = &[
    Field::required("className", TEXT, "The icon's class."),
    Field::required("color", TEXT, "Its colour."),
    Field::required("backgroundColor", TEXT, "The colour behind it."),
];

const GENERAL: &[Field] = &[
    Field::required("icon", Kind::Object(ICON), "The icon."),
    Field::required("title", TITLE, "What the interface shows."),
    Field::optional("titleUrl", TEXT, "Where the title leads."),
    Field::optional("download", Kind::Flag, "Whether the title downloads."),
    Field::optional("description", TITLE, "What stands under the title."),
    Field::optional("showLogs", Kind::Flag, "Whether the task's log is linked."),
    Field::optional("isError", Kind::Flag, "Whether it is an error."),
];

const OUTPUT: &[Field] = &[
    Field::optional("project", Kind::Object(LINKED), "A project."),
    Field::optional("model", Kind::Object(LINKED), "A model."),
    Field::optional("general", Kind::Object(GENERAL), "A file, folder, text or error."),
    Field::optional(
        "experiment",
        Kind::Object(&[Field::required("data", Kind::Map, "The experiment's info.")]),
        "An experiment.",
    ),
];

pub(in crate::methods) enum Set {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct SetRequest {
    task_id: TaskId,
    output: Object,
}

impl Method for Set {
    const NAME: &'static str = "tasks.output.set";
    const ABOUT: &'static str = "Sets what a task shows as its result: `meta.output`.";
    const ANSWER: &'static str = "`{success: true}`";
    const SHAPE: Shape =
        Shape::Object(&[TASK_ID, Field::required("output", Kind::Object(OUTPUT), "One kind of result.")]);
    const TASK: TaskRef = TaskRef::Body("taskId");
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("Eight set_output methods send project, general or experiment."),
        code("6.73.307 to 6.73.319 sent project and experiment together."),
        digest("model is legal too; title and description have at most 255 characters."),
        official("Tutorials read meta.output.project.id and meta.output.general.titleUrl."),
        choice(60, "The answer is a JSON object; it is returned to the caller."),
        choice(60, "A project that does not exist is a 404; each call replaces the output before."),
    ];
    type Request = SetRequest;
    type Reply = Json<Success>;
}

impl Write for Set {
    fn run(state: &mut State, _: &Call, request: SetRequest) -> Result<Json<Success>, Refusal> {
        let kinds: Vec<&str> = request.output.keys().map(String::as_str).collect();
        if kinds.len() != 1
            && !(kinds.len() == 2 && kinds.contains(&"project") && kinds.contains(&"experiment"))
        {
            let rest = "must hold exactly one of [project, model, general, experiment]";
            return Err(Refusal::invalid(Violation::of("output", "object.xor", rest)));
        }
        if let Some(id) = request.output.get("project").and_then(|project| project["id"].as_u64()) {
            state.tables.projects.find(ProjectId(id))?;
        }
        let output = Value::Object(request.output);
        state
            .edit_task(request.task_id, |task| task.meta.edit(|meta| meta.insert("output".into(), output)))?;
        Ok(SUCCESS)
    }
}
