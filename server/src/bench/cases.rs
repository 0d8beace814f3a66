//! The measured requests, and the world they are sent to.

use serde_json::json;

use super::worlds::{FIRST_TASK, OPEN, STATUSES, WORKSPACE};

/// Number of tasks of the world: a workspace that has been in use for some years. Debug builds use
/// fewer, because their figures are not used.
pub(super) const TASKS: u64 = if cfg!(debug_assertions) { 5_000 } else { 10_000 };
/// Index of the status that the filter selects.
const FILTERED: u64 = 0;
/// Tasks of a page.
const PAGE: u64 = 100;

/// A kind of request, and how it is sent.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) ask: Ask,
    pub(super) connections: Connections,
    /// Upper bound of the CPU time of the fake, as a multiple of the bare server's; absent if the
    /// figure is only shown.
    pub(super) most: Option<f64>,
    /// The multiple beyond which `bench --check` fails, even on a busy machine.
    pub(super) fails: Option<f64>,
}

/// Content of a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ask {
    /// One task.
    Task,
    /// A page of tasks: filter and order as JSON members, and the number of equal parts of the
    /// tasks of which the filter selects one.
    Page { order: &'static str, parts: u64 },
}

/// Connections of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connections {
    /// A few that stay open.
    Kept,
    /// A new one for each request, as the SDK does.
    Fresh,
}

/// All cases.
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
    /// A random request of this kind. `draw` returns a random number below its argument.
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

/// A change of a task. Odd numbers end a task that is still open; even ones change a task's meta.
pub(super) fn write(number: u64, tasks: u64, draw: impl FnOnce(u64) -> u64) -> Call {
    let kinds = STATUSES.len() as u64;
    if number.is_multiple_of(2) {
        let body = json!({"id": FIRST_TASK + draw(tasks), "name": format!("changed {number}")});
        return Call { method: "tasks.meta.update", body: body.to_string() };
    }
    // Each open task once, in scattered order: the factor is prime.
    let open = (number / 2 * 7_919) % (tasks / kinds).max(1);
    let body = json!({"id": FIRST_TASK + open * kinds + OPEN, "status": STATUSES[FILTERED as usize]});
    Call { method: "tasks.status.update", body: body.to_string() }
}
