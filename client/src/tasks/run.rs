//! Starting an app.

use serde_json::{Value, json};

use crate::{Client, Error, Row, Task, answer};

const METHOD: &str = "tasks.run.app";

/// What [`Client::start`] starts, and how. Its defaults are the official SDK's; exactly one of `app` and
/// `module` has to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartOptions {
    /// The agent; any agent unless given.
    pub agent: Option<u64>,
    /// The app in its workspace, the older way to name it.
    pub app: Option<u64>,
    /// The app's module in the ecosystem.
    pub module: Option<u64>,
    /// The workspace.
    pub workspace: Option<u64>,
    /// What is shown of the task, `application description` unless given.
    pub description: String,
    /// What the app is given, `{"state": {}}` unless given.
    pub params: Value,
    /// `info` unless given.
    pub log_level: String,
    /// For whom a task is started; for the token's owner unless given.
    pub users: Vec<u64>,
    /// A version or, with `is_branch`, a branch.
    pub app_version: String,
    /// Whether the version is a branch.
    pub is_branch: bool,
    /// The task's name, `pythonSpawned` unless given.
    pub task_name: String,
    /// `never` unless given, or `on_error`.
    pub restart_policy: String,
    /// Whether the proxy leaves the app's URLs as they are.
    pub proxy_keep_url: bool,
    /// Where requests are sent to instead, while an app is developed.
    pub redirect_requests: Row,
    /// Whether the task is seen in its workspace only.
    pub limit_by_workspace: bool,
    /// One session for all users instead of one for each.
    pub multi_user_session: bool,
}

impl Default for StartOptions {
    fn default() -> Self {
        Self {
            agent: None,
            app: None,
            module: None,
            workspace: None,
            description: "application description".to_owned(),
            params: json!({"state": {}}),
            log_level: "info".to_owned(),
            users: Vec::new(),
            app_version: String::new(),
            is_branch: false,
            task_name: "pythonSpawned".to_owned(),
            restart_policy: "never".to_owned(),
            proxy_keep_url: false,
            redirect_requests: Row::new(),
            limit_by_workspace: false,
            multi_user_session: false,
        }
    }
}

impl StartOptions {
    /// The request. What was added to the method later is left out unless used, so that older services take it.
    fn data(&self) -> Result<Value, Error> {
        let (key, id) = match (self.app, self.module) {
            (Some(app), None) => ("appId", app),
            (None, Some(module)) => ("moduleId", module),
            _ => return Err(Error::argument("start takes exactly one of app and module")),
        };
        let mut data = json!({
            "agentId": self.agent,
            "workspaceId": self.workspace,
            "description": self.description,
            "params": self.params,
            "logLevel": self.log_level,
            "usersIds": self.users,
            "appVersion": self.app_version,
            "isBranch": self.is_branch,
            "taskName": self.task_name,
            "restartPolicy": self.restart_policy,
            "proxyKeepUrl": self.proxy_keep_url,
        });
        if self.limit_by_workspace {
            data["advancedSettings"] = json!({"limitByWorkspace": true});
        }
        if !self.redirect_requests.is_empty() {
            data["redirectRequests"] = json!(self.redirect_requests);
        }
        data[key] = json!(id);
        if self.multi_user_session {
            data["singleSessionMode"] = json!(true);
        }
        Ok(data)
    }
}

impl Client {
    /// Starts an app; the first of the tasks started, which always has an `id`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] unless exactly one of `app` and `module` is given,
    /// [`Error::BadAnswer`] when the answer is not a list with a task that has an id,
    /// otherwise as [`Client::info`].
    pub async fn start(&self, options: StartOptions) -> Result<Task, Error> {
        let body = self.change(METHOD, &options.data()?).await?;
        let first = answer::objects(METHOD, &body)?.into_iter().next();
        let mut row = first.ok_or_else(|| Error::bad(METHOD, "no task was started"))?;
        if !row.contains_key("id") {
            row.insert("id".to_owned(), json!(answer::number(METHOD, &row, "taskId")?));
        }
        answer::number(METHOD, &row, "id")?;
        Ok(row.into())
    }
}
