//! A request made plain: read whole, within limits, once. Nothing async comes after.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_TYPE, EXPECT, HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use slymock_engine::Refusal;
use slymock_engine::ids::TaskId;
use slymock_engine::journal::Body as Told;
use slymock_engine::names;
use slymock_engine::request::Input;

use super::multipart;
use crate::added;
use crate::secrets::Secrets;
use crate::server::{Door, Limits};
use crate::tap::Tap;
use crate::worlds::aside;

/// How long a body that is refused may pause before nobody waits for more of it.
const DRAIN_IDLE: Duration = Duration::from_millis(100);

/// The bytes of a body that takes more than a moment to be read as JSON.
pub(crate) const LARGE: usize = 256 * 1024;

/// A request whose body has been read.
pub(crate) struct Request {
    head: Parts,
    pub(crate) body: Bytes,
    pub(crate) tap: Tap,
}

impl Request {
    pub(crate) async fn new(head: Parts, body: Bytes, door: &Door) -> Self {
        let mut request = Self { head, body, tap: Tap::default() };
        request.tap = door.asked(&request.head, request.told(&door.context.worlds.secrets)).await;
        request
    }

    /// Its body as the journal tells it.
    async fn told(&self, secrets: &Secrets) -> Told {
        match self.input().await {
            Ok(input) => secrets.cut(&input).unwrap_or_else(|| Told::of_input(&input)),
            Err(_) => secrets.body(&self.body),
        }
    }

    /// Reads the whole body that goes with `head`.
    pub(crate) async fn read(head: &Parts, body: Incoming, limits: &Limits) -> Result<Bytes, Refusal> {
        let too_large = Refusal::TooLarge { limit: limits.body };
        if body.size_hint().lower() > limits.body {
            discard(head, body, limits).await;
            return Err(too_large);
        }
        let limit = usize::try_from(limits.body).unwrap_or(usize::MAX);
        let collected = tokio::time::timeout(limits.body_time, Limited::new(body, limit).collect()).await;
        let refusal = match collected {
            Ok(Ok(collected)) => return Ok(collected.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => too_large,
            Ok(Err(error)) => Refusal::BadJson { why: format!("the body broke off: {error}") },
            Err(_) => {
                Refusal::TooSlow { limit_ms: u64::try_from(limits.body_time.as_millis()).unwrap_or(u64::MAX) }
            }
        };
        Err(refusal)
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
        if !self.content_type().to_ascii_lowercase().contains("json") {
            return None;
        }
        let body = self.body.clone();
        let read = move || added::token_in(&body);
        if self.body.len() > LARGE { aside(read).await } else { read() }
    }

    /// The input of a wire method, and what was odd about it. As in the service, a body counts only when
    /// it says that it is JSON or multipart.
    pub(crate) async fn input(&self) -> Result<Input, Refusal> {
        let content_type = self.content_type().to_ascii_lowercase();
        if content_type.starts_with("multipart/form-data") {
            return multipart::read(self.content_type(), self.body.clone()).await.map(Input::Parts);
        }
        if self.body.is_empty() || !content_type.contains("json") {
            return Ok(Input::Query(self.query()));
        }
        Ok(Input::Json(self.body.clone(), self.query()))
    }
}

/// The size of a request's head, as it came over the wire or nearly so.
pub(crate) fn head_bytes(head: &Parts) -> usize {
    let line = head.uri.path_and_query().map_or(0, |path| path.as_str().len());
    let header = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    line + head.headers.iter().map(header).sum::<usize>()
}

/// A header's text; `None` when it is absent or not text.
pub(crate) fn header<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    head.headers.get(name)?.to_str().ok()
}

/// The API token; an empty one is none. One that is no name is nobody's, and so are two that differ.
pub(crate) fn token(head: &Parts) -> Result<Option<&str>, Refusal> {
    let mut all = head.headers.get_all("x-api-key").iter();
    let Some(first) = all.next() else { return Ok(None) };
    if all.any(|other| other != first) {
        return Err(Refusal::BadToken);
    }
    let token = std::str::from_utf8(first.as_bytes()).map_err(|_| Refusal::BadToken)?;
    if names::wrong(token).is_some() {
        Err(Refusal::BadToken)
    } else {
        Ok(Some(token).filter(|token| !token.is_empty()))
    }
}

/// The task in the `x-task-id` header.
pub(crate) fn task_header(head: &Parts) -> Option<TaskId> {
    header(head, "x-task-id")?.trim().parse().ok().map(TaskId)
}

/// The host that a client has reached this server under.
pub(crate) fn host(head: &Parts) -> Option<&str> {
    header(head, HOST.as_str())
}

/// Reads a body that is refused for as long as it keeps coming, so that the client gets to read the refusal
/// instead of a reset.
pub(super) async fn discard(head: &Parts, mut body: Incoming, limits: &Limits) {
    // A client that asks before it sends has nothing to be read.
    if head.headers.contains_key(EXPECT) {
        return;
    }
    let read_all =
        async { while let Ok(Some(Ok(_))) = tokio::time::timeout(DRAIN_IDLE, body.frame()).await {} };
    let _ = tokio::time::timeout(limits.body_time, read_all).await;
}
