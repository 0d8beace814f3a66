//! The real app behind a task: requests to it over HTTP, outside every lock. A command of
//! `tasks.request.direct` becomes a new request; a visit to a session's address is forwarded as it
//! came. `added.rs` adds to both.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, VIA};
use hyper::{Method, Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use slymock_engine::Refusal;
use slymock_engine::ids::TaskId;
use slymock_engine::reply::{Caller, Forward, Visit};
use slymock_engine::request::LARGE;

use crate::added;
use crate::aside::aside;
use crate::door::Context;
use crate::forwards::check_address;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};

/// The maximum size of an app's answer, in bytes.
pub(crate) const ANSWER_MAX: usize = 64 * 1024 * 1024;
/// The time limit for an app's answer to a visit.
const VISIT_TIME: Duration = Duration::from_secs(600);
/// Percent-encoding of a command that becomes a path: these characters stay as they are.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Checks that a request is forwarded to an app and not back to this server. A host name that
/// resolves to this server is recognized later, by the `Via` header of the request that arrives.
fn check_onward(to: &str, task: TaskId, context: &Context) -> Result<(), Rejection> {
    check_address(to, &context.allow_forwards)
        .map_err(|violation| Refusal::Validation(vec![violation].into()))?;
    let home = to.parse::<Uri>().is_ok_and(|uri| {
        let port = uri.port_u16().unwrap_or(80);
        uri.host().is_some_and(|host| context.homes.leads_here(host, port))
    });
    let why = || "its address leads back to this server".to_owned();
    if home { Err(Rejection::AppUnreachable { task, why: why() }) } else { Ok(()) }
}

/// Sends a command to the app, with the additions of the platform for the world with that token. Status
/// and body of the app's answer are passed on.
pub(crate) async fn ask(forward: Forward, token: &str, context: &Context) -> Result<Reply, Rejection> {
    check_onward(&forward.to, forward.task, context)?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = complete(&mut headers, None, forward.body.clone(), forward.caller, token).await;
    headers.insert(VIA, context.via.clone());
    let timeout = Duration::from_millis(forward.timeout_ms);
    if forward.skip_response {
        tokio::spawn(async move { tokio::time::timeout(timeout, send(&forward, headers, body)).await });
        return Ok(render::json_value(&serde_json::json!({"success": true})));
    }
    let unreachable = |why: String| Rejection::AppUnreachable { task: forward.task, why };
    match tokio::time::timeout(timeout, send(&forward, headers, body)).await {
        Ok(answer) => answer.map_err(unreachable),
        Err(_) => Err(unreachable(format!("it took longer than {} ms", forward.timeout_ms))),
    }
}

/// Runs [`added::complete`], on a blocking thread if the body is large.
async fn complete(
    headers: &mut HeaderMap,
    query: Option<&str>,
    body: Bytes,
    caller: Caller,
    token: &str,
) -> Bytes {
    if body.len() <= LARGE {
        return added::complete(headers, query, body, &caller, token);
    }
    let (mut taken, query, token) = (std::mem::take(headers), query.map(str::to_owned), token.to_owned());
    let work = move || {
        let body = added::complete(&mut taken, query.as_deref(), body, &caller, &token);
        (taken, body)
    };
    let (taken, body) = aside(work).await;
    *headers = taken;
    body
}

async fn send(forward: &Forward, headers: HeaderMap, body: Bytes) -> Result<Reply, String> {
    let uri = address(&forward.to, &utf8_percent_encode(&forward.command, PATH).to_string());
    let request = Request::builder().method(Method::POST).uri(uri).body(Full::new(body));
    let mut request = request.map_err(|error| error.to_string())?;
    *request.headers_mut() = headers;
    let answer = fetch(request).await?;
    Ok(render::typed(answer.status(), "application/json; charset=utf-8", answer.into_body()))
}

/// Forwards a visit to an app, with the additions of the platform for the world with that token.
/// The query is kept; the path is relative to the session unless the app wants all of it. The app's
/// answer is passed on as it is.
pub(crate) async fn pass_on(
    visit: &Visit,
    path: &str,
    request: &crate::http::request::Request,
    token: &str,
    context: &Context,
) -> Result<Reply, Rejection> {
    check_onward(&visit.to, visit.task, context)?;
    let unreachable = |why: String| Rejection::AppUnreachable { task: visit.task, why };
    let head = request.head();
    let path = if visit.keeps_path { head.uri.path() } else { path };
    let mut headers = end_to_end(&head.headers);
    let body = complete(&mut headers, head.uri.query(), request.body.clone(), visit.caller, token).await;
    let mut onward = Request::new(Full::new(body));
    *onward.method_mut() = head.method.clone();
    let query = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let uri = address(&visit.to, path) + &query;
    *onward.uri_mut() = uri.parse().map_err(|error| unreachable(format!("{uri}: {error}")))?;
    *onward.headers_mut() = headers;
    onward.headers_mut().append(VIA, context.via.clone());
    onward.headers_mut().remove(HOST);
    onward.headers_mut().remove(CONTENT_LENGTH);
    let answer = tokio::time::timeout(VISIT_TIME, fetch(onward)).await;
    let answer =
        answer.map_err(|_| unreachable(format!("it took longer than {} s", VISIT_TIME.as_secs())))?;
    let (head, body) = answer.map_err(unreachable)?.into_parts();
    let mut reply = Reply::new(Full::new(body.into()));
    *reply.status_mut() = head.status;
    *reply.headers_mut() = end_to_end(&head.headers);
    Ok(reply)
}

fn address(to: &str, path: &str) -> String {
    format!("{}/{}", to.trim_end_matches('/'), path.trim_start_matches('/'))
}

async fn fetch(request: Request<Full<Bytes>>) -> Result<Response<Bytes>, String> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request).await.map_err(|error| root_cause(&error))?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, ANSWER_MAX).collect().await.map_err(|error| error.to_string())?;
    Ok(Response::from_parts(head, body.to_bytes()))
}

/// The headers for the other end, without those of this connection alone (RFC 9110, 7.6.1).
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    const HOP_BY_HOP: [&str; 8] = [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    let named = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<String> =
        named.flat_map(|list| list.split(',')).map(|name| name.trim().to_lowercase()).collect();
    let mut kept = headers.clone();
    for name in HOP_BY_HOP.into_iter().map(str::to_owned).chain(named) {
        kept.remove(name);
    }
    kept
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
