//! `tasks.output.set`: the result that a task shows.

use serde::Deserialize;
use serde_json::Value;

use super::fields::TASK_ID;
use crate::call::Call;
use crate::ids::{ProjectId, TaskId};
use crate::looks::Looks;
use crate::method::{Method, TaskRef, Write};
use crate::refusal::{Refusal, Violation};
use crate::reply::{Json, Object, SUCCESS, Success};
use crate::request::{Field, Kind, Shape, TEXT};
use crate::state::State;

/// Maximum length of a title or description in Supervisely.
const TITLE: Kind = Kind::Text { max: 255 };

const LINKED: &[Field] = &[
    Field::required("id", Kind::Id, "Id of the project or model."),
    Field::required("title", TITLE, "Title in the interface."),
    Field::optional("preview", TEXT, "Address of a preview image."),
];

const ICON: &[Field] = &[
    Field::required("className", TEXT, "CSS class of the icon."),
    Field::required("color", TEXT, "Colour of the icon."),
    Field::required("backgroundColor", TEXT, "Colour of the background."),
];

const GENERAL: &[Field] = &[
    Field::required("icon", Kind::Object(ICON), "Icon of the result."),
    Field::required("title", TITLE, "Title in the interface."),
    Field::optional("titleUrl", TEXT, "Address to which the title links."),
    Field::optional("download", Kind::Flag, "True if the title downloads a file."),
    Field::optional("description", TITLE, "Text under the title."),
    Field::optional("showLogs", Kind::Flag, "True to link the task's log."),
    Field::optional("isError", Kind::Flag, "True if the result is an error."),
];

const OUTPUT: &[Field] = &[
    Field::optional("project", Kind::Object(LINKED), "Project as the result."),
    Field::optional("model", Kind::Object(LINKED), "Model as the result."),
    Field::optional("general", Kind::Object(GENERAL), "File, folder, text or error as the result."),
    Field::optional(
        "experiment",
        Kind::Object(&[Field::required("data", Kind::Map, "Data of the experiment.")]),
        "Experiment as the result.",
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
    const ABOUT: &'static str = "Sets the result that a task shows: `meta.output`.";
    const ANSWER: &'static str = "`{success: true}`";
    const SHAPE: Shape = Shape::Object(&[
        TASK_ID,
        Field::required(
            "output",
            Kind::Object(OUTPUT),
            "One kind of result, or `project` and `experiment` together.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::Body("taskId");
    const LOOKS: Looks = Looks::Nothing;
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
