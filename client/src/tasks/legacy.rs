//! Operations that the official SDK dropped in v6.73.358 and servers still support.

use std::path::Path;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::call::Call;
use crate::multipart::Form;
use crate::{Client, Error, Status, WaitOptions, answer};

impl Client {
    /// Trains a model on a project and returns the id of the task.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the model does not exist, [`Error::BadAnswer`] when a response lacks an
    /// id, otherwise as [`Client::info`].
    pub async fn run_train(
        &self,
        agent: u64,
        project: u64,
        model: u64,
        name: &str,
        config: Option<Value>,
    ) -> Result<u64, Error> {
        self.run_plugin("train", agent, [project, model], name, config).await
    }

    /// Applies a model to a project and returns the id of the task.
    ///
    /// # Errors
    ///
    /// As [`Client::run_train`].
    pub async fn run_inference(
        &self,
        agent: u64,
        project: u64,
        model: u64,
        name: &str,
        config: Option<Value>,
    ) -> Result<u64, Error> {
        self.run_plugin("inference", agent, [project, model], name, config).await
    }

    async fn run_plugin(
        &self,
        kind: &str,
        agent: u64,
        [project, model]: [u64; 2],
        name: &str,
        config: Option<Value>,
    ) -> Result<u64, Error> {
        let body = self.read("models.info", &json!({"id": model})).await?;
        let plugin = answer::number("models.info", &answer::object("models.info", &body)?, "pluginId")?;
        let data = json!({
            "taskType": kind,
            "agentId": agent,
            "pluginId": plugin,
            "version": null,
            "config": config.unwrap_or_else(|| json!({})),
            "projects": [project],
            "models": [model],
            "name": name,
        });
        self.run("tasks.run.plugin", &data).await
    }

    /// Serves a model, waits until it takes requests and returns the id of the task. Uses a task that
    /// serves the model already, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::TaskFailed`] when the task ends first, [`Error::WaitTimeout`] after 999 polls, 1 s
    /// apart, otherwise as [`Client::deploy_model_async`].
    pub async fn deploy_model(&self, agent: u64, model: u64) -> Result<u64, Error> {
        let id = self.deploy_model_async(agent, model).await?;
        let deployed = self.wait(id, Status::Deployed, WaitOptions::default()).await?;
        if deployed { Ok(id) } else { Err(Error::TaskFailed { id: Some(id) }) }
    }

    /// Serves a model and returns the id of the task. Uses a task that serves the model already, if
    /// there is one.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when a response lacks the task's id, otherwise as [`Client::info`].
    pub async fn deploy_model_async(&self, agent: u64, model: u64) -> Result<u64, Error> {
        let body = self.read("models.info.deployed", &json!({"id": model})).await?;
        if let Some(task) = answer::objects("models.info.deployed", &body)?.first() {
            return answer::number("models.info.deployed", task, "id");
        }
        let data = json!({
            "agentId": agent,
            "modelId": model,
            "restartPolicy": "never",
            "settings": {"gpu_device": 0},
            "pluginId": null,
            "version": null,
        });
        self.run("tasks.run.deploy", &data).await
    }

    /// Runs a graph of the Data Transformation Language and returns the id of the task.
    ///
    /// # Errors
    ///
    /// As [`Client::deploy_model_async`].
    pub async fn run_dtl(&self, workspace: u64, graph: Value, agent: Option<u64>) -> Result<u64, Error> {
        let data = json!({"workspaceId": workspace, "config": graph, "advanced": {"agentId": agent}});
        self.run("tasks.run.dtl", &data).await
    }

    /// Creates a task that no agent takes and returns its id.
    ///
    /// # Errors
    ///
    /// As [`Client::deploy_model_async`].
    pub async fn create_detached(&self, workspace: u64) -> Result<u64, Error> {
        let data = json!({"workspaceId": workspace, "script": "xxx", "advanced": {"ignoreAgent": true}});
        self.run("tasks.run.python", &data).await
    }

    async fn run(&self, method: &str, data: &Value) -> Result<u64, Error> {
        let body = self.change(method, data).await?;
        answer::number(method, &answer::object(method, &body)?, "taskId")
    }

    /// Returns the input files of an import task, as the server lists them.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the response is not JSON, otherwise as [`Client::info`].
    pub async fn import_files(&self, id: u64) -> Result<Value, Error> {
        self.verbatim("tasks.import.files_list", &json!({"id": id})).await
    }

    /// Returns the content of an input file of an import task.
    ///
    /// # Errors
    ///
    /// As [`Client::info`], without [`Error::BadAnswer`], because any content is valid.
    pub async fn download_import_file(&self, id: u64, file: &str) -> Result<Bytes, Error> {
        self.read("tasks.import.download_file", &json!({"id": id, "filename": file})).await
    }

    /// Returns the checkpoints of a train task.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] when the task is of another type, otherwise as
    /// [`Client::import_files`].
    pub async fn checkpoints(&self, id: u64) -> Result<Value, Error> {
        self.needs_train_task(id).await?;
        self.verbatim("tasks.checkpoints.list", &json!({"id": id})).await
    }

    /// Deletes the unused checkpoints of a train task and returns the response.
    ///
    /// # Errors
    ///
    /// As [`Client::checkpoints`].
    pub async fn delete_unused_checkpoints(&self, id: u64) -> Result<Value, Error> {
        self.needs_train_task(id).await?;
        let body = self.change("tasks.checkpoints.clear", &json!({"id": id})).await?;
        answer::json("tasks.checkpoints.clear", &body)
    }

    /// Returns the metrics of a train task.
    ///
    /// # Errors
    ///
    /// As [`Client::import_files`].
    pub async fn training_metrics(&self, id: u64) -> Result<Value, Error> {
        self.verbatim("tasks.train-metrics", &json!({"taskId": id})).await
    }

    async fn verbatim(&self, method: &str, data: &Value) -> Result<Value, Error> {
        answer::json(method, &self.read(method, data).await?)
    }

    async fn needs_train_task(&self, id: u64) -> Result<(), Error> {
        match self.info(id).await?.kind() {
            Some("train") => Ok(()),
            Some(_) => Err(Error::argument(format!("task {id} is not of type \"train\""))),
            None => Err(Error::bad("tasks.info", "type is not a string")),
        }
    }

    /// Uploads the archive that a DTL task has made, under a file name such as `graph.tar`.
    ///
    /// # Errors
    ///
    /// As [`Client::update_status`].
    pub async fn upload_dtl_archive(&self, id: u64, file: &str, content: Bytes) -> Result<(), Error> {
        let name = Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or(file);
        let mut form = Form::default();
        form.text("id", &id.to_string());
        form.text("name", name);
        form.file("archive", file, Some("application/x-tar"), content);
        self.send(&Call::form("tasks.upload.dtl_archive", id, &form)).await.map(drop)
    }
}
