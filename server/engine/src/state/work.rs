//! Results of tasks: a training that follows its lifecycle gains an epoch with each `started` stage and with
//! `finished`, and a finished training or inference creates a model or a project.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::State;
use crate::ids::{DatasetId, ModelId, ProjectId, TaskId, UserId};
use crate::lifecycle::Status;
use crate::reply::{Object, PackedJson};
use crate::tables::{Dataset, Model, Project, Task, epoch_of, uploaded};
use crate::time::Moment;

/// Type of tasks that train a model.
pub(crate) const TRAIN: &str = "train";
/// Type of tasks that apply a model to a project.
pub(crate) const INFERENCE: &str = "inference";

impl State {
    /// Called when a task has entered a stage of its lifecycle. It is not called when a call sets the status:
    /// then a client does the task's work and reports its epochs.
    pub(crate) fn train_epoch(&mut self, id: TaskId, at: Moment) {
        let Ok(task) = self.task(id) else { return };
        if task.kind != TRAIN || !matches!(task.status, Status::Started | Status::Finished) {
            return;
        }
        let epochs = self.edit_task(id, |task| {
            task.epochs = task.epochs.saturating_add(1);
            task.epochs
        });
        for line in epochs.into_iter().flat_map(epoch_of) {
            self.append_log(id, line, at);
        }
    }

    /// Called after the effects of each stage, and after a status was set from outside the lifecycle. A
    /// finished task whose settings name a result creates the model or project, unless it has an output
    /// already.
    pub(crate) fn leave_result(&mut self, id: TaskId, at: Moment) {
        let Ok(task) = self.task(id) else { return };
        if task.status != Status::Finished || ![TRAIN, INFERENCE].contains(&&*task.kind) {
            return;
        }
        let Some(Value::String(name)) = task.settings.get("name") else { return };
        if task.meta.get("output").is_some() {
            return;
        }
        let output = match task.kind.as_str() {
            TRAIN => self.add_model(id, &name, at),
            INFERENCE => self.add_project(id, &name, at),
            _ => None,
        };
        if let Some(output) = output {
            drop(self.edit_task(id, |task| task.meta.edit(|meta| meta.insert("output".into(), output))));
        }
    }

    /// Returns the tasks of a type that create a named result when they finish, finished or not: a client may
    /// wait for the result by listing.
    pub(crate) fn leaving(&self, kind: &str, is_meant: impl Fn(&Task) -> bool) -> Vec<TaskId> {
        let leaving =
            self.tables.tasks.rows().filter(|task| task.kind == kind && task.settings.get("name").is_some());
        leaving.filter(|task| is_meant(task)).map(|task| task.id).collect()
    }

    /// Creates a model from the newest checkpoint.
    fn add_model(&mut self, id: TaskId, name: &str, at: Moment) -> Option<Value> {
        let task = self.task(id).ok()?;
        let parent = self.tables.models.find(ModelId(first_of(&task.settings, "models")?)).ok()?;
        let checkpoint = self.tables.records.checkpoints.get(&id)?.last()?;
        let model = Model {
            id: self.tables.models.next_id(),
            name: self.tables.models.free_title((task.workspace_id.0, 0), name),
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
            ..parent.clone()
        };
        let (model_id, title) = (model.id, model.name.clone());
        self.tables.add(model, at);
        let newest = self.tables.records.checkpoints.get_mut(&id)?.back_mut()?;
        newest.model_id = Some(model_id);
        newest.model_title = Some(title);
        Some(json!({"model": {"id": model_id}}))
    }

    /// Creates a project with the datasets of the first input project.
    fn add_project(&mut self, id: TaskId, name: &str, at: Moment) -> Option<Value> {
        let task = self.task(id).ok()?;
        let source = self.tables.projects.find(ProjectId(first_of(&task.settings, "projects")?)).ok()?;
        let source_id = source.id;
        let project = Project {
            id: self.tables.projects.next_id(),
            name: self.tables.projects.free_title((task.workspace_id.0, 0), name),
            description: String::new(),
            readme: String::new(),
            workspace_id: task.workspace_id,
            custom_data: Object::new(),
            created_at: at,
            updated_at: at,
            created_by: task.user_id,
            // Adding the datasets counts them.
            ..source.emptied()
        };
        let (new_id, user) = (project.id, task.user_id);
        let output = json!({"project": {"id": new_id, "title": project.name}});
        self.tables.add(project, at);
        self.copy_datasets(source_id, new_id, user, at);
        Some(output)
    }

    /// Copies the datasets of a project into another one and preserves their nesting.
    fn copy_datasets(&mut self, from: ProjectId, to: ProjectId, user: UserId, at: Moment) {
        let datasets: Vec<Dataset> = self.tables.datasets.rows_of(0, from).cloned().collect();
        let first = self.tables.datasets.next_id();
        let ids = datasets.iter().map(|dataset| dataset.id).zip((first.0..).map(DatasetId));
        let ids: BTreeMap<DatasetId, DatasetId> = ids.collect();
        for dataset in datasets {
            let copy = Dataset {
                id: ids[&dataset.id],
                project_id: to,
                parent_id: dataset.parent_id.map(|parent| ids[&parent]),
                created_by: user,
                created_at: at,
                updated_at: at,
                ..dataset
            };
            self.tables.add(copy, at);
        }
    }
}

/// Returns the first id in the list `key` of a task's settings.
fn first_of(settings: &PackedJson, key: &str) -> Option<u64> {
    settings.get(key)?.get(0)?.as_u64()
}
