//! Talking to a running app through the service.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::call::{Call, Effect};
use crate::{Client, Error, Row, answer};

const METHOD: &str = "tasks.request.direct";

/// How a command is sent to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestOptions {
    /// Sent beside the data.
    pub context: Row,
    /// Whether the service answers before the app does.
    pub skip_response: bool,
    /// How long the service waits for the app, 60 s unless given. The time-out of one try, also 60 s by
    /// default, runs besides: see [`ClientBuilder::timeout`](crate::ClientBuilder::timeout).
    pub timeout: Duration,
    /// Whether the request comes from outside the app, as it does unless given.
    pub outside_request: bool,
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self {
            context: Row::new(),
            skip_response: false,
            timeout: Duration::from_secs(60),
            outside_request: true,
        }
    }
}

impl Client {
    /// Sends a command to a running app; the app's own answer.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the answer is not JSON, otherwise as [`Client::info`].
    pub async fn send_request(
        &self,
        id: u64,
        command: &str,
        data: Row,
        options: RequestOptions,
    ) -> Result<Value, Error> {
        answer::json(METHOD, &self.change(METHOD, &direct(id, command, data, options)).await?)
    }

    /// Whether the app answers. Asked once, without further tries.
    ///
    /// # Errors
    ///
    /// [`Error::Connection`] and [`Error::Timeout`] when it is the service that does not answer,
    /// [`Error::BadAnswer`] when the answer is not JSON, [`Error::Status`] for a status under 400.
    pub async fn is_running(&self, id: u64) -> Result<bool, Error> {
        Ok(self.probe(id, "is_running").await?.is_some())
    }

    /// Whether the app says that it is ready. Asked once, without further tries.
    ///
    /// # Errors
    ///
    /// As [`Client::is_running`], and [`Error::BadAnswer`] when the app's answer has no status.
    pub async fn is_ready(&self, id: u64) -> Result<bool, Error> {
        match self.probe(id, "is_ready").await? {
            Some(body) => {
                let row = answer::object(METHOD, &body)?;
                let status = row.get("status").ok_or_else(|| Error::bad(METHOD, "status is missing"))?;
                Ok(status == "ready")
            }
            None => Ok(false),
        }
    }

    /// The answer to a command, or nothing when it is refused.
    async fn probe(&self, id: u64, command: &str) -> Result<Option<Bytes>, Error> {
        let data = direct(id, command, Row::new(), RequestOptions::default());
        let call = Call::new(Effect::Reads, METHOD, &data)?;
        match self.try_once(&call).await.map_err(|failure| failure.error) {
            Ok(body) => answer::json(METHOD, &body).map(|_| Some(body)),
            Err(error) if error.code().is_some_and(|code| code >= 400) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn direct(id: u64, command: &str, data: Row, options: RequestOptions) -> Value {
    let RequestOptions { mut context, skip_response, timeout, outside_request } = options;
    context.insert("outside_request".to_owned(), json!(outside_request));
    // Whole seconds go out as an integer, as the SDK's default does.
    let timeout = match timeout.subsec_nanos() {
        0 => json!(timeout.as_secs()),
        _ => json!(timeout.as_secs_f64()),
    };
    json!({
        "taskId": id,
        "command": command,
        "context": context,
        "state": data,
        "skipResponse": skip_response,
        "timeout": timeout,
    })
}
