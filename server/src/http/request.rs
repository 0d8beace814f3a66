//! A request made plain: read whole, within limits, once. Nothing async comes after.

use std::sync::Arc;

use bytes::Bytes;
use hyper::Method;
use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts;
use slymock_engine::Refusal;
use slymock_engine::journal::Body;
use slymock_engine::request::{Input, LARGE};

use super::head::is_json;
use super::intake::TakenBody;
use super::multipart;
use crate::added;
use crate::aside::aside;
use crate::secrets::Secrets;
use crate::spool::Text;

/// What bodies in parts say that they are, with more behind it.
const MULTIPART: &[u8] = b"multipart/form-data";

/// A request whose body has been read.
pub(crate) struct Request {
    head: Parts,
    /// All of it, or its beginning where it lies aside: only who takes a whole world gets such a one.
    pub(crate) body: Bytes,
    taken: TakenBody,
}

/// How the input of a wire method comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Parts,
    Query,
    Json,
}

/// What the input of a wire method is read from, without the request around it.
pub(crate) enum InputSource {
    /// A body in parts, behind its content type.
    Parts(String, Bytes),
    /// What it is already.
    Input(Input),
}

impl InputSource {
    /// The input, or a body that is none, and why.
    pub(crate) fn read(self) -> Result<Input, (Refusal, Bytes)> {
        match self {
            Self::Parts(content_type, body) => {
                let parts = multipart::read(&content_type, body.clone());
                parts.map(Input::Parts).map_err(|refusal| (refusal, body))
            }
            Self::Input(input) => Ok(input),
        }
    }
}

impl Request {
    pub(crate) fn new(head: Parts, taken: TakenBody) -> Self {
        Self { head, body: taken.bytes.clone(), taken }
    }

    /// The text of its body, wherever it lies.
    pub(crate) fn text(&self) -> Text {
        match &self.taken.aside {
            Some(spool) => Text::in_file(Arc::clone(spool)),
            None => Text::in_memory(self.body.clone()),
        }
    }

    /// Whether its body lies aside.
    pub(crate) fn is_aside(&self) -> bool {
        self.taken.aside.is_some()
    }

    /// Its body as the journal tells it.
    pub(crate) fn told(&self, secrets: &Secrets) -> Body {
        match self.source().read() {
            Ok(input) => secrets.cut(&input).unwrap_or_else(|| Body::of_input(&input)),
            Err((_, body)) => secrets.body(&body),
        }
    }

    /// Whether reading its body takes more than a moment.
    pub(crate) fn is_large(&self) -> bool {
        self.body.len() > LARGE || self.is_aside()
    }

    pub(crate) fn head(&self) -> &Parts {
        &self.head
    }

    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let Some(query) = self.head.uri.query() else { return Vec::new() };
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    fn content_type(&self) -> &str {
        self.head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default()
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

    /// What the input of a wire method is read from.
    pub(crate) fn source(&self) -> InputSource {
        match self.form() {
            Form::Parts => InputSource::Parts(self.content_type().to_owned(), self.body.clone()),
            Form::Query => InputSource::Input(Input::Query(self.query())),
            Form::Json => InputSource::Input(Input::Json(self.body.clone(), self.query())),
        }
    }

    /// Whether it is a GET that is asked by its query.
    pub(crate) fn is_query(&self) -> bool {
        self.head.method == Method::GET && self.form() == Form::Query
    }

    /// As in the service, a body counts only when it says that it is JSON or multipart.
    fn form(&self) -> Form {
        let multipart = self.content_type().as_bytes().get(..MULTIPART.len());
        if multipart.is_some_and(|kind| kind.eq_ignore_ascii_case(MULTIPART)) {
            return Form::Parts;
        }
        if self.body.is_empty() || !is_json(&self.head) { Form::Query } else { Form::Json }
    }
}
