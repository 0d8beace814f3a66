//! `models.info` and `models.info.deployed`: neural networks of the time before apps.

use serde::Serialize;

use super::tasks::plugin::deployments;
use super::{ById, Evidence, Looks, Method, Read, TaskRef, choice, code};
use crate::ids::{ModelId, TaskId};
use crate::looks::Sight;
use crate::refusal::Refusal;
use crate::reply::{Json, Output};
use crate::request::{Field, Kind, Payload, Shape};
use crate::state::State;
use crate::tables::find;
use crate::world::Call;

const ID: Field = Field::required("id", Kind::Id, "The model.");

pub(super) enum Info {}

impl Method for Info {
    const NAME: &'static str = "models.info";
    const ABOUT: &'static str = "Tells about one model.";
    const ANSWER: &'static str = "`{id, name, description, config, hash, onlyTrain, pluginId, pluginVersion, size, weightsLocation, readme, taskId, userId, teamId, workspaceId, createdAt, updatedAt}`";
    const SHAPE: Shape = Shape::Object(&[ID]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("run_train and run_inference read pluginId; the SDK needs all 17 keys."),
        code("A 404 becomes None, and run_train then fails with an AttributeError."),
        choice(90, "An unknown model is a 404."),
    ];
    type Request = ById<ModelId>;
    type Reply = Output;
}

impl Read for Info {
    fn run(state: &State, _: &Call, request: ById<ModelId>) -> Result<Output, Refusal> {
        Ok(Output::json(find(&state.tables.models, request.id)?.as_ref()))
    }
}

pub(super) enum Deployed {}

#[derive(Serialize)]
pub(super) struct Deployment {
    id: TaskId,
}

impl Method for Deployed {
    const NAME: &'static str = "models.info.deployed";
    const ABOUT: &'static str = "Lists the tasks that serve a model, or are on their way to.";
    const ANSWER: &'static str = "an array of `{id}`, the oldest task first";
    const SHAPE: Shape = Shape::Object(&[ID]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Among(|state, payload| {
        let model = ModelId(payload.integer("id").unwrap_or(0));
        Sight::Tasks(deployments(state, model).map(|task| task.id).collect())
    });
    const EVIDENCE: &'static [Evidence] = &[
        code("deploy_model takes the first one's id and waits for deployed, so it need not be there yet."),
        choice(60, "Tasks that end, or have ended, are not in it."),
        choice(80, "An unknown model is a 404."),
    ];
    type Request = ById<ModelId>;
    type Reply = Json<Vec<Deployment>>;

    fn is_heavy(state: &State, _: &Payload) -> bool {
        state.has_many_tasks()
    }
}

impl Read for Deployed {
    fn run(state: &State, _: &Call, request: ById<ModelId>) -> Result<Json<Vec<Deployment>>, Refusal> {
        let model = find(&state.tables.models, request.id)?.id;
        let serving = deployments(state, model).filter(|task| !task.status.is_ending());
        Ok(Json(serving.map(|task| Deployment { id: task.id }).collect()))
    }
}
