//! What is measured: the requests, and the world they are asked of.

use serde_json::json;

use super::worlds::{FIRST_TASK, OPEN, STATUSES, WORKSPACE};

/// How many tasks the world has: a workspace that has been in use for some years. Nobody measures a debug build.
pub(super) const TASKS: u64 = if cfg!(debug_assertions) { 5_000 } else { 10_000 };
/// The place of the status that tasks are filtered by.
const FILTERED: u64 = 0;
/// How many tasks a page has.
const PAGE: u64 = 100;

/// One kind of request, and how it is sent.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) ask: Ask,
    pub(super) connections: Connections,
    /// The most that the fake may take, as a multiple of what the bare server takes; none where it is only shown.
    pub(super) most: Option<f64>,
    /// From where on it is a fault, on a machine that is not idle.
    pub(super) fails: Option<f64>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ask {
    /// A task.
    Task,
    /// A page of tasks: the members of the request that say which, and out of how many parts of the tasks it is one.
    Page { order: &'static str, parts: u64 },
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
    let kept = |name, ask, most, fails| Case {
        name,
        ask,
        connections: Connections::Kept,
        most: Some(most),
        fails: Some(fails),
    };
    let page = |order, parts| Ask::Page { order, parts };
    let own = Connections::Fresh;
    let by_id = r#""filter": [], "sort": "id", "sort_order": "asc""#;
    let descending = r#""filter": [], "sort": "id", "sort_order": "desc""#;
    let by_status = r#""filter": [{"field": "status", "operator": "=", "value": "finished"}], "sort": "id", "sort_order": "asc""#;
    let by_start = r#""filter": [], "sort": "startedAt", "sort_order": "asc""#;
    vec![
        kept("tasks.info", Ask::Task, 1.25, 2.0),
        Case {
            name: "tasks.info, a connection each",
            ask: Ask::Task,
            connections: own,
            most: None,
            fails: None,
        },
        kept("tasks.list", page(by_id, 1), 1.3, 2.4),
        kept("tasks.list, descending", page(descending, 1), 1.6, 2.7),
        kept("tasks.list, filtered by status", page(by_status, STATUSES.len() as u64), 1.6, 2.7),
        kept("tasks.list, sorted by startedAt", page(by_start, 1), 1.6, 2.7),
    ]
}

/// A request's method and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) body: String,
}

impl Ask {
    /// A request for any one of those that there are, which `draw` chooses: it gives a number below the one it is given.
    pub(super) fn call(self, tasks: u64, mut draw: impl FnMut(u64) -> u64) -> Call {
        match self {
            Self::Task => {
                Call { method: "tasks.info", body: json!({"id": FIRST_TASK + draw(tasks)}).to_string() }
            }
            Self::Page { order, parts } => {
                let page = 1 + draw((tasks / parts / PAGE).max(1));
                let body =
                    format!(r#"{{"workspaceId": {WORKSPACE}, {order}, "page": {page}, "per_page": {PAGE}}}"#);
                Call { method: "tasks.list", body }
            }
        }
    }
}

/// A change of a task: each second one ends a task that has not ended yet, the others change what a task's meta says.
pub(super) fn write(number: u64, tasks: u64, draw: impl FnOnce(u64) -> u64) -> Call {
    let kinds = STATUSES.len() as u64;
    if number.is_multiple_of(2) {
        let body = json!({"id": FIRST_TASK + draw(tasks), "name": format!("changed {number}")});
        return Call { method: "tasks.meta.update", body: body.to_string() };
    }
    // Each of them once, in an order that leaps.
    let open = (number / 2 * 7_919) % (tasks / kinds).max(1);
    let body = json!({"id": FIRST_TASK + open * kinds + OPEN, "status": STATUSES[FILTERED as usize]});
    Call { method: "tasks.status.update", body: body.to_string() }
}
