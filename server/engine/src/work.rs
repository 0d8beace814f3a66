//! What tasks bring about as they go on: a training grows by an epoch with each `started` stage and with
//! `finished`, and a finished training or inference leaves a model or a project behind.

use serde_json::{Value, json};

use crate::ids::{ModelId, ProjectId, TaskId};
use crate::lifecycle::Status;
use crate::reply::Object;
use crate::state::State;
use crate::tables::{Model, Project, epoch_of, find, free_name, metrics_of, next_id, uploaded};
use crate::time::Moment;

/// The type of tasks that train a model.
pub(crate) const TRAIN: &str = "train";
/// The type of tasks that apply a model to a project.
pub(crate) const INFERENCE: &str = "inference";

impl State {
    /// Called whenever a task has entered a status.
    pub(crate) fn bring_about(&mut self, id: TaskId, status: Status, at: Moment) {
        let Ok(task) = self.task(id) else { return };
        let trains = task.kind == TRAIN;
        if trains && matches!(status, Status::Started | Status::Finished) {
            self.train_epoch(id, at);
        }
        if status == Status::Finished {
            self.leave_result(id, at);
        }
    }

    fn train_epoch(&mut self, id: TaskId, at: Moment) {
        let logs = self.tables.records.logs.get(&id);
        let done = metrics_of(logs.into_iter().flatten()).count();
        let epoch = u32::try_from(done).unwrap_or(u32::MAX).saturating_add(1);
        for line in epoch_of(epoch) {
            self.append_log(id, line, at);
        }
    }

    /// The model or project of a task that says under which name it is to leave one, once.
    fn leave_result(&mut self, id: TaskId, at: Moment) {
        let Ok(task) = self.task(id) else { return };
        let name = task.settings.get("name").and_then(Value::as_str).map(str::to_owned);
        let (Some(name), None) = (name, task.meta.get("output")) else { return };
        let output = match task.kind.as_str() {
            TRAIN => self.add_model(id, &name, at),
            INFERENCE => self.add_project(id, &name, at),
            _ => None,
        };
        if let (Some(output), Ok(task)) = (output, self.tables.tasks.change(id)) {
            task.meta.insert("output".into(), output);
        }
    }

    /// A model made from the newest checkpoint.
    fn add_model(&mut self, id: TaskId, name: &str, at: Moment) -> Option<Value> {
        let task = self.task(id).ok()?;
        let parent = find(&self.tables.models, ModelId(first_of(&task.settings, "models")?)).ok()?;
        let same_place = |model: &Model| model.workspace_id == task.workspace_id;
        let taken =
            |name: &str| self.tables.models.values().any(|model| same_place(model) && model.name == name);
        let checkpoint = self.tables.records.checkpoints.get(&id)?.last()?;
        let model = Model {
            id: ModelId(next_id(&self.tables.models)),
            name: free_name(name, taken),
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

    fn add_project(&mut self, id: TaskId, name: &str, at: Moment) -> Option<Value> {
        let task = self.task(id).ok()?;
        let source = find(&self.tables.projects, ProjectId(first_of(&task.settings, "projects")?)).ok()?;
        let same_place = |project: &Project| project.workspace_id == task.workspace_id;
        let taken = |name: &str| {
            self.tables.projects.values().any(|project| same_place(project) && project.name == name)
        };
        let project = Project {
            id: ProjectId(next_id(&self.tables.projects)),
            name: free_name(name, taken),
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
