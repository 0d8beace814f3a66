//! `tasks.meta.update`: merges keys into a task's meta.

use serde::Deserialize;

use super::fields::ID;
use crate::call::Call;
use crate::excerpt::Excerpt;
use crate::ids::TaskId;
use crate::lifecycle::FIXED_META;
use crate::looks::Looks;
use crate::method::{Evidence, Method, TaskRef, Write, choice, code, digest};
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
    const ABOUT: &'static str = "Sets keys of a task's meta and leaves the others alone.";
    const ANSWER: &'static str = "`{success: true}`, which the SDK ignores";
    const SHAPE: Shape = Shape::Open(&[
        ID,
        Field::optional("name", CALLED, "The task's name."),
        Field::optional("templateRootDirectory", TEXT, "Where the app's templates are."),
        Field::optional("agentStorageFolder", Kind::Map, "`hostDir` and `folder` on the agent."),
        Field::optional("k8sMarkers", Kind::Any, "Where a cluster may run it."),
    ]);
    const TASK: TaskRef = TaskRef::Body("id");
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("The SDK puts id among the caller's keys and sends them as they are."),
        code("agentStorageFolder is {hostDir, folder}; 6.64.2 to 6.66.3 sent it with nulls."),
        digest("The answer is {success: true}; the keys are the four named here."),
        choice(60, "Other keys are kept too, each replacing what was there."),
        choice(60, "app and sessionToken are the server's own and refused."),
    ];
    type Request = UpdateRequest;
    type Reply = Json<Success>;
}

impl Write for Update {
    fn run(state: &mut State, _: &Call, request: UpdateRequest) -> Result<Json<Success>, Refusal> {
        let fixed = FIXED_META.iter().filter(|key| request.keys.contains_key(**key));
        let refused: Excerpt<_> =
            fixed.map(|key| Violation::of(key, "any.unknown", "is not allowed")).collect();
        if !refused.is_empty() {
            return Err(Refusal::Validation(refused));
        }
        state.edit_task(request.id, |task| task.meta.edit(|meta| meta.extend(request.keys)))?;
        Ok(SUCCESS)
    }
}
