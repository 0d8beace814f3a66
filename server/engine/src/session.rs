//! The app behind a task: who answers what is asked of it, through `tasks.request.direct` or through its
//! session's web address.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::ids::TaskId;
use crate::refusal::{Entity, Refusal};
use crate::reply::{Object, Output, Visit, render};
use crate::state::State;
use crate::tables::Task;

/// Who answers a request to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The world itself, with this JSON.
    Known(Bytes),
    /// The app that listens there, such as `http://127.0.0.1:8000`.
    At(String),
}

impl State {
    /// Who answers `command` for the app of a task.
    pub(crate) fn app_answer(&self, id: TaskId, command: &str) -> Result<Answer, Refusal> {
        let task = self.task(id)?;
        if !takes_requests(task) {
            return Err(Refusal::NotRunning { task: id, status: task.status, command: command.to_owned() });
        }
        let app = self.tables.records.replies.get(&id);
        if let Some(reply) = app.and_then(|app| app.replies.get(command)) {
            return Ok(Answer::Known(render(reply)));
        }
        if let Some(address) = app.and_then(|app| app.forward_to.clone()).or_else(|| redirected(task)) {
            return Ok(Answer::At(address));
        }
        let own = (task.kind == "app").then(|| own_answer(command)).flatten();
        own.map(|answer| Answer::Known(render(&answer)))
            .ok_or_else(|| Refusal::UnknownCommand { task: id, command: command.to_owned() })
    }

    /// What a request to the session with this token is answered; `command` is the path behind the token.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when no session has the token, [`Refusal::NotRunning`] and
    /// [`Refusal::UnknownCommand`] when its app does not answer.
    pub(crate) fn visit(&self, token: &str, command: &str) -> Result<Output, Refusal> {
        let task = self.session(token).ok_or_else(|| Refusal::missing(Entity::Session, token))?;
        let keeps_path = self.task(task)?.settings.get("proxyKeepUrl") == Some(&Value::Bool(true));
        Ok(match self.app_answer(task, command)? {
            Answer::Known(answer) => Output::Json(answer),
            Answer::At(to) => Output::Visit(Visit { task, to, keeps_path }),
        })
    }

    /// The task whose session has the token.
    #[must_use]
    pub fn session(&self, token: &str) -> Option<TaskId> {
        self.tables.tasks.of_session(token)
    }
}

/// A debug session takes requests before it is started, too: no agent would ever start it.
fn takes_requests(task: &Task) -> bool {
    task.status.is_running() || (redirected(task).is_some() && !task.status.is_ending())
}

/// What any started app answers by itself.
fn own_answer(command: &str) -> Option<Value> {
    match command {
        "is_running" => Some(json!({"running": true})),
        "is_ready" => Some(json!({"status": "ready"})),
        _ => None,
    }
}

impl Task {
    /// Whether it is a debug session, whose app runs on the developer's machine.
    pub(crate) fn is_debugged(&self) -> bool {
        redirected(self).is_some()
    }
}

/// Where the app of a debug session listens: on the developer's machine, which is this one.
fn redirected(task: &Task) -> Option<String> {
    let port = redirect_port(task.meta.get("redirectRequests")?.as_object()?)?;
    Some(format!("http://127.0.0.1:{port}"))
}

/// The port in `redirectRequests`, a number or text.
pub(crate) fn redirect_port(redirects: &Object) -> Option<u16> {
    let port = redirects.get("port")?;
    port.as_str().map_or_else(|| port.as_u64()?.try_into().ok(), |text| text.parse().ok())
}
