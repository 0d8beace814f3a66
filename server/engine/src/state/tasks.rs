//! Creation of tasks: their ids, their `meta`, and the lifecycle in a request.

use std::sync::Arc;

use serde_json::{Value, json};

use super::State;
use crate::ids::{TaskId, WorkspaceId};
use crate::lifecycle::{self, Lifecycle, Status};
use crate::refusal::{Refusal, Violation};
use crate::reply::{Object, PackedJson};
use crate::tables::{App, Meta, RestartPolicy, Task, Timeline};

/// Reads the lifecycle in the field `field` of a request.
pub(crate) fn lifecycle_at(field: &str, value: &Value) -> Result<Arc<Lifecycle>, Refusal> {
    lifecycle::read(value).map(Arc::new).map_err(|faults| {
        let violation =
            |fault: String| Violation::of(field, "any.invalid", &format!("is not a lifecycle: {fault}"));
        Refusal::Validation(faults.into_iter().map(violation).collect())
    })
}

impl State {
    pub(crate) fn edit_task<T>(
        &mut self,
        id: TaskId,
        change: impl FnOnce(&mut Task) -> T,
    ) -> Result<T, Refusal> {
        self.tables.edit(id, self.clock.now(), change)
    }

    pub(crate) fn next_task_id(&self) -> TaskId {
        self.tables.tasks.next_id()
    }

    /// Returns a queued task of the token's user; a task of type `app` runs the first app.
    pub(crate) fn blank_task(
        &self,
        id: TaskId,
        workspace: WorkspaceId,
        kind: &str,
        lifecycle: &Arc<Lifecycle>,
    ) -> Result<Task, Refusal> {
        let bare = self.bare_task(id, workspace, kind, lifecycle)?;
        let app = bare.app_id.map(|app| self.tables.apps.find(app)).transpose()?;
        let meta = app.map_or_else(|| Ok(Object::new()), |app| self.app_meta(app, id, &AppRun::default()))?;
        Ok(Task { meta: meta.into(), ..bare })
    }

    /// [`blank_task`](Self::blank_task) without `meta`.
    pub(crate) fn bare_task(
        &self,
        id: TaskId,
        workspace: WorkspaceId,
        kind: &str,
        lifecycle: &Arc<Lifecycle>,
    ) -> Result<Task, Refusal> {
        let user = self.me()?;
        let app = self.tables.apps.first().filter(|_| kind == "app");
        app.map(|app| self.tables.modules.find(app.module_id)).transpose()?;
        Ok(Task {
            id,
            workspace_id: workspace,
            team_id: self.tables.workspaces.find(workspace)?.team_id,
            user_id: user.id,
            user_login: Arc::clone(&user.login),
            agent_id: None,
            agent_name: None,
            kind: kind.to_owned(),
            app_id: app.map(|app| app.id),
            status: Status::Queued,
            description: String::new(),
            started_at: None,
            finished_at: None,
            meta: Meta::default(),
            settings: PackedJson::default(),
            progress: None,
            restart_policy: RestartPolicy::Never,
            restarts: 0,
            lifecycle: Arc::clone(lifecycle),
            stage: None,
            due: None,
            events: 0,
            epochs: 0,
            timeline: Timeline::default(),
        })
    }

    /// Returns the `meta` of a task that runs `app`: `app`, `name` and `sessionToken`.
    pub(crate) fn app_meta(&self, app: &App, task: TaskId, run: &AppRun<'_>) -> Result<Object, Refusal> {
        let module = self.tables.modules.find(app.module_id)?;
        let newest = || module.versions().next().unwrap_or_default();
        let app = json!({
            "id": app.id,
            "name": module.name,
            "version": run.version.unwrap_or_else(newest),
            "isBranch": run.is_branch,
            "moduleId": app.module_id,
            "logLevel": run.log_level,
        });
        let token = self.draw_session(&self.name, task);
        let meta = [("app", app), ("name", run.name.into()), ("sessionToken", token.into())];
        Ok(meta.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}

/// Parameters of an app's run that the task's `meta` shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AppRun<'a> {
    pub(crate) name: &'a str,
    /// Release or branch; the newest release when absent.
    pub(crate) version: Option<&'a str>,
    /// True if `version` is a branch.
    pub(crate) is_branch: bool,
    pub(crate) log_level: &'a str,
}

impl Default for AppRun<'_> {
    fn default() -> Self {
        Self { name: "", version: None, is_branch: false, log_level: "info" }
    }
}
