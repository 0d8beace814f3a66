//! Listings whose pages fail or do not agree, listings by cursor, and pages that are read in parallel.

use serde_json::{Value, json};

use super::play::{page_of, rows_of};
use super::{Play, PlayRow, holds, sane, trips};
use crate::event::Way;
use crate::operations::ErrorKind::{BadAnswer, IncompleteListing, NotFound, RetriesExhausted, Usage};

fn list() -> Play {
    Play::call("task.list_all", json!({"method": "tasks.list", "data": {"workspaceId": 1}}))
        .client(json!({"attempts": 2, "retry_base_ms": 1_000}))
}

fn rows(play: Play, ids: &[u64]) -> Play {
    play.returns(json!({"rows": rows_of(ids)}))
}

/// A first page, and a second one that a fault has changed.
fn changed(action: Value, total: u64, ids: &[u64]) -> Play {
    let body = page_of(total, 2, ids, Value::Null);
    list()
        .page(json!({}), 4, &[1, 2])
        .asks("tasks.list", json!({"workspaceId": 1, "page": 2}))
        .fault(action)
        .answers(body)
}

fn second(play: Play) -> Play {
    play.asks("tasks.list", json!({"workspaceId": 1, "page": 2}))
}

fn token() -> Value {
    json!({"workspaceId": 1, "pagination_mode": "token"})
}

fn by_cursor(more: Value) -> Play {
    let mut args = json!({"method": "tasks.list", "data": token()});
    args.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    Play::call("task.list_pages", args)
}

/// A page by cursor.
fn step(play: Play, total: u64, ids: &[u64], after: Value) -> Play {
    play.asks("tasks.list", token()).answers(page_of(total, 2, ids, after))
}

fn walk(play: Play) -> Play {
    step(step(play, 3, &[1, 2], json!("a")), 3, &[3], Value::Null)
}

/// Pages 2 and 3, which are requested at the same time by one lane.
fn parallel(second: u16) -> Play {
    let asked = self::second(list().page(json!({}), 5, &[1, 2]));
    let asked = asked.asks("tasks.list", json!({"workspaceId": 1, "page": 3}));
    let asked = match second {
        200 => asked.reply_to(2, Some(200), Way::Whole, page_of(5, 2, &[3, 4], Value::Null)),
        other => asked.reply_to(2, Some(other), Way::Whole, Value::Null),
    };
    asked.reply_to(3, Some(200), Way::Whole, page_of(5, 2, &[5], Value::Null))
}

pub(super) const ROWS: &[PlayRow] = &[
    trips("a page is refused, and the listing is short", &["error-swallowed"], || {
        rows(second(list().page(json!({}), 4, &[1, 2])).faulty(404), &[1, 2])
    }),
    sane("a page is refused, and the listing fails", || {
        second(list().page(json!({}), 4, &[1, 2])).faulty(404).raises(NotFound)
    }),
    sane("a page is repeated", || {
        let failed = second(list().page(json!({}), 4, &[1, 2])).faulty(503).pause(1_000);
        rows(failed.page(json!({"page": 2}), 4, &[3, 4]), &[1, 2, 3, 4])
    }),
    sane("a page fails for good", || {
        let failed = second(list().page(json!({}), 4, &[1, 2])).faulty(503).pause(1_000);
        second(failed).faulty(503).raises(RetriesExhausted)
    }),
    trips("a row is missing", &["list-inconsistent"], || {
        rows(changed(json!({"drop_row": 0}), 4, &[4]), &[1, 2, 4])
    }),
    sane("a row is missing, and the listing fails", || {
        changed(json!({"drop_row": 0}), 4, &[4]).raises(IncompleteListing)
    }),
    trips("a row comes twice", &["list-inconsistent"], || {
        rows(changed(json!({"duplicate_row": 0}), 4, &[3, 3, 4]), &[1, 2, 3, 3, 4])
    }),
    sane("a row comes twice, and is returned once", || {
        rows(changed(json!({"duplicate_row": 0}), 4, &[3, 3, 4]), &[1, 2, 3, 4])
    }),
    sane("the totals differ, and the first one is right", || {
        rows(changed(json!({"total_off_by": 1}), 5, &[3, 4]), &[1, 2, 3, 4])
    }),
    sane("the totals differ, and the listing fails", || {
        changed(json!({"total_off_by": 1}), 5, &[3, 4]).raises(IncompleteListing)
    }),
    sane("a row leaves between two pages", || {
        rows(list().page(json!({}), 4, &[1, 2]).page(json!({"page": 2}), 3, &[4]), &[1, 2, 4])
    }),
    sane("a row moves between two pages, and the listing fails", || {
        list().page(json!({}), 4, &[1, 2]).page(json!({"page": 2}), 4, &[2, 3]).raises(IncompleteListing)
    }),
    sane("a row moves between two pages", || {
        rows(list().page(json!({}), 4, &[1, 2]).page(json!({"page": 2}), 4, &[2, 3]), &[1, 2, 2, 3])
    }),
    trips("a page is too short", &["list-inconsistent"], || {
        rows(list().page(json!({}), 4, &[1, 2]).page(json!({"page": 2}), 4, &[3]), &[1, 2, 3])
    }),
    sane("a page is too short, and the listing fails", || {
        list().page(json!({}), 4, &[1, 2]).page(json!({"page": 2}), 4, &[3]).raises(IncompleteListing)
    }),
    sane("a page without rows is refused", || {
        second(list().page(json!({}), 4, &[1, 2]))
            .answers(json!({"total": 4, "after": null}))
            .raises(BadAnswer)
    }),
    sane("a first page without a total is refused", || {
        let asked = list().asks("tasks.list", json!({"workspaceId": 1}));
        asked.answers(json!({"perPage": 2, "entities": []})).raises(BadAnswer)
    }),
    sane("an unclear page is taken, and the next one is requested at once", || {
        let asked =
            list().asks("tasks.list", json!({"workspaceId": 1})).fault(json!({"dribble_bytes_per_s": 9_000}));
        let first = asked.reply(Some(200), Way::Spoiled, page_of(4, 2, &[1, 2], Value::Null));
        rows(first.page(json!({"page": 2}), 4, &[3, 4]), &[1, 2, 3, 4])
    }),
    sane("a page that is not JSON", || {
        let asked = list().asks("tasks.list", json!({"workspaceId": 1})).fault(json!({"not_json": true}));
        rows(asked.reply(Some(200), Way::Spoiled, json!("<html>")), &[])
    }),
    sane("all batches by cursor", || {
        walk(by_cursor(json!({}))).returns(json!({"pages": [rows_of(&[1, 2]), rows_of(&[3])]}))
    }),
    sane("a single empty batch", || {
        step(by_cursor(json!({})), 0, &[], Value::Null).returns(json!({"pages": [[]]}))
    }),
    trips("the last batch is lost", &["list-wrong-rows"], || {
        walk(by_cursor(json!({}))).returns(json!({"pages": [rows_of(&[1, 2])]}))
    }),
    sane("whole batches under a limit", || {
        step(by_cursor(json!({"limit": 1})), 3, &[1, 2], json!("a"))
            .returns(json!({"pages": [rows_of(&[1, 2])]}))
    }),
    sane("batches that the limit cuts", || {
        step(by_cursor(json!({"limit": 1})), 3, &[1, 2], json!("a"))
            .returns(json!({"pages": [rows_of(&[1])]}))
    }),
    trips("fewer rows than the limit by cursor", &["list-wrong-rows"], || {
        step(by_cursor(json!({"limit": 3})), 3, &[1, 2], json!("a"))
            .returns(json!({"pages": [rows_of(&[1, 2])]}))
    }),
    trips("the mode is lost on the second page", &["list-query-lost"], || {
        let first = step(by_cursor(json!({})), 3, &[1, 2], json!("a"));
        let second = first.asks("tasks.list", json!({"workspaceId": 1, "after": "a"}));
        second
            .answers(page_of(3, 2, &[3], Value::Null))
            .returns(json!({"pages": [rows_of(&[1, 2]), rows_of(&[3])]}))
    }),
    trips("a cursor ends early, and the listing is short", &["list-inconsistent"], || {
        step(by_cursor(json!({})), 3, &[1, 2], Value::Null).returns(json!({"pages": [rows_of(&[1, 2])]}))
    }),
    sane("a cursor ends early, and the listing fails", || {
        step(by_cursor(json!({})), 3, &[1, 2], Value::Null).raises(IncompleteListing)
    }),
    trips("a circle of cursors is taken for the rows", &["list-inconsistent"], || {
        let looping = |play: Play| play.asks("tasks.list", token()).fault(json!({"cursor_loops": true}));
        let page = || page_of(3, 2, &[1, 2], json!("a"));
        let twice = looping(looping(by_cursor(json!({}))).answers(page())).answers(page());
        twice.returns(json!({"pages": [rows_of(&[1, 2]), rows_of(&[1, 2])]}))
    }),
    sane("batches without cursors are refused", || {
        Play::call("task.list_pages", json!({"method": "tasks.list", "data": {"workspaceId": 1}}))
            .page(json!({}), 4, &[1, 2])
            .raises(Usage)
    }),
    sane("pages in parallel", || rows(parallel(200), &[1, 2, 3, 4, 5])),
    sane("pages in parallel, of which one is refused", || parallel(404).raises(NotFound)),
    sane("pages in parallel, of which one is repeated", || {
        rows(parallel(503).pause(1_000).page(json!({"page": 2}), 5, &[3, 4]), &[1, 2, 3, 4, 5])
    }),
    sane("pages of two threads, of which the first is slow", || {
        let first = list().page(json!({}), 5, &[1, 2]);
        let asked = second(first.lane("a")).lane("b").page(json!({"page": 3}), 5, &[5]).later(3_000);
        let slow = asked.lane("a").reply_to(2, Some(200), Way::Whole, page_of(5, 2, &[3, 4], Value::Null));
        rows(slow.lane("main"), &[1, 2, 3, 4, 5])
    }),
    sane("one page is refused while another one fails", || {
        let asked = second(list().page(json!({}), 5, &[1, 2]).later(1).lane("a")).faulty(404).lane("b");
        let failed = asked.asks("tasks.list", json!({"workspaceId": 1, "page": 3})).faulty(503);
        failed.lane("main").raises(NotFound)
    }),
];

#[test]
fn the_oracle_objects_to_these_pages_alone() {
    holds(ROWS);
}
