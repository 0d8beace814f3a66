//! A request made plain: read whole, within limits, once. Nothing async comes after.

use bytes::Bytes;
use hyper::Method;
use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts;
use slymock_engine::Refusal;
use slymock_engine::journal::Body;
use slymock_engine::request::{Input, LARGE};

use super::head::{header, is_json};
use super::intake::Room;
use super::multipart;
use crate::added;
use crate::aside::aside;
use crate::secrets::Secrets;

/// A request whose body has been read.
pub(crate) struct Request {
    head: Parts,
    pub(crate) body: Bytes,
    /// The room that the body takes among all that are there.
    _room: Option<Room>,
}

/// What the input of a wire method is read from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Parts,
    Query,
    Json,
}

impl Request {
    pub(crate) fn new(head: Parts, (body, room): (Bytes, Option<Room>)) -> Self {
        Self { head, body, _room: room }
    }

    /// Its body as the journal tells it.
    pub(crate) fn told(&self, secrets: &Secrets) -> Body {
        match self.input() {
            Ok(input) => secrets.cut(&input).unwrap_or_else(|| Body::of_input(&input)),
            Err(_) => secrets.body(&self.body),
        }
    }

    /// Whether reading its body takes more than a moment.
    pub(crate) fn is_large(&self) -> bool {
        self.body.len() > LARGE
    }

    pub(crate) fn head(&self) -> &Parts {
        &self.head
    }

    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let query = self.head.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    fn content_type(&self) -> &str {
        header(&self.head, CONTENT_TYPE.as_str()).unwrap_or_default()
    }

    /// The API token in a JSON body, where apps find it too.
    pub(crate) async fn body_token(&self) -> Option<String> {
        if !is_json(&self.head) {
            return None;
        }
        let body = self.body.clone();
        let read = move || added::token_in(&body);
        if self.is_large() { aside(read).await } else { read() }
    }

    /// The input of a wire method.
    pub(crate) fn input(&self) -> Result<Input, Refusal> {
        Ok(match self.form() {
            Form::Parts => Input::Parts(multipart::read(self.content_type(), self.body.clone())?),
            Form::Query => Input::Query(self.query()),
            Form::Json => Input::Json(self.body.clone(), self.query()),
        })
    }

    /// Whether it is a GET that is asked by its query.
    pub(crate) fn is_query(&self) -> bool {
        self.head.method == Method::GET && self.form() == Form::Query
    }

    /// As in the service, a body counts only when it says that it is JSON or multipart.
    fn form(&self) -> Form {
        let content_type = self.content_type().to_ascii_lowercase();
        if content_type.starts_with("multipart/form-data") {
            return Form::Parts;
        }
        if self.body.is_empty() || !is_json(&self.head) { Form::Query } else { Form::Json }
    }
}
