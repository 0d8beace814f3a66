//! `models.info`, `models.info.deployed` and `models.list`: neural networks of the time before apps.

use serde::{Deserialize, Serialize};

use super::tasks::plugin::deployments;
use super::{ById, Evidence, Looks, Method, Read, TaskRef, choice, code};
use crate::call::Call;
use crate::ids::{ModelId, TaskId, WorkspaceId};
use crate::listing::{self, Column, Key, Paging, Source, list_shape};
use crate::looks::Sight;
use crate::refusal::Refusal;
use crate::reply::{Json, Output, render};
use crate::request::{Field, Kind, Payload, Shape};
use crate::state::State;
use crate::state::TRAIN;
use crate::tables::{Model, find};

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

pub(super) enum List {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    workspace_id: WorkspaceId,
    #[serde(flatten)]
    paging: Paging,
}

const COLUMNS: &[Column<Model>] = &[
    Column { name: "id", filters: true, sorts: true, key: |model| Key::id(model.id) },
    Column { name: "name", filters: true, sorts: true, key: |model| Key::text(&model.name) },
    Column { name: "pluginId", filters: true, sorts: true, key: |model| Key::id(model.plugin_id) },
    Column {
        name: "taskId",
        filters: true,
        sorts: true,
        key: |model| model.task_id.map_or(Key::Null, Key::id),
    },
    Column { name: "userId", filters: true, sorts: true, key: |model| Key::id(model.user_id) },
    Column {
        name: "createdAt",
        filters: false,
        sorts: true,
        key: |model| Key::moment(Some(model.created_at)),
    },
    Column {
        name: "updatedAt",
        filters: false,
        sorts: true,
        key: |model| Key::moment(Some(model.updated_at)),
    },
];

impl Method for List {
    const NAME: &'static str = "models.list";
    const ABOUT: &'static str = "Lists a workspace's models, filtered, ordered and in pages.";
    const ANSWER: &'static str =
        "`{total, perPage, pagesCount, after, entities: [model]}`, each as `models.info` shows it";
    const SHAPE: Shape = list_shape!(
        filters: &["id", "name", "pluginId", "taskId", "userId"],
        sorts: &["id", "name", "pluginId", "taskId", "userId", "createdAt", "updatedAt"],
        Field::required("workspaceId", Kind::Id, "The workspace."),
    );
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Among(|state, payload| {
        let workspace = WorkspaceId(payload.integer("workspaceId").unwrap_or(0));
        Sight::Tasks(state.leaving(TRAIN, |task| task.workspace_id == workspace))
    });
    const EVIDENCE: &'static [Evidence] = &[
        code("NeuralNetworkApi.get_list sends workspaceId and filter; get_info_by_name filters by name."),
        code("run_train asks for a free name, so that all models of the workspace are listed by name."),
        choice(60, "The columns to filter and to order by are those that other lists have."),
        choice(50, "A workspace that does not exist is a 404."),
    ];
    type Request = ListRequest;
    type Reply = Output;
}

impl Read for List {
    fn run(state: &State, _: &Call, request: ListRequest) -> Result<Output, Refusal> {
        let workspace = find(&state.tables.workspaces, request.workspace_id)?.id;
        let models = state.tables.models.values().map(AsRef::as_ref);
        let models: Vec<&Model> = models.filter(|model: &&Model| model.workspace_id == workspace).collect();
        let nth = |index: usize| models[index];
        let fragment = |model: &Model| render(model);
        let source = Source { len: models.len(), nth: &nth, columns: COLUMNS, fragment: &fragment };
        listing::page(&source, &request.paging, &state.limits)
    }
}
