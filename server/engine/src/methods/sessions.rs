//! `apps.tasks.list`: the tasks that run an app, which the SDK calls sessions.

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::call::Call;
use crate::ids::{AgentId, AppId, TaskId, TeamId, UserId};
use crate::lifecycle::Status;
use crate::listing::{self, Rows, list_shape};
use crate::looks::{Looks, Sight};
use crate::method::{ListCall, Method, Read, Row, TaskRef, read};
use crate::refusal::{Noun, Refusal};
use crate::reply::{Object, Output, render};
use crate::request::{Field, Kind, Payload, Shape};
use crate::state::State;
use crate::tables::{Entity, Task};
use crate::time::Moment;

/// A task as lists of sessions show it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Session<'a> {
    id: TaskId,
    #[serde(rename = "type")]
    kind: &'a str,
    size: &'static str,
    status: Status,
    started_at: Option<Moment>,
    finished_at: Option<Moment>,
    meta: Meta,
    attempt: u32,
    archived: bool,
    node_id: Option<AgentId>,
    created_by: UserId,
    team_id: TeamId,
    description: &'a str,
    is_shared: bool,
    user: &'a str,
}

/// `meta` of a session: that of the task, with counters of its log.
struct Meta {
    own: Object,
    logs_cnt: usize,
}

impl Serialize for Meta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const COUNTED: [&str; 2] = ["hasLogs", "logsCnt"];
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.own.iter().filter(|(key, _)| !COUNTED.contains(&key.as_str())) {
            map.serialize_entry(key, value)?;
        }
        // `get_sessions` reads the name of every session, and a fixture may omit it.
        if !self.own.contains_key("name") {
            map.serialize_entry("name", "")?;
        }
        map.serialize_entry(COUNTED[0], &(self.logs_cnt > 0))?;
        map.serialize_entry(COUNTED[1], &self.logs_cnt)?;
        map.end()
    }
}

impl<'a> Session<'a> {
    fn of(state: &State, task: &'a Task) -> Self {
        let logs_cnt = state.tables.records.logs.get(&task.id).map_or(0, imbl::Vector::len);
        let meta = Meta { own: task.meta.object().object(), logs_cnt };
        Self {
            id: task.id,
            kind: &task.kind,
            size: "0",
            status: task.status,
            started_at: task.started_at,
            finished_at: task.finished_at,
            meta,
            attempt: task.restarts + 1,
            archived: false,
            node_id: task.agent_id,
            created_by: task.user_id,
            team_id: task.team_id,
            description: &task.description,
            is_shared: false,
            user: &task.user_login,
        }
    }
}

/// Returns true if `apps.list` counts the session as running.
pub(super) fn is_running(task: &Task) -> bool {
    !task.status.is_ending()
}

/// Returns the sessions of an app for which `wanted` returns true, oldest first.
pub(super) fn of_app(state: &State, app: AppId, wanted: impl Fn(&Task) -> bool) -> Vec<Session<'_>> {
    let tasks = state.tables.tasks.rows_of(Task::BY_APP, app).filter(|task| wanted(task));
    tasks.map(|task| Session::of(state, task)).collect()
}

/// Returns true if an app has a running session.
pub(super) fn any_running(state: &State, app: AppId) -> bool {
    state.tables.tasks.rows_of(Task::BY_APP, app).any(is_running)
}

pub(super) fn methods() -> Vec<Row> {
    vec![read::<List>()]
}

pub(super) enum List {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    team_id: TeamId,
    app_id: AppId,
    #[serde(default)]
    show_disabled: bool,
    #[serde(default)]
    with_shared: bool,
    #[serde(default)]
    only_running: bool,
}

impl Method for List {
    const NAME: &'static str = "apps.tasks.list";
    const ABOUT: &'static str = "Lists the tasks that run an app, with filtering, sorting and paging.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [{id, type, size, status, startedAt, finishedAt, meta, attempt, archived, nodeId, createdBy, teamId, description, isShared, user}]}`, with `hasLogs` and `logsCnt` in `meta`";
    const SHAPE: Shape = Shape::List(&[
        Field::required("teamId", Kind::Id, "Id of the team."),
        Field::required("appId", Kind::Id, "Id of the app."),
        Field::optional("showDisabled", Kind::Flag, "True to list the tasks of a disabled app too."),
        Field::optional("withShared", Kind::Flag, "True to accept an app that another team shares."),
        Field::optional(
            "onlyRunning",
            Kind::Flag,
            "True to list only tasks that neither ended nor are stopping.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks =
        Looks::Among(|_, payload| Sight::Apps(vec![AppId(payload.integer("appId").unwrap_or(0))]));
    const HEAVY: Option<fn(&State, &Payload) -> bool> = Some(|state, _| state.has_many_tasks());
    type Request = ListCall<ListRequest>;
    type Reply = Output;

    fn shape() -> Shape {
        list_shape(Self::SHAPE.fields(), Task::COLUMNS)
    }
}

impl Read for List {
    fn run(state: &State, _: &Call, request: ListCall<ListRequest>) -> Result<Output, Refusal> {
        let ListCall { own, paging } = request;
        state.tables.teams.find(own.team_id)?;
        let app = state.tables.apps.find(own.app_id)?;
        if app.team_id != own.team_id && !(own.with_shared && app.is_shared) {
            return Err(Refusal::missing(Noun::App, app.id));
        }
        let hidden = app.disabled && !own.show_disabled;
        let wanted = |task: &Task| !hidden && (!own.only_running || is_running(task));
        let tasks: Vec<&Task> =
            state.tables.tasks.rows_of(Task::BY_APP, app.id).filter(|task| wanted(task)).collect();
        let nth = |index: usize| tasks[index];
        let fragment = |task: &Task| render(&Session::of(state, task));
        let source = Rows { len: tasks.len(), nth: &nth, columns: Task::COLUMNS, fragment: &fragment };
        listing::page(&source, &paging, &state.limits)
    }
}
