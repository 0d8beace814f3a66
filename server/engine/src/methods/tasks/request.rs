//! `tasks.request.direct`: a request to the app of a task.

use serde::Deserialize;
use serde_json::json;

use super::fields::TASK_ID;
use crate::call::Call;
use crate::ids::TaskId;
use crate::looks::Looks;
use crate::method::{Method, TaskRef, Write};
use crate::refusal::Refusal;
use crate::reply::{Caller, Forward, Object, Output, Reply, SUCCESS, render};
use crate::request::{Field, Kind, Shape, TEXT};
use crate::state::SessionReply;
use crate::state::State;

/// Default and maximum time to wait for an app, in seconds.
const TIMEOUT_S: f64 = 60.0;
const TIMEOUT_S_MAX: f64 = 600.0;

pub(in crate::methods) enum Direct {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct DirectRequest {
    task_id: TaskId,
    command: String,
    #[serde(default)]
    context: Object,
    #[serde(default)]
    state: Object,
    /// The API's own default is true, but then a plain request could not read the app's answer. The SDK
    /// always sends the field.
    #[serde(default)]
    skip_response: bool,
    timeout: Option<f64>,
}

impl Method for Direct {
    const NAME: &'static str = "tasks.request.direct";
    const ABOUT: &'static str = "Sends a command to the app of a running task and returns the app's answer.";
    const ANSWER: &'static str = "the answer of the app";
    const SHAPE: Shape = Shape::Object(&[
        TASK_ID,
        Field::required("command", TEXT, "Command: the path of the app's endpoint."),
        Field::optional("context", Kind::Map, "Context of the request, such as `outside_request`."),
        Field::optional("state", Kind::Map, "Data of the command."),
        Field::optional("skipResponse", Kind::Flag, "True to return without waiting for the app."),
        Field::optional(
            "timeout",
            Kind::Number { min: 0.0 },
            "Time to wait for the app in seconds; 60 when absent. More than 600 counts as 600.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::Body("taskId");
    const LOOKS: Looks = Looks::App;
    type Request = DirectRequest;
    type Reply = Output;
}

impl Write for Direct {
    fn run(state: &mut State, _: &Call, request: DirectRequest) -> Result<Output, Refusal> {
        Ok(match state.app_answer(request.task_id, &request.command, true)? {
            SessionReply::Known(_) | SessionReply::CannedAnswer(_) if request.skip_response => {
                SUCCESS.into_output()
            }
            SessionReply::Known(answer) => Output::Json(answer),
            SessionReply::CannedAnswer(answer) => Output::CannedAnswer(answer),
            SessionReply::At(address) => {
                let caller = state.caller(request.task_id)?;
                Output::Forward(Box::new(forward(address, caller, request)))
            }
        })
    }
}

fn forward(to: String, caller: Caller, request: DirectRequest) -> Forward {
    let seconds = request.timeout.unwrap_or(TIMEOUT_S).clamp(0.0, TIMEOUT_S_MAX);
    let body = render(&json!({
        "command": request.command, "context": request.context, "state": request.state,
    }));
    Forward {
        task: request.task_id,
        to,
        command: request.command,
        body,
        caller,
        timeout_ms: (seconds * 1000.0) as u64,
        skip_response: request.skip_response,
    }
}
