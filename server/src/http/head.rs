//! A request's head: its size, and what its headers say of token, task, host and body.

use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use slymock_engine::ids::TaskId;
use slymock_engine::names;

use super::rejection::Rejection;

/// The API token.
pub(crate) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// The task that a request comes from.
const TASK_ID: HeaderName = HeaderName::from_static("x-task-id");
/// What nearly all bodies of JSON say that they are.
const JSON: &[u8] = b"application/json";

/// Whether a body says that it is JSON.
pub(crate) fn is_json(head: &Parts) -> bool {
    let kind = head.headers.get(CONTENT_TYPE).map_or(&[][..], HeaderValue::as_bytes);
    kind == JSON || kind.windows(4).any(|word| word.eq_ignore_ascii_case(b"json"))
}

/// The size of a request's head, as it came over the wire or nearly so.
pub(crate) fn bytes(head: &Parts) -> usize {
    let line = head.uri.path_and_query().map_or(0, |path| path.as_str().len());
    let header = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    line + head.headers.iter().map(header).sum::<usize>()
}

/// The API token; an empty one is none. One that is no name is nobody's, and so are two that differ.
pub(crate) fn token(head: &Parts) -> Result<Option<&str>, Rejection> {
    let mut all = head.headers.get_all(API_KEY).iter();
    let Some(first) = all.next() else { return Ok(None) };
    if all.any(|other| other != first) {
        return Err(Rejection::BadToken);
    }
    let token = std::str::from_utf8(first.as_bytes()).map_err(|_| Rejection::BadToken)?;
    if names::wrong(token).is_some() {
        Err(Rejection::BadToken)
    } else {
        Ok(Some(token).filter(|token| !token.is_empty()))
    }
}

/// The task in the `x-task-id` header.
pub(crate) fn task_header(head: &Parts) -> Option<TaskId> {
    head.headers.get(TASK_ID)?.to_str().ok()?.trim().parse().ok().map(TaskId)
}

/// The host that a client has reached this server under.
pub(crate) fn host(head: &Parts) -> Option<&str> {
    head.headers.get(HOST)?.to_str().ok()
}
