//! Start of an app.

use serde_json::{Value, json};

use crate::{Client, Error, Row, Task, answer};

const METHOD: &str = "tasks.run.app";

/// Options of [`Client::start`]. The defaults are those of the official SDK; set exactly one of `app`
/// and `module`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartOptions {
    /// Id of the agent; any agent by default.
    pub agent: Option<u64>,
    /// Id of the app in its workspace, the older way to name an app.
    pub app: Option<u64>,
    /// Id of the app's module in the ecosystem.
    pub module: Option<u64>,
    /// Id of the workspace that the task runs in.
    pub workspace: Option<u64>,
    /// Description of the task; `application description` by default.
    pub description: String,
    /// Parameters of the app; `{"state": {}}` by default.
    pub params: Value,
    /// Level of the task's log; `info` by default.
    pub log_level: String,
    /// Ids of the users that a task is started for; the token's owner by default.
    pub users: Vec<u64>,
    /// Version or, with `is_branch`, branch of the app; empty by default.
    pub app_version: String,
    /// Take `app_version` as the name of a branch.
    pub is_branch: bool,
    /// Name of the task; `pythonSpawned` by default.
    pub task_name: String,
    /// Restart of the app: `never`, the default, or `on_error`.
    pub restart_policy: String,
    /// Keep the app's URLs unchanged in the proxy.
    pub proxy_keep_url: bool,
    /// Redirection of the app's requests to a machine where the app is developed.
    pub redirect_requests: Row,
    /// Show the task in its workspace only.
    pub limit_by_workspace: bool,
    /// Start one session for all users instead of one for each.
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
    /// The body of the request. Fields that the method gained later are absent unless set, for older
    /// servers.
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
    /// Starts an app and returns the first of its tasks, which always has an `id`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] unless exactly one of `app` and `module` is set,
    /// [`Error::BadAnswer`] when the response is not an array whose first task has an id,
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
