//! `models.info`, `models.info.deployed` and `models.list`: neural networks from before apps existed.

use serde::Serialize;

use super::tasks::plugin::deployments;
use crate::call::Call;
use crate::ids::{ModelId, TaskId, WorkspaceId};
use crate::looks::{Looks, Sight};
use crate::method::{Area, ById, Form, Method, Read, Row, TaskRef, Wire, info, list, read};
use crate::refusal::Refusal;
use crate::reply::Json;
use crate::request::{Field, Kind, Payload, Shape};
use crate::state::{State, TRAIN};
use crate::tables::{Model, Plugin};

impl Wire for Model {
    type View<'a> = &'a Self;

    fn view<'a>(&'a self, _: &'a State, _: Form) -> Result<&'a Self, Refusal> {
        Ok(self)
    }
}

impl Area for Plugin {
    /// Tasks refer to plugins, but the fake has no method that reads them.
    fn methods() -> Vec<Row> {
        Vec::new()
    }
}

impl Area for Model {
    fn methods() -> Vec<Row> {
        vec![
            info::<Self>("models.info", &[]),
            read::<InfoDeployed>(),
            list::<Self>("models.list", &[]).looking(Looks::Among(|state, payload| {
                let workspace = WorkspaceId(payload.integer("workspaceId").unwrap_or(0));
                Sight::Tasks(state.leaving(TRAIN, |task| task.workspace_id == workspace))
            })),
        ]
    }
}

pub(super) enum InfoDeployed {}

#[derive(Serialize)]
pub(super) struct Deployment {
    id: TaskId,
}

impl Method for InfoDeployed {
    const NAME: &'static str = "models.info.deployed";
    const ABOUT: &'static str = "Lists the tasks that serve a model or are about to.";
    const ANSWER: &'static str = "an array of `{id}`, the oldest task first";
    const SHAPE: Shape = Shape::Object(&[Field::required("id", Kind::Id, "Id of the model.")]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Among(|state, payload| {
        let model = ModelId(payload.integer("id").unwrap_or(0));
        Sight::Tasks(deployments(state, model).map(|task| task.id).collect())
    });
    const HEAVY: Option<fn(&State, &Payload) -> bool> = Some(|state, _| state.has_many_tasks());
    type Request = ById<ModelId>;
    type Reply = Json<Vec<Deployment>>;
}

impl Read for InfoDeployed {
    fn run(state: &State, _: &Call, request: ById<ModelId>) -> Result<Json<Vec<Deployment>>, Refusal> {
        let model = state.tables.models.find(request.id)?.id;
        let serving = deployments(state, model).filter(|task| !task.status.is_ending());
        Ok(Json(serving.map(|task| Deployment { id: task.id }).collect()))
    }
}
