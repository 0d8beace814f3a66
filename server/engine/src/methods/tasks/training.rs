//! `tasks.train-metrics` and `tasks.checkpoints.*`: metrics and checkpoints of trainings.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::fields::ID;
use crate::call::Call;
use crate::ids::{ModelId, TaskId};
use crate::looks::Looks;
use crate::method::{ById, Method, Read, TaskRef, Write};
use crate::refusal::{Refusal, Violation};
use crate::reply::{Json, Object, Output, SUCCESS, Success};
use crate::request::{Field, Kind, Shape};
use crate::state::State;
use crate::tables::{Checkpoint, LogLine, metrics_of};

pub(in crate::methods) enum Metrics {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::methods) struct MetricsRequest {
    task_id: Option<TaskId>,
    model_id: Option<ModelId>,
}

/// Keys of a log line that belong to the metrics.
const METRIC_KEYS: &[&str] = &["type", "epoch", "metrics", "timestamp"];

impl Method for Metrics {
    const NAME: &'static str = "tasks.train-metrics";
    const ABOUT: &'static str =
        "Returns the metrics of a training, by its task or by the model that it created.";
    const ANSWER: &'static str = "an array of `{type, epoch, metrics, timestamp}`, the oldest first";
    const SHAPE: Shape = Shape::Object(&[
        Field::optional("taskId", Kind::Id, "Id of the task; alternative to `modelId`."),
        Field::optional("modelId", Kind::Id, "Id of the model; alternative to `taskId`."),
    ]);
    const TASK: TaskRef = TaskRef::Body("taskId");
    const LOOKS: Looks = Looks::Task;
    type Request = MetricsRequest;
    type Reply = Json<Vec<Object>>;
}

impl Read for Metrics {
    fn run(state: &State, _: &Call, request: MetricsRequest) -> Result<Json<Vec<Object>>, Refusal> {
        let task = match (request.task_id, request.model_id) {
            (Some(task), None) => Some(state.task(task)?.id),
            (None, Some(model)) => state.tables.models.find(model)?.task_id,
            _ => {
                let rest = "must contain exactly one of [taskId, modelId]";
                return Err(Refusal::invalid(Violation::new(&[], "object.xor", rest)));
            }
        };
        let logs = task.and_then(|task| state.tables.records.logs.get(&task));
        let told = |line: &LogLine| -> Map<String, Value> {
            let line = line.text().object();
            let keys =
                METRIC_KEYS.iter().filter_map(|key| Some(((*key).to_owned(), line.get(*key)?.clone())));
            keys.collect()
        };
        Ok(Json(metrics_of(logs.into_iter().flatten()).map(told).collect()))
    }
}

pub(in crate::methods) enum Checkpoints {}

impl Method for Checkpoints {
    const NAME: &'static str = "tasks.checkpoints.list";
    const ABOUT: &'static str = "Lists the checkpoints of a training.";
    const ANSWER: &'static str = "an array of `{id, modelTitle, modelId?, index?, subdir, sizeb, best_now, optional?, status, createdAt}`, the oldest first";
    const SHAPE: Shape = Shape::Object(&[ID]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Task;
    type Request = ById<TaskId>;
    type Reply = Output;
}

impl Read for Checkpoints {
    fn run(state: &State, _: &Call, request: ById<TaskId>) -> Result<Output, Refusal> {
        state.task(request.id)?;
        let checkpoints = state.tables.records.checkpoints.get(&request.id);
        Ok(Output::json(&checkpoints.into_iter().flatten().collect::<Vec<&Checkpoint>>()))
    }
}

pub(in crate::methods) enum ClearCheckpoints {}

impl Method for ClearCheckpoints {
    const NAME: &'static str = "tasks.checkpoints.clear";
    const ABOUT: &'static str = "Removes the unused checkpoints of a training.";
    const ANSWER: &'static str = "`{success: true}`";
    const SHAPE: Shape = Shape::Object(&[ID]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
    type Request = ById<TaskId>;
    type Reply = Json<Success>;
}

impl Write for ClearCheckpoints {
    fn run(state: &mut State, _: &Call, request: ById<TaskId>) -> Result<Json<Success>, Refusal> {
        let ended = state.task(request.id)?.status.is_terminal();
        let Some(checkpoints) = state.tables.records.checkpoints.get_mut(&request.id) else {
            return Ok(SUCCESS);
        };
        let newest = checkpoints.last().filter(|_| !ended).map(|checkpoint| checkpoint.id);
        checkpoints.retain(|checkpoint| checkpoint.model_id.is_some() || Some(checkpoint.id) == newest);
        Ok(SUCCESS)
    }
}
