//! `tasks.request.direct`: a request to the app behind a task.

use serde::Deserialize;
use serde_json::json;

use super::fields::TASK_ID;
use crate::call::Call;
use crate::ids::TaskId;
use crate::looks::Looks;
use crate::method::{Evidence, Method, TaskRef, Write, choice, code, digest, seen};
use crate::refusal::Refusal;
use crate::reply::{Caller, Forward, Object, Output, Reply, SUCCESS, render};
use crate::request::{Field, Kind, Shape, TEXT};
use crate::state::SessionReply;
use crate::state::State;

/// How long an app may take when the request does not say, and at most: ten minutes.
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
    /// The service's own default is true, but then nobody could read the answer of a plain request;
    /// the SDK always says.
    #[serde(default)]
    skip_response: bool,
    timeout: Option<f64>,
}

impl Method for Direct {
    const NAME: &'static str = "tasks.request.direct";
    const ABOUT: &'static str = "Sends a command to the app of a running task and answers what it answers.";
    const ANSWER: &'static str = "the app's own answer";
    const SHAPE: Shape = Shape::Object(&[
        TASK_ID,
        Field::required("command", TEXT, "The command: the path of the app's endpoint."),
        Field::optional("context", Kind::Map, "`outside_request` among others."),
        Field::optional("state", Kind::Map, "The command's data."),
        Field::optional("skipResponse", Kind::Flag, "Whether to answer without waiting for the app."),
        Field::optional(
            "timeout",
            Kind::Number { min: 0.0 },
            "Seconds to wait for the app, 0 to 600; 60 when absent.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::Body("taskId");
    const LOOKS: Looks = Looks::App;
    const EVIDENCE: &'static [Evidence] = &[
        code("is_ready compares status with ready; AppApi.is_ready_for_api_calls reads running."),
        code("context always holds outside_request; timeout may be a float such as 10e6."),
        code(
            "Apps take api_token from the body, or apiToken from its context; userId, teamId and workspaceId there.",
        ),
        code("The newest release takes the user from x-user-id before the context's userId."),
        choice(60, "A real app gets these of the world's token and user, unless the caller gave its own."),
        digest("timeout is at least 1, skipResponse is true when absent; the SDK always sends false."),
        seen("is_running and is_ready swallow only HTTP errors."),
        choice(70, "A task that is not running is a 400, which is not retried."),
    ];
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
