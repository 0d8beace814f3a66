//! A control call in progress: its input, and its access to a world.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use slymock_engine::ids::TaskId;
use slymock_engine::journal::{BODY_MAX, Body, Outcome, Record};
use slymock_engine::plain;
use slymock_engine::refusal::{Noun, Violation};
use slymock_engine::reply::Object;
use slymock_engine::request::{Field, Input, Payload, Shape, shape_input};
use slymock_engine::snapshot::{Envelope, Unread};
use slymock_engine::{Moment, Refusal, State, World};

use crate::clock;
use crate::door::Context;
use crate::http::rejection::Rejection;
use crate::http::request::Request;
use crate::spool::Text;
use crate::worlds::{ControlCall, SharedWorld};

/// A control call in progress.
pub(super) struct Exchange {
    pub(super) request: Request,
    pub(super) context: Arc<Context>,
    pub(super) world: Arc<SharedWorld>,
    /// The path segment for `{id}` or `{name}`.
    pub(super) id: Option<String>,
    pub(super) fields: &'static [Field],
    /// Name of the endpoint in the journal. The task or world is recorded separately.
    pub(super) name: &'static str,
}

impl Exchange {
    /// The body, or the query if there is no body.
    fn input(&self) -> Input {
        let query = self.request.query();
        let body = self.request.body.clone();
        if body.is_empty() { Input::Query(query) } else { Input::Json(body, query) }
    }

    /// True if handling its body may take long.
    pub(super) fn is_large(&self) -> bool {
        self.request.is_large()
    }

    /// The input as the endpoint's typed request.
    pub(super) fn read<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Refusal> {
        self.typed(self.input())
    }

    fn typed<T: for<'de> Deserialize<'de>>(&self, input: Input) -> Result<T, Refusal> {
        // Unknown fields are refused here, always: a typo in a test's set-up must not pass
        // silently.
        let (payload, _) = shape_input(input, Shape::Object(self.fields), true)?;
        let Payload::Value(value) = payload else { return Err(Refusal::BadJson { why: "not JSON".into() }) };
        typed(value, "")
    }

    /// As [`read`](Self::read), and the fixture in the field `member`, if the body is on disk and
    /// that field is an object.
    pub(super) fn read_with_fixture<T: for<'de> Deserialize<'de>>(
        &self,
        member: &str,
    ) -> Result<(T, Option<Text>), Rejection> {
        if !self.request.is_aside() {
            return Ok((self.read()?, None));
        }
        let text = self.request.text();
        let envelope = Envelope::read(&mut text.clone(), member).map_err(unread)?;
        let input = Input::Json(envelope.rest.into(), self.request.query());
        Ok((self.typed(input)?, envelope.member.map(|part| text.part(part))))
    }

    pub(super) fn task(&self) -> Result<TaskId, Refusal> {
        let id = self.id.as_deref().unwrap_or_default();
        let missing = || Refusal::NotFound { entity: Noun::Task, id: id.to_owned() };
        id.parse().map(TaskId).map_err(|_| missing())
    }

    /// Runs a short change through the world's gate.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        task: Option<TaskId>,
        run: impl FnOnce(&mut State, Moment) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let large = self.is_large();
        self.change_long(task, move |_| large, run).await
    }

    /// Runs a change through the world's gate; a long one runs off the request threads.
    pub(super) async fn change_long<T: Send + 'static>(
        &self,
        task: Option<TaskId>,
        is_long: impl Fn(&World) -> bool + Send + 'static,
        run: impl FnOnce(&mut State, Moment) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let body = Body { size: self.request.body.len(), ..self.told_body(task) };
        let call = ControlCall { method: self.name.to_owned(), task, body };
        self.world.control(call, is_long, run).await
    }

    /// The body for the journal, with the id from the path, unless that is a task's: an entry has a
    /// field for the task.
    fn told_body(&self, task: Option<TaskId>) -> Body {
        let id = self.id.as_deref().filter(|_| task.is_none());
        let body = &self.request.body;
        // A larger body is cut anyway.
        let short = id.filter(|_| body.len() <= BODY_MAX);
        let object = short.and_then(|_| serde_json::from_slice::<Object>(body).ok());
        let secrets = &self.context.worlds.secrets;
        let (Some(id), Some(object)) = (id, object) else { return self.told_input() };
        let mut told = Object::new();
        told.insert("id".to_owned(), id.parse::<u64>().map_or_else(|_| id.into(), Into::into));
        told.extend(object);
        secrets.body(serde_json::Value::Object(told).to_string().as_bytes())
    }

    fn told_input(&self) -> Body {
        let input = self.input();
        self.context.worlds.secrets.cut(&input).unwrap_or_else(|| Body::of_input(&input))
    }

    /// Reads from the world in its present state.
    pub(super) async fn see<T: Send + 'static>(&self, look: impl FnOnce(&World) -> T + Send + 'static) -> T {
        self.world.quick(|world| look(world)).await
    }

    /// Adds an entry to the server's journal for a change of its worlds. The body is the name of
    /// the world, if the path has it.
    pub(super) fn record_in_server(&self) {
        let named =
            self.id.as_ref().map(|name| Body::of(serde_json::json!({"name": name}).to_string().as_bytes()));
        let body = named.unwrap_or_else(|| self.told_input());
        let record = Record::of(self.name, None, Outcome::Done(None), body).known();
        self.context.worlds.record(clock::now(), record);
    }
}

/// The rejection for a fixture that cannot be read.
pub(super) fn unread(unread: Unread) -> Rejection {
    match unread {
        Unread::Source(error) => Rejection::NoDisk { why: error.to_string() },
        Unread::Refused(refusal) => refusal.into(),
    }
}

/// Deserializes the field `at` of a request; errors name the path in it.
pub(super) fn typed<T: DeserializeOwned>(value: serde_json::Value, at: &str) -> Result<T, Refusal> {
    plain::read(value).map_err(|error| {
        let below = error.path().to_string();
        let parts = [at, &below].into_iter().filter(|part| !part.is_empty() && *part != ".");
        let path = parts.collect::<Vec<_>>().join(".");
        let rest = format!("is invalid: {}", error.into_inner());
        Refusal::Validation(vec![Violation::of(&path, "any.invalid", &rest)].into())
    })
}
