//! Replies and refusals as HTTP: the only place that knows status codes and the words of the service.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Body as _;
use hyper::header::{CONTENT_TYPE, DATE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use slymock_engine::methods::area;
use slymock_engine::refusal::Violation;
use slymock_engine::reply::Canned;
use slymock_engine::told::Told;
use slymock_engine::{Moment, Refusal};

/// A whole response.
pub(crate) type Reply = Response<Full<Bytes>>;

/// The content type of JSON.
pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// A 200 with JSON text.
pub(crate) fn json_bytes(body: Bytes) -> Reply {
    typed(StatusCode::OK, JSON, body)
}

/// A 200 with a value as JSON.
pub(crate) fn json_value(value: &impl Serialize) -> Reply {
    json_bytes(serde_json::to_vec(value).unwrap_or_default().into())
}

/// A 200 with stored bytes.
pub(crate) fn file(body: Bytes) -> Reply {
    typed(StatusCode::OK, "application/octet-stream", body)
}

/// A 200 with plain text.
pub(crate) fn text(body: Bytes) -> Reply {
    typed(StatusCode::OK, "text/plain; charset=utf-8", body)
}

/// A body with a status and a content type.
pub(crate) fn typed(status: StatusCode, content_type: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

/// Stamps a reply with the time of its world.
pub(crate) fn dated<B>(mut reply: Response<B>, now: Moment) -> Response<B> {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(millis));
    if let Ok(date) = HeaderValue::from_str(&date) {
        // A fault may have brought its own.
        reply.headers_mut().entry(DATE).or_insert(date);
    }
    reply
}

/// A refusal in the service's dialect: `{"error": text, "details": ...}`.
pub(crate) fn refusal(refusal: &Refusal) -> Reply {
    let (error, details) = words(refusal);
    let body = json!({"error": error, "details": details});
    let status = StatusCode::from_u16(status(refusal)).unwrap_or(StatusCode::BAD_REQUEST);
    typed(status, JSON, body.to_string().into())
}

/// The answer that was given for an app.
pub(crate) fn canned(answer: Canned) -> Reply {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let bodiless = answer.body.is_empty();
    let mut reply = typed(status, JSON, answer.body);
    if bodiless {
        reply.headers_mut().remove(CONTENT_TYPE);
    }
    reply
}

/// The body of an error that says nothing but its status, in the service's dialect.
pub(crate) fn dialect(status: StatusCode) -> Bytes {
    let reason = status.canonical_reason().unwrap_or("Error");
    let details = match status {
        StatusCode::UNAUTHORIZED => Value::Null,
        _ => json!({"message": format!("slymock was told to answer {}", status.as_u16())}),
    };
    json!({"error": reason, "details": details}).to_string().into()
}

/// The bytes of a refusal's body.
pub(crate) fn refusal_size(refused: &Refusal) -> usize {
    usize::try_from(refusal(refused).body().size_hint().lower()).unwrap_or(0)
}

/// The status of a refusal. But for the last one none is retried by the SDK, which would go on for five minutes.
pub(crate) fn status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::BadJson { .. }
        | Refusal::Validation(_)
        | Refusal::NoToken
        | Refusal::TooSlow { .. }
        | Refusal::NotUnique { .. }
        | Refusal::AlreadyFinished { .. }
        | Refusal::NotRunning { .. }
        | Refusal::UnknownCommand { .. }
        | Refusal::AppUnreachable { .. }
        | Refusal::ComesBack
        | Refusal::BadPatch { .. }
        | Refusal::ClockBack { .. }
        | Refusal::NoNextStage { .. }
        | Refusal::NotModelled { .. }
        | Refusal::BadFixture(_) => 400,
        Refusal::BadToken => 401,
        Refusal::Foreign { .. } | Refusal::TooManyWorlds { .. } => 403,
        Refusal::UnknownMethod { .. } | Refusal::UnknownPath { .. } | Refusal::NotFound { .. } => 404,
        Refusal::UnknownVerb { .. } => 405,
        Refusal::SharedSession { .. } => 409,
        Refusal::TooLarge { .. }
        | Refusal::TooRich { .. }
        | Refusal::StoreFull { .. }
        | Refusal::WorldFull { .. } => 413,
        Refusal::HeadTooLarge { .. } => 431,
        Refusal::CannotStop { .. } => 501,
        // Room comes by itself.
        Refusal::NoRoom { .. } => 503,
    }
}

/// `error` and `details` of a refusal; the SDK shows the first and `details.message`.
fn words(refusal: &Refusal) -> (String, Value) {
    let told = |error: &str| (error.to_owned(), json!({"message": sentence(refusal)}));
    match refusal {
        Refusal::Validation(told) => ("Validation error".to_owned(), violations(told)),
        Refusal::BadToken => ("Unauthorized".to_owned(), Value::Null),
        Refusal::NoToken => (
            "Validation error".to_owned(),
            json!([{"message": "\"x-api-key\" is required", "path": ["x-api-key"],
                    "type": "any.required", "context": {"key": "x-api-key", "label": "x-api-key"}}]),
        ),
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
            (format!("{} already exists", entity.noun()), json!({"type": "NONUNIQUE", "errors": [item]}))
        }
        Refusal::BadFixture(faults) => {
            let faults = faults.clone().into_texts();
            ("Invalid world".to_owned(), json!({"message": sentence(refusal), "faults": faults}))
        }
        Refusal::NotFound { .. } | Refusal::UnknownPath { .. } => told("Not found"),
        Refusal::BadJson { .. } => told("Bad JSON"),
        Refusal::SharedSession { .. } => told("Session of several worlds"),
        Refusal::UnknownVerb { .. } => told("Method not allowed"),
        Refusal::TooLarge { .. } | Refusal::TooRich { .. } => told("Payload too large"),
        Refusal::NoRoom { .. } => told("No room for the body"),
        Refusal::StoreFull { .. } => told("No room for uploads"),
        Refusal::WorldFull { .. } => told("World is full"),
        Refusal::TooManyWorlds { .. } => told("Too many worlds"),
        Refusal::HeadTooLarge { .. } => told("Request header fields too large"),
        Refusal::TooSlow { .. } => told("Body timed out"),
        Refusal::Foreign { .. } => told("Forbidden"),
        Refusal::ComesBack => told("Loop"),
        Refusal::CannotStop { .. } => told("Task with this type can't be stopped"),
        Refusal::NotRunning { .. } => told("Task is not running"),
        Refusal::UnknownCommand { .. } => told("Unknown command"),
        Refusal::AppUnreachable { .. } => told("App gave no answer"),
        Refusal::BadPatch { .. } => told("Patch does not apply"),
        Refusal::ClockBack { .. } => told("The clock does not go back"),
        Refusal::NoNextStage { .. } => told("No next stage"),
        Refusal::NotModelled { .. } => told("Not modelled"),
    }
}

/// Violations in Joi's form; how many more there are goes as one of the request as a whole.
fn violations(told: &Told<Violation>) -> Value {
    let more =
        told.rest().map(|rest| json!({"message": rest, "path": [], "type": "any.more", "context": {}}));
    told.first().iter().map(|violation| json!(violation)).chain(more).collect()
}

/// The service has most such methods, and a stub helps a test past the lack of one here.
fn not_modelled(method: &str, closest: Option<&str>) -> String {
    let area = area(method).map(|area| format!(" of the area {area}")).unwrap_or_default();
    let hint = closest.map(|closest| format!("; did you mean {closest}?")).unwrap_or_else(|| ".".to_owned());
    let stub = json!({"method": method, "reply": {}});
    format!(
        "The method {method}{area} is not modelled by slymock{hint} A canned reply: POST /_slymock/stubs {stub}"
    )
}

fn sentence(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotFound { entity, id } => {
            let noun = entity.noun();
            let mut capital = noun[..1].to_uppercase();
            capital.push_str(&noun[1..]);
            format!(
                "{capital} with id {id} is either archived, doesn't exist or you don't have enough permissions to access"
            )
        }
        Refusal::UnknownMethod { method, closest } => not_modelled(method, closest.as_deref()),
        Refusal::AlreadyFinished { task } => {
            format!("Operation is canceled because task with id {task} already finished")
        }
        Refusal::NotUnique { entity, name, .. } => {
            format!("{} with name \"{name}\" already exists", entity.noun())
        }
        Refusal::NotRunning { task, status, command } => {
            format!("Task with id {task} is {status}; its app takes no {command}")
        }
        Refusal::SharedSession { token } => format!(
            "The session token {token} lives in several worlds, as in forks of one world. Name the one that is meant: \
             send its API token as x-api-key, or as api_token in a JSON body"
        ),
        Refusal::Foreign { .. } => format!("{refusal}. A name is let in by slymock serve --allow-host NAME"),
        other => other.to_string(),
    }
}
