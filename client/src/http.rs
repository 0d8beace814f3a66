//! Sends a call and retries it. This is the only file that reads responses from the network.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response};
use serde_json::{Value, json};

use crate::call::{Call, Effect};
use crate::quirk::Quirk;
use crate::retry::{Verdict, may_have_taken_effect, retry_after};
use crate::{Client, Error};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const TASK_ID: HeaderName = HeaderName::from_static("x-task-id");

/// Sent as `User-Agent`, because some proxies reject clients without one.
const NAME: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// Longest accepted body, in bytes: far above any listing, and a bound on memory.
const LONGEST_ANSWER: usize = 256 << 20;

/// Bytes of an error body that are kept for the message.
const LONGEST_REFUSAL: usize = 64 << 10;

/// A failed attempt, with the pause that its response asks for.
pub(crate) struct Failure {
    pub(crate) error: Error,
    retry_after: Option<Duration>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, retry_after: None }
    }
}

impl Client {
    /// Calls a method that changes nothing.
    pub(crate) async fn read(&self, method: &str, data: &Value) -> Result<Bytes, Error> {
        self.send(&Call::new(Effect::Reads, method, data)?).await
    }

    /// Calls a method that changes something.
    pub(crate) async fn change(&self, method: &str, data: &Value) -> Result<Bytes, Error> {
        self.send(&Call::new(Effect::Changes, method, data)?).await
    }

    /// Makes attempts until there is a response, a final refusal, or no attempt left.
    pub(crate) async fn send(&self, call: &Call) -> Result<Bytes, Error> {
        if self.inner.quirks.is_version_due() {
            let _ = self.try_once(&Call::new(Effect::Reads, "instance.version", &json!({}))?).await;
        }
        let mut call = Cow::Borrowed(call);
        let mut attempts = 1;
        loop {
            let Failure { error, retry_after } = match self.try_once(&call).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            self.inner.quirks.told(retry_after);
            match self.inner.retry.verdict(attempts, &error, retry_after) {
                Verdict::Fatal => return Err(error),
                Verdict::Again(_) if self.inner.has(Quirk::NotRepeated503) && error.code() == Some(503) => {
                    return Err(error);
                }
                Verdict::GiveUp(retry_after) => {
                    if self.inner.has(Quirk::PauseAfterTheLastTry) {
                        self.inner.sleeper.sleep(self.inner.retry.pause(attempts)).await;
                    }
                    return Err(Error::RetriesExhausted { attempts, last: Box::new(error), retry_after });
                }
                Verdict::Again(pause) => {
                    let pause =
                        self.inner.quirks.retry_pause(&self.inner.retry, attempts, pause, retry_after);
                    if call.effect == Effect::Reads || !self.inner.has(Quirk::StartRepeatedSilently) {
                        announce(&call, attempts, pause, &error);
                    }
                    if self.inner.has(Quirk::BodyLostOnRetry) {
                        call.to_mut().body = Bytes::new();
                    }
                    self.inner.sleeper.sleep(pause).await;
                }
            }
            attempts = attempts.saturating_add(1);
        }
    }

    /// Makes one attempt within its time limit.
    pub(crate) async fn try_once(&self, call: &Call) -> Result<Bytes, Failure> {
        let limit = self.inner.timeout;
        match tokio::time::timeout(limit, self.exchange(call)).await {
            Ok(result) => result,
            Err(_) => Err(Error::Timeout(limit).into()),
        }
    }

    async fn exchange(&self, call: &Call) -> Result<Bytes, Failure> {
        let reply = self.inner.transport.request(self.request(call)?).await.map_err(lost)?;
        let code = reply.status().as_u16();
        if code != 200 && !(code < 500 && self.inner.has(Quirk::ErrorTakenForSuccess)) {
            return Err(self.refusal(call, code, reply).await);
        }
        let (body, whole) = collect(reply.into_body(), LONGEST_ANSWER).await?;
        match whole {
            true => Ok(body),
            false => Err(Error::bad(&call.method, "longer than 256 MiB").into()),
        }
    }

    fn request(&self, call: &Call) -> Result<Request<Full<Bytes>>, Error> {
        let Call { method, query, content_type, .. } = call;
        let base = &self.inner.base;
        let mut request = match query {
            Some(query) => Request::builder().method(Method::GET).uri(format!("{base}/{method}?{query}")),
            None => Request::builder()
                .method(Method::POST)
                .uri(format!("{base}/{method}"))
                .header(CONTENT_TYPE, content_type),
        };
        request = request.header(USER_AGENT, NAME);
        for (name, value) in self.inner.quirks.headers() {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.inner.token {
            request = request.header(API_KEY, token.clone());
        }
        if let Some(task) = call.task.or(self.inner.task) {
            request = request.header(TASK_ID, HeaderValue::from(task));
        }
        request
            .body(Full::new(self.inner.quirks.body(&call.body)))
            .map_err(|error| Error::argument(error.to_string()))
    }

    async fn refusal(&self, call: &Call, code: u16, reply: Response<Incoming>) -> Failure {
        let retry_after = retry_after(code, reply.headers(), SystemTime::now());
        let body = match collect(reply.into_body(), LONGEST_REFUSAL).await {
            Ok((body, whole)) => self.without_token(&body, whole),
            Err(error) => return error.into(),
        };
        let method = call.method.clone();
        let error = match code {
            404 => Error::NotFound { method, id: call.id, body },
            _ => Error::Status { method, code, body },
        };
        Failure { error, retry_after }
    }

    /// A body as text for an error, without the token that a server may echo. A cut body may end in a
    /// part of the token, so one character fewer than the token has is removed from its end.
    fn without_token(&self, body: &[u8], whole: bool) -> String {
        let body = String::from_utf8_lossy(body);
        let Some(token) = self.inner.token.as_ref().and_then(|token| token.to_str().ok()) else {
            return body.into_owned();
        };
        let mut kept = body.replace(token, "[token]");
        if !whole {
            for _ in 1..token.len() {
                kept.pop();
            }
        }
        kept
    }
}

fn lost(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Connection(error.into())
}

/// Reads a body up to a limit. Returns it, and whether it is complete.
async fn collect<B>(mut body: B, limit: usize) -> Result<(Bytes, bool), Error>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Unpin,
{
    let promised = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut all = BytesMut::with_capacity(promised.min(LONGEST_REFUSAL));
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(lost)?.into_data() else { continue };
        let room = limit - all.len();
        all.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok((all.freeze(), false));
        }
    }
    Ok((all.freeze(), true))
}

/// Logs that a request will be sent again, and whether that may make a change twice.
fn announce(call: &Call, attempt: u32, pause: Duration, failure: &Error) {
    let method = call.method.as_str();
    let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    let twice = call.effect == Effect::Changes && may_have_taken_effect(failure);
    let message = if twice { "retrying; the failed attempt may have taken effect" } else { "retrying" };
    match failure {
        Error::Status { code, .. } => tracing::warn!(method, status = code, attempt, pause_ms, "{message}"),
        reason => tracing::warn!(method, %reason, attempt, pause_ms, "{message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        let body = || Full::new(Bytes::from_static(b"12345"));
        assert_eq!(collect(body(), 5).await.unwrap(), (Bytes::from_static(b"12345"), true));
        assert_eq!(collect(body(), 4).await.unwrap(), (Bytes::from_static(b"1234"), false));
        assert_eq!(collect(Full::default(), 0).await.unwrap(), (Bytes::new(), true));
    }
}
