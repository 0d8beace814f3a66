//! Whole worlds.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::lifecycle::{arb_lifecycle, arb_short_lifecycle};
use super::listing::{row, rows_at_edges};
use super::{Object, TASKS_MAX, object};

/// Hash and bytes of the file that imports have.
const BLOB: (&str, &str) = ("SS1epJYFbxpqZZIkEDL6t2TDIVljF5MLT6Dh6Lw7dHA=", "YSxiCjEsMgo=");
/// Project of the default world, which its tasks and models refer to.
const PROJECT: u64 = 1951;

/// Type of a task, with what belongs to it.
#[derive(Clone, Copy, Debug)]
enum TaskType {
    App,
    Training,
    Import,
}

#[derive(Clone, Debug)]
struct TaskDraw {
    kind: TaskType,
    lifecycle: Value,
    restarts: bool,
}

/// Draws a fixture: up to three tasks with lifecycles, ids from 1 on; further rows up to the edge of a page; an
/// app that answers `count`; the lifecycle of tasks that are started later; sometimes more projects.
pub fn arb_world() -> impl Strategy<Value = Object> + Clone {
    let most = usize::try_from(TASKS_MAX).unwrap_or(1);
    let tasks = prop::collection::vec(task(), 1..=most);
    let projects = weighted(0.15, 1..=6_u64);
    let later = weighted(0.5, arb_short_lifecycle());
    let answers = prop_oneof![1 => Just(false), 4 => Just(true)];
    (tasks, rows_at_edges(TASKS_MAX), projects, later, answers).prop_map(
        |(tasks, (page, rows), projects, later, answers)| {
            let mut world = tables(&tasks, (page, rows), projects);
            if answers {
                world.insert("app".to_owned(), json!({"replies": {"count": {"count": 3}}}));
            }
            world.extend(later.map(|later| ("lifecycle".to_owned(), later)));
            world
        },
    )
}

fn task() -> impl Strategy<Value = TaskDraw> + Clone {
    let kinds =
        prop_oneof![6 => Just(TaskType::App), 1 => Just(TaskType::Training), 1 => Just(TaskType::Import)];
    let restarts = prop_oneof![7 => Just(false), 1 => Just(true)];
    (kinds, arb_lifecycle(), restarts).prop_map(|(kind, lifecycle, restarts)| TaskDraw {
        kind,
        lifecycle,
        restarts,
    })
}

fn tables(tasks: &[TaskDraw], (page, rows): (u64, u64), projects: Option<u64>) -> Object {
    let has_file = tasks.iter().any(|task| matches!(task.kind, TaskType::Import));
    let tasks = tasks.iter().zip(1..).map(|(task, id)| task_row(id, task));
    let mut world = object(json!({
        "limits": {"perPage": page, "perPageMax": page},
        "tasks": tasks.chain((0..rows).map(row)).collect::<Value>(),
    }));
    if has_file {
        world.insert("blobs".to_owned(), json!({BLOB.0: BLOB.1}));
    }
    if let Some(projects) = projects {
        let more =
            (1..=projects).map(|number| json!({"id": PROJECT + number, "name": format!("project {number}")}));
        let all = std::iter::once(json!({"id": PROJECT})).chain(more);
        world.insert("projects".to_owned(), all.collect());
    }
    world
}

fn task_row(id: u64, TaskDraw { kind, lifecycle, restarts }: &TaskDraw) -> Value {
    let mut row = json!({"id": id, "lifecycle": lifecycle});
    match kind {
        TaskType::App => {}
        TaskType::Training => {
            row["type"] = "train".into();
            row["checkpoints"] = json!([
                {"id": 1, "subdir": "0000", "status": "uploaded", "createdAt": "2025-12-31T23:10:00.000Z"}]);
            row["logs"] = json!([{
                "timestamp": "2025-12-31T23:10:00.000Z", "task_id": id, "level": "info", "message": "metrics",
                "event_type": "EventType.METRICS", "type": "train", "epoch": 1, "metrics": {"loss": 0.5}}]);
        }
        TaskType::Import => {
            row["type"] = "import".into();
            row["files"] = json!([{"path": "/a.csv", "hash": BLOB.0}]);
        }
    }
    if *restarts {
        row["restartPolicy"] = "on_error".into();
    }
    row
}

/// Draws the id of a task: mostly one that exists.
pub(super) fn task_id() -> impl Strategy<Value = u64> + Clone {
    prop_oneof![6 => Just(1_u64), 4 => select((1..=TASKS_MAX).collect::<Vec<_>>()), 1 => Just(super::MISSING)]
}
