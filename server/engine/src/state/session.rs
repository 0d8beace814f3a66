//! Answers for the apps of tasks, to requests that come through `tasks.request.direct` or through a session's
//! web address.

use bytes::Bytes;
use serde_json::{Value, json};

use super::State;
use crate::ids::TaskId;
use crate::lifecycle::Status;
use crate::refusal::{Noun, Refusal};
use crate::reply::{CannedAnswer, Output, Visit, render};
use crate::tables::{AppAnswer, AppPlace, StoredAnswer, Task};

/// Command that ends an app, as the SDK's apps serve it.
pub const SHUTDOWN: &str = "sly/shutdown";

#[derive(Clone, Debug)]
pub(crate) enum SessionReply {
    /// The world, with this JSON.
    Known(Bytes),
    /// The world, with an answer that may have a status and a delay of its own.
    CannedAnswer(CannedAnswer),
    /// The real app at this address, such as `http://127.0.0.1:8000`.
    At(String),
}

impl State {
    /// Returns the answer to `command` for the app of a task. The first source with an answer wins: the
    /// task's canned answers, its debug session, the canned answers of its module, those of the world, and
    /// last the built-in answers of every app.
    ///
    /// `posted` is true for `tasks.request.direct` and for a POST visit. Only then does [`SHUTDOWN`]
    /// end the app, because a browser's preflight to the same address must not.
    pub(crate) fn app_answer(
        &mut self,
        id: TaskId,
        command: &str,
        posted: bool,
    ) -> Result<SessionReply, Refusal> {
        let task = self.task(id)?;
        if !takes_requests(task) {
            return Err(Refusal::NotRunning { task: id, status: task.status, command: command.to_owned() });
        }
        let (redirected, is_app) = (task.redirected(), task.kind == "app");
        let module = task.app_id.and_then(|app| self.tables.apps.get(app)).map(|app| app.module_id);
        let of_module = module.map(AppPlace::Module);
        let given = self.given(AppPlace::Task(id), command).or(redirected.map(SessionReply::At));
        let given = given.or_else(|| of_module.and_then(|place| self.given(place, command)));
        let given = given.or_else(|| self.given(AppPlace::World, command));
        let own = || is_app.then(|| self.own_answer(id, command, posted)).flatten();
        given.or_else(own).ok_or_else(|| Refusal::UnknownCommand { task: id, command: command.to_owned() })
    }

    /// Returns the canned answer of a place, and counts it as given.
    fn given(&mut self, place: AppPlace, command: &str) -> Option<SessionReply> {
        self.tables.records.apps.give(place, command).map(|given| match given {
            StoredAnswer::Same(reply) => SessionReply::Known(reply),
            StoredAnswer::InOrder(answer) => SessionReply::CannedAnswer(canned(answer)),
            StoredAnswer::At(to) => SessionReply::At(to.to_owned()),
        })
    }

    /// Returns the built-in answer of an app. A shutdown ends the app and finishes its task.
    fn own_answer(&mut self, id: TaskId, command: &str, posted: bool) -> Option<SessionReply> {
        let answer = match command.trim_matches('/') {
            "is_running" => json!({"running": true}),
            "is_ready" => json!({"status": "ready"}),
            SHUTDOWN if posted => {
                self.end_app(id);
                Value::Null
            }
            _ => return None,
        };
        Some(SessionReply::Known(render(&answer)))
    }

    /// Finishes the task of an app that ended without an error.
    pub(crate) fn end_app(&mut self, id: TaskId) {
        if self.task(id).is_ok_and(|task| !task.status.is_ending()) {
            self.conclude(id, Status::Finished);
        }
    }

    /// Returns the reply to a request to the session with this token; `command` is the path after the token.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] if no session has the token, [`Refusal::NotRunning`] and
    /// [`Refusal::UnknownCommand`] if its app does not answer.
    pub(crate) fn visit(&mut self, token: &str, command: &str, posted: bool) -> Result<Output, Refusal> {
        let task = self.session(token).ok_or_else(|| Refusal::missing(Noun::Session, token))?;
        let keeps_path = self.task(task)?.settings.get("proxyKeepUrl") == Some(Value::Bool(true));
        Ok(match self.app_answer(task, command, posted)? {
            SessionReply::Known(answer) => Output::Json(answer),
            SessionReply::CannedAnswer(answer) => Output::CannedAnswer(answer),
            SessionReply::At(to) => {
                Output::Visit(Box::new(Visit { task, to, keeps_path, caller: self.caller(task)? }))
            }
        })
    }

    /// Returns the task whose session has the token.
    #[must_use]
    pub fn session(&self, token: &str) -> Option<TaskId> {
        self.tables.tasks.titled((0, 0), token, None)
    }
}

/// Returns true if a task's app takes requests. A debug session takes them before its start, because no agent
/// starts it.
pub(crate) fn takes_requests(task: &Task) -> bool {
    task.status.is_running() || (task.redirected().is_some() && !task.status.is_ending())
}

/// Statuses whose replies never have a body.
const BODILESS: [u16; 2] = [204, 304];

fn canned(answer: &AppAnswer) -> CannedAnswer {
    let status = answer.status.unwrap_or(200);
    CannedAnswer {
        status,
        body: if BODILESS.contains(&status) { Bytes::new() } else { render(&answer.reply) },
        delay_ms: answer.delay_ms.unwrap_or(0),
    }
}
