//! A request's head: its size, and the token, task, host and content type in its headers.

use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use slymock_engine::ids::TaskId;
use slymock_engine::names;

use super::rejection::Rejection;

/// Header of the API token.
pub(crate) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// Header in which an app names the task it belongs to.
const TASK_ID: HeaderName = HeaderName::from_static("x-task-id");
/// The content type of nearly all JSON bodies, compared first to save the search.
const JSON: &[u8] = b"application/json";

/// True if the content type is JSON.
pub(crate) fn is_json(head: &Parts) -> bool {
    let kind = head.headers.get(CONTENT_TYPE).map_or(&[][..], HeaderValue::as_bytes);
    kind == JSON || kind.windows(4).any(|word| word.eq_ignore_ascii_case(b"json"))
}

/// The approximate size in bytes of a request's head on the wire.
pub(crate) fn bytes(head: &Parts) -> usize {
    let line = head.uri.path_and_query().map_or(0, |path| path.as_str().len());
    let header = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    line + head.headers.iter().map(header).sum::<usize>()
}

/// The API token; `None` if it is absent or empty. A token that is not a valid name has no world,
/// and neither have two that differ.
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

/// The task in the `x-task-id` header, if that is a number.
pub(crate) fn task_header(head: &Parts) -> Option<TaskId> {
    head.headers.get(TASK_ID)?.to_str().ok()?.trim().parse().ok().map(TaskId)
}

/// The `Host` header: the name under which the client reached this server.
pub(crate) fn host(head: &Parts) -> Option<&str> {
    head.headers.get(HOST)?.to_str().ok()
}
