//! What a task is, and what it is to become.

use serde_json::{Value, json};

use crate::task::status_of;
use crate::{Client, Error, Row, Status, Task, answer};

impl Client {
    /// What the service tells of a task.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such task or no access to it, [`Error::Status`] for another
    /// refusal, [`Error::RetriesExhausted`] when no try got an answer, [`Error::BadAnswer`] when the answer
    /// is not a JSON object.
    pub async fn info(&self, id: u64) -> Result<Task, Error> {
        let body = self.read("tasks.info", &json!({"id": id})).await?;
        answer::object("tasks.info", &body).map(Task::from)
    }

    /// A task's status.
    ///
    /// # Errors
    ///
    /// As [`Client::info`], and [`Error::BadAnswer`] when the status is missing or not known.
    pub async fn status(&self, id: u64) -> Result<Status, Error> {
        self.info(id).await?.status()
    }

    /// Makes an error of the status `error`, and of no other.
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

    /// The team and the workspace of a task.
    ///
    /// # Errors
    ///
    /// As [`Client::info`].
    pub async fn context(&self, id: u64) -> Result<Row, Error> {
        let body = self.read("GetTaskContext", &json!({"id": id})).await?;
        answer::object("GetTaskContext", &body)
    }

    /// Asks a task to stop; the status it has then, as a rule `terminating`.
    ///
    /// # Errors
    ///
    /// As [`Client::status`]; a task that cannot be stopped is an [`Error::Status`] of code 501.
    pub async fn stop(&self, id: u64) -> Result<Status, Error> {
        let body = self.change("tasks.stop", &json!({"id": id})).await?;
        status_of(&answer::object("tasks.stop", &body)?)
    }

    /// Gives a task a status.
    ///
    /// # Errors
    ///
    /// As [`Client::info`], but the answer is not read.
    pub async fn update_status(&self, id: u64, status: Status) -> Result<(), Error> {
        self.change("tasks.status.update", &json!({"id": id, "status": status})).await.map(drop)
    }

    /// Changes what is noted of a task, such as its name. The folder on the agent and the app's folder in it
    /// are given both or not at all.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for one folder without the other, otherwise as [`Client::update_status`].
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
