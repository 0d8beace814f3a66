//! The app behind a task, when it is a real one: asks it over HTTP, outside every lock.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use slymock_engine::Refusal;
use slymock_engine::refusal::Violation;
use slymock_engine::reply::Forward;

use crate::http::render::{self, Reply};

/// The most bytes of an app's answer.
const ANSWER_MAX: usize = 64 * 1024 * 1024;

/// Checks an address that apps are to be forwarded to: http, and loopback unless allowed.
pub(crate) fn check_address(to: &str, allowed: &[String]) -> Result<(), Refusal> {
    let refuse = |rest: &str| Refusal::Validation(vec![Violation::of("forward_to", "string.uri", rest)]);
    let uri: Uri = to.parse().map_err(|_| refuse("must be a valid uri"))?;
    let host = uri.host().filter(|_| uri.scheme_str() == Some("http"));
    let host = host.ok_or_else(|| refuse("must be an http:// address"))?;
    if is_loopback(host) || allowed.iter().any(|name| name == host) {
        Ok(())
    } else {
        Err(refuse("must be a loopback address, or one named by --allow-forward"))
    }
}

/// Whether a host name or address is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Asks the app. Its answer comes through as it is, status included.
pub(crate) async fn ask(forward: Forward, allowed: &[String]) -> Result<Reply, Refusal> {
    check_address(&forward.to, allowed)?;
    let timeout = Duration::from_millis(forward.timeout_ms);
    if forward.skip_response {
        tokio::spawn(async move { tokio::time::timeout(timeout, send(&forward)).await });
        return Ok(render::json_value(&serde_json::json!({"success": true})));
    }
    let unreachable = |why: String| Refusal::AppUnreachable { task: forward.task, why };
    match tokio::time::timeout(timeout, send(&forward)).await {
        Ok(answer) => answer.map_err(unreachable),
        Err(_) => Err(unreachable(format!("it took longer than {} ms", forward.timeout_ms))),
    }
}

async fn send(forward: &Forward) -> Result<Reply, String> {
    let uri = format!("{}/{}", forward.to.trim_end_matches('/'), forward.command.trim_start_matches('/'));
    let request = Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(forward.body.clone()))
        .map_err(|error| error.to_string())?;
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request).await.map_err(|error| root_cause(&error))?;
    let status: StatusCode = answer.status();
    let body =
        Limited::new(answer.into_body(), ANSWER_MAX).collect().await.map_err(|error| error.to_string())?;
    Ok(render::typed(status, "application/json; charset=utf-8", body.to_bytes()))
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_are_on_this_machine_unless_allowed() {
        for to in ["http://127.0.0.1:80", "http://localhost:8000/", "http://[::1]:1"] {
            assert_eq!(check_address(to, &[]), Ok(()), "{to}");
        }
        for to in ["http://10.0.0.1", "https://127.0.0.1", "127.0.0.1:80", "http://", "ftp://localhost", ""] {
            assert!(check_address(to, &[]).is_err(), "{to}");
        }
        assert_eq!(check_address("http://app:80", &["app".to_owned()]), Ok(()));
    }
}
