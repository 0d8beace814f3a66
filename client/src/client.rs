//! The client: one call, one request.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::{Error, Status, TaskInfo};

/// A connection to one server with one token.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    token: HeaderValue,
    http: hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>,
}

impl Client {
    /// A client of the server at `server_address`, such as `http://127.0.0.1:8484`. Sends nothing yet.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidAddress`] when the address is not an `http://` address, [`Error::InvalidToken`]
    /// when the token cannot stand in a header.
    pub fn new(server_address: &str, token: &str) -> Result<Self, Error> {
        let invalid = || Error::InvalidAddress(server_address.to_owned());
        let uri: Uri = server_address.parse().map_err(|_| invalid())?;
        if uri.scheme_str() != Some("http") || uri.host().is_none_or(str::is_empty) {
            return Err(invalid());
        }
        let mut token = HeaderValue::from_str(token).map_err(|_| Error::InvalidToken)?;
        // hyper leaves sensitive values out of what it logs.
        token.set_sensitive(true);
        let base = format!("{}/public/api/v3", server_address.trim_end_matches('/'));
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { base, token, http })
    }

    /// What the server tells of a task.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for a 404, [`Error::Status`] for any other status than 200,
    /// [`Error::BadAnswer`] when the answer is not a task, [`Error::Connection`] when there is none.
    pub async fn task_info(&self, id: u64) -> Result<TaskInfo, Error> {
        let (code, body) = self.post("tasks.info", &serde_json::json!({ "id": id })).await?;
        match code {
            200 => serde_json::from_slice(&body).map_err(|error| Error::BadAnswer(error.to_string())),
            404 => Err(Error::NotFound(id)),
            code => Err(Error::Status { code, body: String::from_utf8_lossy(&body).into_owned() }),
        }
    }

    /// A task's status.
    ///
    /// # Errors
    ///
    /// As [`Client::task_info`].
    pub async fn task_status(&self, id: u64) -> Result<Status, Error> {
        self.task_info(id).await.map(|task| task.status)
    }

    async fn post(&self, method: &str, body: &serde_json::Value) -> Result<(u16, Bytes), Error> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/{method}", self.base))
            .header(CONTENT_TYPE, "application/json")
            .header("x-api-key", self.token.clone())
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|error| Error::Connection(error.into()))?;
        let answer = self.http.request(request).await.map_err(|error| Error::Connection(error.into()))?;
        let code = answer.status().as_u16();
        let body = answer.into_body().collect().await.map_err(|error| Error::Connection(error.into()))?;
        Ok((code, body.to_bytes()))
    }
}
