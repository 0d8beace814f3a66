//! A request whose body has been read, within limits. No later step waits for the client's bytes.

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

/// The beginning of a multipart content type.
const MULTIPART: &[u8] = b"multipart/form-data";

/// A request with its body.
pub(crate) struct Request {
    head: Parts,
    /// All of the body, or only its beginning if it is on disk, which happens only at endpoints
    /// that take a fixture.
    pub(crate) body: Bytes,
    taken: TakenBody,
}

/// The form of a wire method's input.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Parts,
    Query,
    Json,
}

/// The source of a wire method's input, independent of the request.
pub(crate) enum InputSource {
    /// The content type and the multipart body.
    Parts(String, Bytes),
    /// The input itself, in a query or JSON body.
    Input(Input),
}

impl InputSource {
    /// Parses the input. A multipart body that is malformed is returned with the refusal.
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

    /// Its body as a text, in memory or on disk.
    pub(crate) fn text(&self) -> Text {
        match &self.taken.aside {
            Some(spool) => Text::in_file(Arc::clone(spool)),
            None => Text::in_memory(self.body.clone()),
        }
    }

    /// True if its body is on disk.
    pub(crate) fn is_aside(&self) -> bool {
        self.taken.aside.is_some()
    }

    /// Its body in the form of the journal.
    pub(crate) fn told(&self, secrets: &Secrets) -> Body {
        match self.source().read() {
            Ok(input) => secrets.cut(&input).unwrap_or_else(|| Body::of_input(&input)),
            Err((_, body)) => secrets.body(&body),
        }
    }

    /// True if parsing its body may take long.
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

    /// The API token in a JSON body, where apps also look for it.
    pub(crate) async fn body_token(&self) -> Option<String> {
        if !is_json(&self.head) {
            return None;
        }
        let body = self.body.clone();
        let read = move || added::token_in(&body);
        if self.is_large() { aside(read).await } else { read() }
    }

    /// The source of the input, by content type.
    pub(crate) fn source(&self) -> InputSource {
        match self.form() {
            Form::Parts => InputSource::Parts(self.content_type().to_owned(), self.body.clone()),
            Form::Query => InputSource::Input(Input::Query(self.query())),
            Form::Json => InputSource::Input(Input::Json(self.body.clone(), self.query())),
        }
    }

    /// True for a GET whose arguments are in the query.
    pub(crate) fn is_query(&self) -> bool {
        self.head.method == Method::GET && self.form() == Form::Query
    }

    /// As in Supervisely, a body counts only if its content type is JSON or multipart.
    fn form(&self) -> Form {
        let multipart = self.content_type().as_bytes().get(..MULTIPART.len());
        if multipart.is_some_and(|kind| kind.eq_ignore_ascii_case(MULTIPART)) {
            return Form::Parts;
        }
        if self.body.is_empty() || !is_json(&self.head) { Form::Query } else { Form::Json }
    }
}
