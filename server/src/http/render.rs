//! Replies and refusals as HTTP: the only module that knows status codes and Supervisely's wording.

use std::cell::RefCell;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Body as _;
use hyper::header::{CONTENT_TYPE, DATE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use slymock_engine::excerpt::Excerpt;
use slymock_engine::journal::Outline;
use slymock_engine::methods::area;
use slymock_engine::refusal::Violation;
use slymock_engine::reply::CannedAnswer;
use slymock_engine::{Moment, Refusal};

use super::pieces::Pieces;
use super::rejection::Rejection;

/// A complete response.
pub(crate) type Reply = Response<Full<Pieces>>;

/// The content type of JSON.
pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// A 200 with JSON text.
pub(crate) fn json_bytes(body: impl Into<Pieces>) -> Reply {
    typed(StatusCode::OK, JSON, body)
}

/// A 200 with a value serialized as JSON.
pub(crate) fn json_value(value: &impl Serialize) -> Reply {
    json_bytes(Bytes::from(serde_json::to_vec(value).unwrap_or_default()))
}

/// A 200 with stored bytes.
pub(crate) fn file(body: Bytes) -> Reply {
    typed(StatusCode::OK, "application/octet-stream", body)
}

/// A 200 with plain text.
pub(crate) fn text(body: Bytes) -> Reply {
    typed(StatusCode::OK, "text/plain; charset=utf-8", body)
}

/// A 204.
pub(crate) fn no_content() -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = StatusCode::NO_CONTENT;
    reply
}

/// A body with a status and a content type.
pub(crate) fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Pieces>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

thread_local! {
    /// The last second and its formatted date, because most requests come in the same second as the
    /// one before.
    static LAST_DATE: RefCell<(u64, HeaderValue)> = RefCell::new((0, date_of(0)));
}

/// Sets the `Date` header to the time of the world.
pub(crate) fn dated<B>(mut reply: Response<B>, now: Moment) -> Response<B> {
    let second = u64::try_from(now.millis()).unwrap_or(0) / 1_000;
    let date = LAST_DATE.with_borrow_mut(|last| {
        if last.0 != second {
            *last = (second, date_of(second));
        }
        last.1.clone()
    });
    // A fault may have set its own.
    reply.headers_mut().entry(DATE).or_insert(date);
    reply
}

fn date_of(second: u64) -> HeaderValue {
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(second));
    HeaderValue::from_str(&date).expect("a date is text")
}

/// A rejection in Supervisely's form: `{"error": text, "details": ...}`.
pub(crate) fn rejection(rejection: &Rejection) -> Reply {
    error(rejection_status(rejection), rejection_words(rejection))
}

/// A refusal of the engine in Supervisely's form.
pub(crate) fn refusal(refusal: &Refusal) -> Reply {
    error(status(refusal), words(refusal))
}

fn error(status: StatusCode, (error, details): (String, Value)) -> Reply {
    typed(status, JSON, Bytes::from(json!({"error": error, "details": details}).to_string()))
}

/// The canned answer of an app.
pub(crate) fn canned(answer: CannedAnswer) -> Reply {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let bodiless = answer.body.is_empty();
    let mut reply = typed(status, JSON, answer.body);
    if bodiless {
        reply.headers_mut().remove(CONTENT_TYPE);
    }
    reply
}

/// The body of an injected error without content, in Supervisely's form.
pub(crate) fn dialect(status: StatusCode) -> Bytes {
    let reason = status.canonical_reason().unwrap_or("Error");
    let details = match status {
        StatusCode::UNAUTHORIZED => Value::Null,
        _ => json!({"message": format!("a fault rule of slymock returned {}", status.as_u16())}),
    };
    json!({"error": reason, "details": details}).to_string().into()
}

/// Status and size for the journal, of a reply that did not come from a method.
pub(crate) fn outline(reply: &Reply) -> Outline {
    let size = usize::try_from(reply.body().size_hint().lower()).unwrap_or(0);
    Outline { status: reply.status().as_u16(), size }
}

/// The status of a refusal. The SDK retries none of them; its retries take up to five minutes.
fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::BadJson { .. }
        | Refusal::Validation(_)
        | Refusal::NotUnique { .. }
        | Refusal::AlreadyFinished { .. }
        | Refusal::NotRunning { .. }
        | Refusal::UnknownCommand { .. }
        | Refusal::BadPatch { .. }
        | Refusal::ClockBack { .. }
        | Refusal::NoNextStage { .. }
        | Refusal::NotModelled { .. }
        | Refusal::BadFixture(_) => StatusCode::BAD_REQUEST,
        Refusal::UnknownMethod { .. } | Refusal::NotFound { .. } => StatusCode::NOT_FOUND,
        Refusal::TooRich { .. } | Refusal::StoreFull { .. } | Refusal::WorldFull { .. } => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        Refusal::CannotStop { .. } => StatusCode::NOT_IMPLEMENTED,
    }
}

/// The status of a rejection. The SDK retries only the last two.
fn rejection_status(rejection: &Rejection) -> StatusCode {
    match rejection {
        Rejection::Refusal(refusal) => status(refusal),
        Rejection::NoToken
        | Rejection::TooSlow { .. }
        | Rejection::AppUnreachable { .. }
        | Rejection::ComesBack => StatusCode::BAD_REQUEST,
        Rejection::BadToken => StatusCode::UNAUTHORIZED,
        Rejection::Foreign { .. } | Rejection::TooManyWorlds { .. } => StatusCode::FORBIDDEN,
        Rejection::UnknownPath { .. } | Rejection::UnknownWorld { .. } => StatusCode::NOT_FOUND,
        Rejection::UnknownVerb { .. } => StatusCode::METHOD_NOT_ALLOWED,
        Rejection::SharedSession { .. } => StatusCode::CONFLICT,
        Rejection::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Rejection::HeadTooLarge { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        // A retry helps, because other requests end.
        Rejection::NoRoom { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Rejection::NoDisk { .. } => StatusCode::INSUFFICIENT_STORAGE,
    }
}

/// `error` and `details` of a rejection. The SDK shows `error` and `details.message`.
fn rejection_words(rejection: &Rejection) -> (String, Value) {
    let told = |error: &str| (error.to_owned(), json!({"message": rejection_sentence(rejection)}));
    match rejection {
        Rejection::Refusal(refusal) => words(refusal),
        Rejection::BadToken => ("Unauthorized".to_owned(), Value::Null),
        Rejection::NoToken => (
            "Validation error".to_owned(),
            json!([{"message": "\"x-api-key\" is required", "path": ["x-api-key"],
                    "type": "any.required", "context": {"key": "x-api-key", "label": "x-api-key"}}]),
        ),
        Rejection::UnknownPath { .. } | Rejection::UnknownWorld { .. } => told("Not found"),
        Rejection::SharedSession { .. } => told("Ambiguous session"),
        Rejection::UnknownVerb { .. } => told("Method not allowed"),
        Rejection::TooLarge { .. } => told("Payload too large"),
        Rejection::NoRoom { .. } => told("No room for the body"),
        Rejection::NoDisk { .. } => told("Cannot store the body"),
        Rejection::TooManyWorlds { .. } => told("Too many worlds"),
        Rejection::HeadTooLarge { .. } => told("Request header fields too large"),
        Rejection::TooSlow { .. } => told("Body timed out"),
        Rejection::Foreign { .. } => told("Forbidden"),
        Rejection::ComesBack => told("Loop"),
        Rejection::AppUnreachable { .. } => told("App did not answer"),
    }
}

/// `error` and `details` of a refusal.
fn words(refusal: &Refusal) -> (String, Value) {
    let told = |error: &str| (error.to_owned(), json!({"message": sentence(refusal)}));
    match refusal {
        Refusal::Validation(told) => ("Validation error".to_owned(), violations(told)),
        Refusal::UnknownMethod { method, closest } => (
            "Method not found".to_owned(),
            json!({"message": sentence(refusal), "method": method, "area": area(method), "closest": closest}),
        ),
        Refusal::AlreadyFinished { task } => (
            format!("Operation is canceled because task with id {task} already finished"),
            json!({"message": sentence(refusal)}),
        ),
        Refusal::NotUnique { entity, name, id } => {
            let item = json!({"name": name, "id": id, "message": sentence(refusal)});
            (format!("{} already exists", entity.as_str()), json!({"type": "NONUNIQUE", "errors": [item]}))
        }
        Refusal::BadFixture(problems) => {
            let problems = problems.clone().into_texts();
            ("Invalid world".to_owned(), json!({"message": sentence(refusal), "faults": problems}))
        }
        Refusal::NotFound { .. } => told("Not found"),
        Refusal::BadJson { .. } => told("Bad JSON"),
        Refusal::TooRich { .. } => told("Payload too large"),
        Refusal::StoreFull { .. } => told("No room for uploads"),
        Refusal::WorldFull { .. } => told("World is full"),
        Refusal::CannotStop { .. } => told("Task with this type can't be stopped"),
        Refusal::NotRunning { .. } => told("Task is not running"),
        Refusal::UnknownCommand { .. } => told("Unknown command"),
        Refusal::BadPatch { .. } => told("Patch does not apply"),
        Refusal::ClockBack { .. } => told("The clock does not go back"),
        Refusal::NoNextStage { .. } => told("No next stage"),
        Refusal::NotModelled { .. } => told("Not modelled"),
    }
}

/// Violations in Joi's form. If there are more than are listed, the last item says how many.
fn violations(told: &Excerpt<Violation>) -> Value {
    let more =
        told.rest().map(|rest| json!({"message": rest, "path": [], "type": "any.more", "context": {}}));
    told.first().iter().map(|violation| json!(violation)).chain(more).collect()
}

/// Names the closest method, and the stub that makes a test pass without the method.
fn not_modelled(method: &str, closest: Option<&str>) -> String {
    let area = area(method).map(|area| format!(" of the area {area}")).unwrap_or_default();
    let hint = closest.map(|closest| format!("; did you mean {closest}?")).unwrap_or_else(|| ".".to_owned());
    let stub = json!({"method": method, "reply": {}});
    format!(
        "The method {method}{area} is not modelled by slymock{hint} To set a canned reply: POST /_slymock/stubs {stub}"
    )
}

/// Supervisely's message for an entity that is not found.
fn not_found(noun: &str, id: &str) -> String {
    let (first, rest) = noun.split_at(1);
    let noun = first.to_uppercase() + rest;
    format!(
        "{noun} with id {id} is either archived, doesn't exist or you don't have enough permissions to access"
    )
}

fn rejection_sentence(rejection: &Rejection) -> String {
    match rejection {
        Rejection::UnknownWorld { name } => not_found("world", name),
        Rejection::SharedSession { token } => format!(
            "Several worlds have a session with the token {token}, as forks of one world do. Name the world: \
             send its API token as x-api-key, or as api_token in a JSON body"
        ),
        Rejection::Foreign { .. } => {
            format!("{rejection}. To allow a host name, start slymock serve with --allow-host NAME")
        }
        other => other.to_string(),
    }
}

fn sentence(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotFound { entity, id } => not_found(entity.as_str(), id),
        Refusal::UnknownMethod { method, closest } => not_modelled(method, closest.as_deref()),
        Refusal::AlreadyFinished { task } => {
            format!("Operation is canceled because task with id {task} already finished")
        }
        Refusal::NotUnique { entity, name, .. } => {
            format!("{} with name \"{name}\" already exists", entity.as_str())
        }
        Refusal::NotRunning { task, status, command } => {
            format!("Task with id {task} is {status}; its app does not accept {command}")
        }
        other => other.to_string(),
    }
}
