//! The control API under `/_slymock`: a small table of its own, whose rows go through the same gate as
//! wire methods. It is refused to other hosts and web pages.

mod rows;

use std::sync::Arc;

use hyper::StatusCode;
use slymock_engine::Refusal;
use slymock_engine::journal::{Outcome, Record};

use crate::app::is_loopback;
use crate::clock;
use crate::http::render::{self, Reply};
use crate::http::request::{self, Request};
use crate::server::Context;
use rows::{ENDPOINTS, Endpoint, Exchange};

/// Verb, path and meaning of each endpoint.
pub fn endpoints() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ENDPOINTS.iter().map(|endpoint| (endpoint.verb, endpoint.path, endpoint.about))
}

/// Answers a control call. It runs on a thread that may block: a call that makes many tasks or moves the
/// clock far takes its time.
pub(crate) async fn answer(request: Request, rest: String, context: Arc<Context>) -> Reply {
    let done = tokio::task::spawn_blocking(move || answer_now(&request, &rest, &context)).await;
    done.unwrap_or_else(|_| {
        render::typed(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "the control call panicked\n".into())
    })
}

fn answer_now(request: &Request, rest: &str, context: &Context) -> Reply {
    let result = find(request, rest, context);
    match result {
        Ok((endpoint, exchange)) => {
            let reply = (endpoint.run)(&exchange).unwrap_or_else(|refusal| render::refusal(&refusal));
            render::dated(reply, exchange.world.lock().state().now())
        }
        Err(refusal) => {
            let reply = render::dated(render::refusal(&refusal), clock::now());
            let method = format!("_slymock/{rest}");
            let (outcome, body) = (Outcome::Refused(refusal), request.body.clone());
            let record = Record { method: &method, task: None, outcome, body, warnings: Vec::new() };
            context.worlds.record(clock::now(), record);
            reply
        }
    }
}

/// The endpoint a request is for, and all that it needs.
fn find<'a>(
    request: &'a Request,
    rest: &'a str,
    context: &'a Context,
) -> Result<(&'static Endpoint, Exchange<'a>), Refusal> {
    refuse_foreign(request, context)?;
    let verb = request.head().method.as_str();
    let mut known_path = false;
    for endpoint in ENDPOINTS {
        let Some(id) = matched(endpoint.path, rest) else { continue };
        known_path = true;
        if endpoint.verb == verb {
            let token = request::token(request.head());
            let default = || Ok(context.worlds.default_world());
            let world = token.map_or_else(default, |token| context.worlds.find(Some(token)))?;
            return Ok((endpoint, Exchange { request, context, world, id: id.map(str::to_owned), endpoint }));
        }
    }
    let path = format!("/_slymock/{rest}");
    Err(if known_path {
        Refusal::UnknownVerb { verb: verb.to_owned(), path }
    } else {
        Refusal::UnknownPath { path }
    })
}

/// Whether `path` has the pattern's form; the segment in the place of `{id}`, if it has one.
fn matched<'a>(pattern: &str, path: &'a str) -> Option<Option<&'a str>> {
    let (mut patterns, mut segments) = (pattern.split('/'), path.split('/'));
    let mut id = None;
    loop {
        match (patterns.next(), segments.next()) {
            (None, None) => return Some(id),
            (Some("{id}"), Some(segment)) => id = Some(segment),
            (Some(pattern), Some(segment)) if pattern == segment => {}
            _ => return None,
        }
    }
}

/// A web page must not drive the control API: neither under a name of its own that leads here, nor from
/// its own origin.
fn refuse_foreign(request: &Request, context: &Context) -> Result<(), Refusal> {
    for (header, value) in request::host_and_origin(request.head()) {
        let Some(value) = value else { continue };
        let host = value.split_once("://").map_or(value, |(_, rest)| rest);
        let host = if let Some(end) = host.find(']') {
            &host[..=end]
        } else {
            host.split(':').next().unwrap_or(host)
        };
        if !is_loopback(host) && !context.allow_hosts.iter().any(|allowed| allowed == host) {
            return Err(Refusal::Foreign { header, value: value.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::matched;

    #[test]
    fn paths_match_segment_by_segment() {
        assert_eq!(matched("tasks/{id}/step", "tasks/7/step"), Some(Some("7")));
        assert_eq!(matched("tasks", "tasks"), Some(None));
        assert_eq!(matched("tasks", "tasks/"), None);
        assert_eq!(matched("tasks/{id}", "tasks"), None);
    }
}
