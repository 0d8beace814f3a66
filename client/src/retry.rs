//! Whether and when a request is tried again. Pure: it is told of time and never waits.

use std::time::{Duration, SystemTime};

use hyper::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde_json::Value;

use crate::Error;

/// The statuses of a service that may answer better next time.
const RETRIED: [u16; 10] = [408, 429, 499, 500, 502, 503, 504, 509, 598, 599];

/// After these the service may have done what it was asked: the answer was lost on the way, or the handler broke.
const UNSURE: [u16; 6] = [499, 500, 502, 504, 598, 599];

/// The one refusal that goes away by itself, once the agent has connected.
const AGENT_AWAY: &str = "Agent should call AgentConnected or AgentPing before attempting any other request";

/// A service that asks for more than this is given up at once.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// How often one request is tried, and the pauses between the tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The tries of one request in all, the first one counted.
    pub attempts: u32,
    /// The pause after the first try.
    pub first_pause: Duration,
    /// How many times as long each following pause is.
    pub factor: u32,
    /// The longest pause, unless the service asks for a longer one.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    /// 10 tries, with pauses of 1 s, 2 s, 4 s and so on up to 60 s, as the official SDK.
    fn default() -> Self {
        Self {
            attempts: 10,
            first_pause: Duration::from_secs(1),
            factor: 2,
            longest_pause: Duration::from_secs(60),
        }
    }
}

/// What follows a failed try.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Another try would fail the same way.
    Fatal,
    /// Another try after this pause.
    Again(Duration),
    /// No further try; the pause the service asked for, if that is why.
    GiveUp(Option<Duration>),
}

impl RetryPolicy {
    /// The pause after the given try, counted from 1, when the service asks for none.
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

/// Whether the same request may fare better later.
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

/// Whether the failed try may have taken effect all the same.
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

/// The pause a reply asks for. A date is held against the reply's own, as the two clocks may differ.
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
