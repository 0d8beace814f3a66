//! Decides whether and when a request is retried. Pure: it gets the time as an argument and never waits.

use std::time::{Duration, SystemTime};

use hyper::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde_json::Value;

use crate::Error;

/// Statuses of a server that may accept the same request later.
const RETRIED: [u16; 10] = [408, 429, 499, 500, 502, 503, 504, 509, 598, 599];

/// Statuses after which the request may have taken effect: the response was lost, or the handler failed
/// midway.
const UNSURE: [u16; 6] = [499, 500, 502, 504, 598, 599];

/// The only retried 400: it ends by itself once the agent has connected.
const AGENT_AWAY: &str = "Agent should call AgentConnected or AgentPing before attempting any other request";

/// If the server asks for a longer pause, the client gives up at once.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// The number of attempts of one request, and the pauses between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Maximum number of attempts, including the first; 1 or more.
    pub attempts: u32,
    /// Pause after the first attempt.
    pub first_pause: Duration,
    /// Factor from each pause to the next.
    pub factor: u32,
    /// Longest pause, unless the server asks for a longer one.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    /// 10 attempts, with pauses of 1 s, 2 s, 4 s and so on up to 60 s, like the official SDK.
    fn default() -> Self {
        Self {
            attempts: 10,
            first_pause: Duration::from_secs(1),
            factor: 2,
            longest_pause: Duration::from_secs(60),
        }
    }
}

/// The next step after a failed attempt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A further attempt would fail the same way.
    Fatal,
    /// Retry after this pause.
    Again(Duration),
    /// No further attempt; holds the pause that the server asked for, if that is the reason.
    GiveUp(Option<Duration>),
}

impl RetryPolicy {
    /// Returns the pause after an attempt, counted from 1, if the server does not ask for one.
    #[must_use]
    pub fn pause(&self, attempt: u32) -> Duration {
        let times = self.factor.saturating_pow(attempt.saturating_sub(1));
        self.first_pause.saturating_mul(times).min(self.longest_pause)
    }

    pub(crate) fn verdict(&self, attempt: u32, failure: &Error, asked: Option<Duration>) -> Verdict {
        if !is_passing(failure) {
            return Verdict::Fatal;
        }
        if attempt >= self.attempts {
            return Verdict::GiveUp(None);
        }
        match asked {
            Some(asked) if asked > LONGEST_RETRY_AFTER => Verdict::GiveUp(Some(asked)),
            _ => Verdict::Again(self.pause(attempt).max(asked.unwrap_or_default())),
        }
    }
}

/// True if the same request may succeed later.
fn is_passing(failure: &Error) -> bool {
    match failure {
        Error::Connection(_) | Error::Timeout(_) => true,
        Error::Status { code: 400, body, .. } => is_agent_away(body),
        Error::Status { code, .. } => RETRIED.contains(code),
        _ => false,
    }
}

fn is_agent_away(body: &str) -> bool {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    body.get("error").and_then(Value::as_str) == Some(AGENT_AWAY)
}

/// True if a failed attempt may have taken effect.
pub(crate) fn may_have_taken_effect(failure: &Error) -> bool {
    match failure {
        Error::Timeout(_) => true,
        Error::Status { code, .. } => UNSURE.contains(code),
        Error::Connection(source) => {
            let hyper = source.downcast_ref::<hyper_util::client::legacy::Error>();
            !hyper.is_some_and(hyper_util::client::legacy::Error::is_connect)
        }
        _ => false,
    }
}

/// The pause that a response asks for. A date is compared with the response's own `Date`, because the
/// clock of the server may differ from ours.
pub(crate) fn retry_after(code: u16, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    if code != 429 && code != 503 {
        return None;
    }
    let asked = text(headers, &RETRY_AFTER)?;
    if !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(asked.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(asked).ok()?;
    let now = text(headers, &DATE).and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    Some(date.duration_since(now).unwrap_or_default())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
