//! The log of a task.

use serde_json::json;

use crate::call::Call;
use crate::{Client, Error, Row, answer};

impl Client {
    /// Adds lines to the log of the client's own task, see
    /// [`ClientBuilder::task`](crate::ClientBuilder::task).
    ///
    /// # Errors
    ///
    /// As [`Client::update_status`].
    pub async fn submit_logs(&self, logs: &[Row]) -> Result<(), Error> {
        self.change("tasks.logs.add", &json!({"logs": logs})).await.map(drop)
    }

    /// Returns the log of a task: up to `limit` entries, since a time such as
    /// `2026-03-30T14:28:58.816Z`; without these arguments, all entries.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the response is not an array of objects, otherwise as [`Client::info`].
    pub async fn logs(&self, id: u64, since: Option<&str>, limit: Option<u64>) -> Result<Vec<Row>, Error> {
        let mut pairs = vec![("id", id.to_string())];
        pairs.extend(since.map(|since| ("sinceTime", since.to_owned())));
        pairs.extend(limit.map(|limit| ("limit", limit.to_string())));
        let body = self.send(&Call::query("tasks.log.download", id, &pairs)).await?;
        answer::objects("tasks.log.download", &body)
    }
}
