//! `workflow.node.add-input` and `workflow.node.add-output`: inputs and outputs of tasks in the workflow
//! graph.

use std::marker::PhantomData;

use serde::Deserialize;
use serde_json::Value;

use crate::call::Call;
use crate::ids::{TaskId, TeamId};
use crate::looks::Looks;
use crate::method::{Method, Row, TaskRef, Write, write};
use crate::refusal::{Noun, Refusal, Violation};
use crate::reply::{Json, Object, SUCCESS, Success};
use crate::request::{Field, Kind, Shape};
use crate::state::State;
use crate::tables::{Direction, Edge};

/// Types of inputs and outputs, as the SDK names them.
const TYPES: &[&str] = &[
    "project",
    "project_version",
    "dataset",
    "file",
    "model_weight",
    "folder",
    "task",
    "job",
    "app_session",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EdgeRequest {
    team_id: TeamId,
    node: Node,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: Value,
    #[serde(default)]
    meta: Object,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: TaskId,
}

const FIELDS: &[Field] = &[
    Field::required("teamId", Kind::Id, "Id of the task's team."),
    Field::required(
        "node",
        Kind::Object(&[
            Field::required("type", Kind::Choice(&["task"]), "Type of the node."),
            Field::required("id", Kind::Id, "Id of the task."),
        ]),
        "Task as a node of the graph.",
    ),
    Field::required("type", Kind::Choice(TYPES), "Type of the input or output."),
    Field::optional("id", Kind::Any, "Id or path of the input or output."),
    Field::optional("meta", Kind::Map, "Display settings of the input or output in the graph."),
];
pub(super) fn methods() -> Vec<Row> {
    vec![write::<Add<Input>>(), write::<Add<Output>>()]
}

/// Direction of an edge.
trait Way: Send + 'static {
    const NAME: &'static str;
    const ABOUT: &'static str;
    const DIRECTION: Direction;
}

enum Input {}

impl Way for Input {
    const NAME: &'static str = "workflow.node.add-input";
    const ABOUT: &'static str = "Adds an input of a task to its workflow graph.";
    const DIRECTION: Direction = Direction::Input;
}

enum Output {}

impl Way for Output {
    const NAME: &'static str = "workflow.node.add-output";
    const ABOUT: &'static str = "Adds an output of a task to its workflow graph.";
    const DIRECTION: Direction = Direction::Output;
}

struct Add<W>(PhantomData<W>);

impl<W: Way> Method for Add<W> {
    const NAME: &'static str = W::NAME;
    const ABOUT: &'static str = W::ABOUT;
    const ANSWER: &'static str = "`{success: true}`";
    const SHAPE: Shape = Shape::Object(FIELDS);
    const TASK: TaskRef = TaskRef::Body("node.id");
    const LOOKS: Looks = Looks::Nothing;
    type Request = EdgeRequest;
    type Reply = Json<Success>;
}

impl<W: Way> Write for Add<W> {
    fn run(state: &mut State, _: &Call, request: EdgeRequest) -> Result<Json<Success>, Refusal> {
        add(state, request, W::DIRECTION)
    }
}

fn add(state: &mut State, request: EdgeRequest, direction: Direction) -> Result<Json<Success>, Refusal> {
    state.tables.teams.find(request.team_id)?;
    let task = state.task(request.node.id)?;
    if task.team_id != request.team_id {
        return Err(Refusal::missing(Noun::Task, task.id));
    }
    let task = task.id;
    let id = thing(state, &request)?;
    let edge = Edge { direction, kind: request.kind, id, meta: request.meta };
    let edges = state.tables.records.workflow.entry(task).or_default();
    let same = |old: &Edge| (old.direction, &old.kind, &old.id) == (edge.direction, &edge.kind, &edge.id);
    match edges.iter().position(same) {
        Some(place) => edges[place] = edge,
        None => edges.push_back(edge),
    }
    Ok(SUCCESS)
}

/// Returns the id in a request. Projects, datasets and tasks must exist; files, folders and weights may be
/// named by a path.
fn thing(state: &State, request: &EdgeRequest) -> Result<Value, Refusal> {
    // A number as text is accepted, as in every id field: an app reads its own id from its environment.
    let number = request.id.as_str().map_or_else(|| request.id.as_u64(), |text| text.trim().parse().ok());
    let has_path = matches!(request.kind.as_str(), "file" | "folder" | "model_weight");
    match (number, &request.id) {
        (Some(number), _) => {
            must_exist(state, &request.kind, number)?;
            Ok(number.into())
        }
        (None, Value::Null) => Ok(Value::Null),
        (None, Value::String(_)) if has_path => Ok(request.id.clone()),
        _ => Err(Refusal::invalid(Violation::of("id", "number.base", "must be an id"))),
    }
}

fn must_exist(state: &State, kind: &str, id: u64) -> Result<(), Refusal> {
    let noun = match kind {
        "project" => Noun::Project,
        "dataset" => Noun::Dataset,
        "task" | "app_session" => Noun::Task,
        _ => return Ok(()),
    };
    state.tables.must_be_live(noun, id)
}
