//! A task's log.

use serde_json::json;

use crate::call::Call;
use crate::{Client, Error, Row, answer};

impl Client {
    /// Adds lines to the log of the task this client runs as.
    ///
    /// # Errors
    ///
    /// As [`Client::update_status`].
    pub async fn submit_logs(&self, logs: &[Row]) -> Result<(), Error> {
        self.change("tasks.logs.add", &json!({"logs": logs})).await.map(drop)
    }

    /// The log of a task: the entries since a time such as `2026-03-30T14:28:58.816Z`, and no more than `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the answer is not a list of objects, otherwise as [`Client::info`].
    pub async fn logs(&self, id: u64, since: Option<&str>, limit: Option<u64>) -> Result<Vec<Row>, Error> {
        let mut pairs = vec![("id", id.to_string())];
        pairs.extend(since.map(|since| ("sinceTime", since.to_owned())));
        pairs.extend(limit.map(|limit| ("limit", limit.to_string())));
        let body = self.send(&Call::query("tasks.log.download", id, &pairs)).await?;
        answer::objects("tasks.log.download", &body)
    }
}
