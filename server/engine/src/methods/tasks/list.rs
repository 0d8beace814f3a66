//! `tasks.list`: the tasks of a workspace.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::ids::{TaskId, WorkspaceId};
use crate::lifecycle::Status;
use crate::listing::{self, Section, Show, list_shape};
use crate::looks::{Looks, Sight};
use crate::method::{ListCall, Method, Read, TaskRef};
use crate::refusal::Refusal;
use crate::reply::{Output, PackedJson, render_to};
use crate::request::{Field, Kind, Payload, Shape};
use crate::state::State;
use crate::tables::{Entity, TableRow, Task};
use crate::time::Moment;

pub(in crate::methods) enum List {}

/// The method's own field; the others are those of every list.
#[derive(Debug, Deserialize)]
pub(in crate::methods) struct ListRequest {
    #[serde(rename = "workspaceId")]
    workspace_id: WorkspaceId,
}

/// A task as `tasks.list` shows it, in the order of the SDK's reference page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    id: TaskId,
    #[serde(rename = "type")]
    kind: &'a str,
    status: Status,
    started_at: Option<Moment>,
    finished_at: Option<Moment>,
    meta: &'a PackedJson,
    description: &'a str,
}

impl Method for List {
    const NAME: &'static str = "tasks.list";
    const ABOUT: &'static str = "Lists a workspace's tasks, with filtering, sorting and paging.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [{id, type, status, startedAt, finishedAt, meta, description}]}`";
    const SHAPE: Shape = Shape::List(&[Field::required("workspaceId", Kind::Id, "Id of the workspace.")]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks =
        Looks::Among(|_, payload| Sight::Workspace(WorkspaceId(payload.integer("workspaceId").unwrap_or(0))));
    const HEAVY: Option<fn(&State, &Payload) -> bool> = Some(|state, payload| {
        listing::takes_long(&state.tables.tasks, payload.integer("workspaceId").unwrap_or(0), payload)
    });
    type Request = ListCall<ListRequest>;
    type Reply = Output;

    fn shape() -> Shape {
        list_shape(Self::SHAPE.fields(), Task::COLUMNS)
    }
}

impl Read for List {
    fn run(state: &State, _: &Call, request: ListCall<ListRequest>) -> Result<Output, Refusal> {
        let workspace = state.tables.workspaces.find(request.own.workspace_id)?.id;
        let part = Section { table: &state.tables.tasks, parent: workspace.0, within: None, wanted: None };
        listing::page_of_part(&part, &request.paging, &state.limits, &Show::Kept(&show))
    }
}

fn show(task: &TableRow<Task>, bytes: &mut Vec<u8>) {
    let view = View {
        id: task.id,
        kind: &task.kind,
        status: task.status,
        started_at: task.started_at,
        finished_at: task.finished_at,
        meta: task.meta.object(),
        description: &task.description,
    };
    render_to(&view, bytes);
}
