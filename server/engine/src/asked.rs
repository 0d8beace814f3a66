//! A wire request that has been read and checked, before any world is looked at.

use std::borrow::Cow;

use bytes::Bytes;

use crate::faults::{Subject, VISITS};
use crate::ids::TaskId;
use crate::journal::{Body, Visited};
use crate::methods::{self, Row, TaskRef};
use crate::refusal::Refusal;
use crate::request::{Input, Payload, shape_input};
use crate::world::Call;

/// What a request is for.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// Its method, with a payload that has the method's shape.
    Method(&'static Row, Payload),
    /// The app of the session with this token.
    Visit {
        /// The session's token.
        token: String,
        /// The path behind the token.
        command: String,
        /// Its body, whole: two that differ behind what the journal keeps are two calls.
        body: Bytes,
    },
    /// It is refused unless a canned reply or a fault answers it.
    Refused(Refusal),
}

/// A request on its way to a world.
#[derive(Clone, Debug)]
pub struct Asked {
    pub(crate) method: Cow<'static, str>,
    /// What is known of the method; nothing of one that is not modelled.
    pub(crate) row: Option<&'static Row>,
    pub(crate) call: Call,
    pub(crate) task: Option<TaskId>,
    /// What a visit asks for.
    pub(crate) visited: Option<Visited>,
    pub(crate) wish: Wish,
    pub(crate) body: Body,
    pub(crate) warnings: Vec<String>,
}

impl Asked {
    /// A request of `row`'s method.
    #[must_use]
    pub fn of(row: &'static Row, call: Call, input: Input) -> Self {
        let body = Body::of_input(&input);
        let raw = if let Input::Json(bytes, _) = &input { bytes.clone() } else { Bytes::new() };
        let (task, wish, warnings) = match shape_input(input, row.shape, call.strict) {
            Ok((payload, warnings)) => (row.task.of(&payload, &call), Wish::Method(row, payload), warnings),
            Err(refusal) => {
                // What is wrong elsewhere in a request need not hide which task it is about.
                let payload = Payload::Value(serde_json::from_slice(&raw).unwrap_or_default());
                (row.task.of(&payload, &call), Wish::Refused(refusal), Vec::new())
            }
        };
        let method = Cow::Borrowed(row.name);
        Self { method, row: Some(row), call, task, visited: None, wish, body, warnings }
    }

    /// A request of the method with this name, whether it is modelled or not.
    #[must_use]
    pub fn named(method: &str, call: Call, input: Input) -> Self {
        match methods::find(method) {
            Some(row) => Self::of(row, call, input),
            None => Self::unread(method, call, Body::of_input(&input), unknown(method)),
        }
    }

    /// A request that is refused for its form, before its method is asked.
    #[must_use]
    pub fn unread(method: &str, call: Call, body: Body, refusal: Refusal) -> Self {
        let row = methods::find(method);
        let method = row.map_or_else(|| Cow::Owned(method.to_owned()), |row| Cow::Borrowed(row.name));
        let wish = Wish::Refused(refusal);
        let task = call.task.filter(|_| row.is_some_and(|row| row.task == TaskRef::Header));
        Self { method, row, call, task, visited: None, wish, body, warnings: Vec::new() }
    }

    /// A request to a session's web address: the session's token, what is behind it, and the body.
    #[must_use]
    pub fn visit(token: &str, visited: Visited, body: &Bytes, call: Call) -> Self {
        Self {
            method: Cow::Borrowed(VISITS),
            row: None,
            call,
            task: None,
            wish: Wish::Visit {
                token: token.to_owned(),
                command: visited.command().to_owned(),
                body: body.clone(),
            },
            visited: Some(visited),
            body: Body::of(body),
            warnings: Vec::new(),
        }
    }

    /// The same request, of whose body the journal says this.
    #[must_use]
    pub fn telling(self, body: Option<Body>) -> Self {
        Self { body: body.unwrap_or(self.body), ..self }
    }

    /// It as fault rules see it.
    pub(crate) fn subject(&self) -> Subject<'_> {
        // What is not modelled has no place for a task.
        let task = self.task.filter(|_| self.row.is_some() || matches!(self.wish, Wish::Visit { .. }));
        Subject::named(&self.method, task)
    }

    /// The task whose status it asks for, when it is answered.
    pub(crate) fn polled(&self) -> Option<TaskId> {
        self.task.filter(|_| self.row.is_some_and(|row| row.polls))
    }
}

fn unknown(method: &str) -> Refusal {
    Refusal::UnknownMethod { method: method.to_owned(), closest: methods::nearest(method).map(str::to_owned) }
}
