//! What is measured: the requests, and the world they are asked of.

use serde_json::{Value, json};
use slymock_engine::Refusal;
use slymock_engine::snapshot::Fixture;

/// How many tasks the world has: a workspace that has been in use for some years.
pub(super) const TASKS: u64 = 10_000;
/// The id of the first task, the one of the SDK's docs.
const FIRST_TASK: u64 = 121_230;
/// The default world's workspace.
const WORKSPACE: u64 = 23_821;

/// One request, and how it is sent.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) body: String,
    pub(super) connections: Connections,
}

/// Which connections requests go over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connections {
    /// A few that are kept open.
    Kept,
    /// One for each request, as the SDK does.
    Fresh,
}

/// All that is measured.
pub(super) fn all() -> Vec<Case> {
    let info = || format!(r#"{{"id": {FIRST_TASK}}}"#);
    let case = |name, method, body, connections| Case { name, method, body, connections };
    vec![
        case("tasks.info", "tasks.info", info(), Connections::Kept),
        case("tasks.info, a connection each", "tasks.info", info(), Connections::Fresh),
        case("tasks.list, page 1", "tasks.list", list(1), Connections::Kept),
        case("tasks.list, page 50", "tasks.list", list(50), Connections::Kept),
    ]
}

/// The SDK's body of a page of 100 tasks.
fn list(page: u64) -> String {
    format!(
        r#"{{"workspaceId": {WORKSPACE}, "filter": [], "sort": "id", "sort_order": "asc", "page": {page}, "per_page": 100}}"#
    )
}

/// The default world with `tasks` app tasks that have ended, so that no answer changes with time.
pub(super) fn world(tasks: u64) -> Result<Fixture, Refusal> {
    let task = |number| {
        json!({"id": FIRST_TASK + number, "status": "finished", "description": format!("run {number}"),
               "startedAt": "2026-01-05T08:00:00.000Z", "finishedAt": "2026-01-05T08:10:00.000Z"})
    };
    let rows: Vec<Value> = (0..tasks).map(task).collect();
    Fixture::parse(json!({"tasks": rows}).to_string().as_bytes())
}
