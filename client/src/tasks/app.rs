//! Requests to a running app through the server.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::call::{Call, Effect};
use crate::{Client, Error, Row, answer};

const METHOD: &str = "tasks.request.direct";

/// Options of a command to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestOptions {
    /// Sent in addition to the data; empty by default.
    pub context: Row,
    /// Let the server respond without waiting for the app; off by default.
    pub skip_response: bool,
    /// Time that the server waits for the app; 60 s by default. The limit of one attempt is separate,
    /// and also 60 s by default: see [`ClientBuilder::timeout`](crate::ClientBuilder::timeout).
    pub timeout: Duration,
    /// Mark the request as coming from outside the app; on by default.
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
    /// Sends a command to a running app and returns the app's response.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the response is not JSON, otherwise as [`Client::info`].
    pub async fn send_request(
        &self,
        id: u64,
        command: &str,
        data: Row,
        options: RequestOptions,
    ) -> Result<Value, Error> {
        answer::json(METHOD, &self.change(METHOD, &direct(id, command, data, options)).await?)
    }

    /// Returns true if the app responds. Makes one attempt only.
    ///
    /// # Errors
    ///
    /// [`Error::Connection`] and [`Error::Timeout`] when the server itself does not respond,
    /// [`Error::BadAnswer`] when the response is not JSON, [`Error::Status`] for a status below 400 that
    /// is not 200.
    pub async fn is_running(&self, id: u64) -> Result<bool, Error> {
        Ok(self.probe(id, "is_running").await?.is_some())
    }

    /// Returns true if the app reports that it is ready. Makes one attempt only.
    ///
    /// # Errors
    ///
    /// As [`Client::is_running`], and [`Error::BadAnswer`] when the app's response has no `status`.
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

    /// The response to a command; `None` if the status is 400 or more.
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
    // Whole seconds are sent as an integer, like the SDK's default.
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
