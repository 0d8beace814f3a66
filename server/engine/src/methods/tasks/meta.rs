//! `tasks.meta.update`: merges keys into a task's meta.

use serde::Deserialize;

use super::fields::ID;
use crate::call::Call;
use crate::excerpt::Excerpt;
use crate::ids::TaskId;
use crate::lifecycle::fixed_meta;
use crate::looks::Looks;
use crate::method::{Method, TaskRef, Write};
use crate::refusal::{Refusal, Violation};
use crate::reply::{Json, Object, SUCCESS, Success};
use crate::request::{CALLED, Field, Kind, Shape, TEXT};
use crate::state::State;

pub(in crate::methods) enum Update {}

#[derive(Debug, Deserialize)]
pub(in crate::methods) struct UpdateRequest {
    id: TaskId,
    #[serde(flatten)]
    keys: Object,
}

impl Method for Update {
    const NAME: &'static str = "tasks.meta.update";
    const ABOUT: &'static str = "Sets keys of a task's `meta`; other keys stay as they are.";
    const ANSWER: &'static str = "`{success: true}`, which the SDK ignores";
    const SHAPE: Shape = Shape::Open(&[
        ID,
        Field::optional("name", CALLED, "Name of the task."),
        Field::optional("templateRootDirectory", TEXT, "Folder of the app's templates."),
        Field::optional("agentStorageFolder", Kind::Map, "Storage on the agent: `hostDir` and `folder`."),
        Field::optional("k8sMarkers", Kind::Any, "Markers of the cluster nodes that may run the task."),
    ]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
    type Request = UpdateRequest;
    type Reply = Json<Success>;
}

impl Write for Update {
    fn run(state: &mut State, _: &Call, request: UpdateRequest) -> Result<Json<Success>, Refusal> {
        let refuse = |key| Violation::of(key, "any.unknown", "is not allowed");
        let refused: Excerpt<_> = fixed_meta(&request.keys).map(refuse).collect();
        if !refused.is_empty() {
            return Err(Refusal::Validation(refused));
        }
        state.edit_task(request.id, |task| task.meta.edit(|meta| meta.extend(request.keys)))?;
        Ok(SUCCESS)
    }
}
