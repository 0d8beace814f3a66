//! What tasks bring about: a training whose lifecycle the world walks grows by an epoch with each `started`
//! stage and with `finished`, and a finished training or inference leaves a model or a project behind.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::State;
use crate::ids::{ModelId, ProjectId, TaskId, WorkspaceId};
use crate::lifecycle::Status;
use crate::reply::Object;
use crate::tables::{Model, Project, Task, epoch_of, find, free_name, next_id, uploaded};
use crate::time::Moment;

/// The type of tasks that train a model.
pub(crate) const TRAIN: &str = "train";
/// The type of tasks that apply a model to a project.
pub(crate) const INFERENCE: &str = "inference";

impl State {
    /// Called when a task has entered a stage of its lifecycle. A task that is held in a status by hand is
    /// somebody else's work, who reports its epochs themselves.
    pub(crate) fn train_epoch(&mut self, id: TaskId, at: Moment) {
        let Ok(task) = self.task(id) else { return };
        if task.kind != TRAIN || !matches!(task.status, Status::Started | Status::Finished) {
            return;
        }
        let Ok(task) = self.tables.tasks.change(id) else { return };
        task.epochs = task.epochs.saturating_add(1);
        for line in epoch_of(task.epochs) {
            self.append_log(id, line, at);
        }
    }

    /// Called when a task has ended, with all that its last stage does: the model or project of one that
    /// says under which name it is to leave one, unless it has an output already.
    pub(crate) fn leave_result(&mut self, id: TaskId, at: Moment) {
        let Ok(task) = self.task(id) else { return };
        let name = task.settings.get("name").and_then(Value::as_str).map(str::to_owned);
        let ended = task.status == Status::Finished && !task.meta.contains_key("output");
        let Some(name) = name.filter(|_| ended) else { return };
        let output = match task.kind.as_str() {
            TRAIN => self.add_model(id, &name, at),
            INFERENCE => self.add_project(id, &name, at),
            _ => None,
        };
        if let (Some(output), Ok(task)) = (output, self.tables.tasks.change(id)) {
            task.meta.insert("output".into(), output);
        }
    }

    /// The tasks of a type that leave a result under a name when they finish, whether or not they have: a client may
    /// wait for that by listing.
    pub(crate) fn leaving(&self, kind: &str, is_meant: impl Fn(&Task) -> bool) -> Vec<TaskId> {
        let tasks = self.tables.tasks.rows().values().map(Arc::as_ref);
        let leaving = tasks.filter(|task| task.kind == kind && task.settings.contains_key("name"));
        leaving.filter(|task| is_meant(task)).map(|task| task.id).collect()
    }

    /// A model made from the newest checkpoint.
    fn add_model(&mut self, id: TaskId, name: &str, at: Moment) -> Option<Value> {
        let task = self.task(id).ok()?;
        let parent = find(&self.tables.models, ModelId(first_of(&task.settings, "models")?)).ok()?;
        let checkpoint = self.tables.records.checkpoints.get(&id)?.last()?;
        let models = self.tables.models.values().map(|model| (model.workspace_id, model.name.as_str()));
        let model = Model {
            id: ModelId(next_id(&self.tables.models)),
            name: free_name(name, &names_in(task.workspace_id, models)),
            description: String::new(),
            hash: String::new(),
            size: checkpoint.sizeb.as_u64().unwrap_or(0).to_string(),
            weights_location: uploaded(),
            readme: String::new(),
            task_id: Some(id),
            user_id: task.user_id,
            team_id: task.team_id,
            workspace_id: task.workspace_id,
            created_at: at,
            updated_at: at,
            ..Model::clone(parent)
        };
        let (model_id, title) = (model.id, model.name.clone());
        self.tables.models.insert(model_id, model.into());
        let newest = self.tables.records.checkpoints.get_mut(&id)?.back_mut()?;
        newest.model_id = Some(model_id);
        newest.model_title = Some(title);
        Some(json!({"model": {"id": model_id}}))
    }

    /// A project with as much in it as the one that was read.
    fn add_project(&mut self, id: TaskId, name: &str, at: Moment) -> Option<Value> {
        let task = self.task(id).ok()?;
        let source = find(&self.tables.projects, ProjectId(first_of(&task.settings, "projects")?)).ok()?;
        let projects = self.tables.projects.values().map(|row| (row.workspace_id, row.name.as_str()));
        let project = Project {
            id: ProjectId(next_id(&self.tables.projects)),
            name: free_name(name, &names_in(task.workspace_id, projects)),
            description: String::new(),
            readme: String::new(),
            workspace_id: task.workspace_id,
            custom_data: Object::new(),
            created_at: at,
            updated_at: at,
            created_by: task.user_id,
            ..Project::clone(source)
        };
        let output = json!({"project": {"id": project.id, "title": project.name}});
        self.tables.projects.insert(project.id, project.into());
        Some(output)
    }
}

/// The first id in the list `key` of a task's settings.
fn first_of(settings: &Object, key: &str) -> Option<u64> {
    settings.get(key)?.get(0)?.as_u64()
}

/// The names that rows of a workspace have.
fn names_in<'a>(
    workspace: WorkspaceId,
    rows: impl Iterator<Item = (WorkspaceId, &'a str)>,
) -> BTreeSet<&'a str> {
    rows.filter(|(of, _)| *of == workspace).map(|(_, name)| name).collect()
}
