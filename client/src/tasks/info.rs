//! The state of a task, and changes of it.

use serde_json::{Value, json};

use crate::task::status_of;
use crate::{Client, Error, Row, Status, Task, answer};

impl Client {
    /// Returns a task.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the task does not exist or the token has no access to it,
    /// [`Error::Status`] for another refusal, [`Error::RetriesExhausted`] when the last attempt failed or the
    /// server asked for too long a pause, [`Error::BadAnswer`] when the response is not a JSON object.
    pub async fn info(&self, id: u64) -> Result<Task, Error> {
        let body = self.read("tasks.info", &json!({"id": id})).await?;
        answer::object("tasks.info", &body).map(Task::from)
    }

    /// Returns the status of a task.
    ///
    /// # Errors
    ///
    /// As [`Client::info`], and [`Error::BadAnswer`] when the status is missing or unknown.
    pub async fn status(&self, id: u64) -> Result<Status, Error> {
        self.info(id).await?.status()
    }

    /// Turns the status `error` into an error; any other status is fine.
    ///
    /// # Errors
    ///
    /// [`Error::TaskFailed`] for the status `error`.
    pub const fn raise_for_status(status: Status) -> Result<(), Error> {
        match status {
            Status::Error => Err(Error::TaskFailed { id: None }),
            _ => Ok(()),
        }
    }

    /// Returns the team and the workspace of a task.
    ///
    /// # Errors
    ///
    /// As [`Client::info`].
    pub async fn context(&self, id: u64) -> Result<Row, Error> {
        let body = self.read("GetTaskContext", &json!({"id": id})).await?;
        answer::object("GetTaskContext", &body)
    }

    /// Asks a task to stop and returns its status after that, usually `terminating`.
    ///
    /// # Errors
    ///
    /// As [`Client::status`]; a task that cannot be stopped is an [`Error::Status`] of code 501.
    pub async fn stop(&self, id: u64) -> Result<Status, Error> {
        let body = self.change("tasks.stop", &json!({"id": id})).await?;
        status_of(&answer::object("tasks.stop", &body)?)
    }

    /// Sets the status of a task.
    ///
    /// # Errors
    ///
    /// As [`Client::info`], without [`Error::BadAnswer`], because the response is ignored.
    pub async fn update_status(&self, id: u64, status: Status) -> Result<(), Error> {
        self.change("tasks.status.update", &json!({"id": id, "status": status})).await.map(drop)
    }

    /// Changes the metadata of a task, such as its name. Pass both the folder on the agent and the
    /// app's folder in it, or neither.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for one folder without the other, otherwise as
    /// [`Client::update_status`].
    pub async fn update_meta(
        &self,
        id: u64,
        mut data: Row,
        agent_storage_folder: Option<&str>,
        relative_app_dir: Option<&str>,
    ) -> Result<(), Error> {
        data.insert("id".to_owned(), json!(id));
        match (agent_storage_folder, relative_app_dir) {
            (Some(host), Some(folder)) => {
                data.insert("agentStorageFolder".to_owned(), json!({"hostDir": host, "folder": folder}));
            }
            (None, None) => {}
            _ => return Err(Error::argument("agent_storage_folder and relative_app_dir go together")),
        }
        self.change("tasks.meta.update", &Value::Object(data)).await.map(drop)
    }
}
