//! Listings page by page: the rows, the query, the limit, and the optional results.

use serde_json::{Value, json};

use super::play::{page_of, rows_of};
use super::{Play, PlayRow, holds, sane, trips};
use crate::operations::ErrorKind::{IncompleteListing, Usage};

/// A listing of a workspace with further arguments.
fn list(more: Value) -> Play {
    let mut args = json!({"method": "tasks.list", "data": {"workspaceId": 1}});
    args.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    Play::call("task.list_all", args)
}

/// The three pages of five rows.
fn three(play: Play) -> Play {
    let two = play.page(json!({}), 5, &[1, 2]).page(json!({"page": 2}), 5, &[3, 4]);
    two.page(json!({"page": 3}), 5, &[5])
}

fn whole() -> Play {
    three(list(json!({})))
}

fn rows(play: Play, ids: &[u64]) -> Play {
    play.returns(json!({"rows": rows_of(ids)}))
}

/// A listing whose rows have a status.
fn filtered() -> Value {
    json!({"filter": [{"field": "status", "operator": "=", "value": "started"}]})
}

/// The first page with a single row.
fn first_of_one(play: Play, total: u64) -> Play {
    let ids: &[u64] = if total == 0 { &[] } else { &[1] };
    let body = page_of(total, 1, ids, Value::Null);
    play.asks("tasks.list", json!({"workspaceId": 1, "per_page": 1})).answers(body)
}

pub(super) const ROWS: &[PlayRow] = &[
    sane("all rows", || rows(whole(), &[1, 2, 3, 4, 5])),
    sane("no rows", || rows(list(json!({})).page(json!({}), 0, &[]), &[])),
    sane("the rows of a workspace", || {
        three(Play::call("task.list", json!({"workspace": 1}))).returns(rows_of(&[1, 2, 3, 4, 5]))
    }),
    sane("a first page of one row", || rows(three(first_of_one(list(json!({})), 5)), &[1, 2, 3, 4, 5])),
    sane("a first page of one row, which is all", || rows(first_of_one(list(json!({})), 1), &[1])),
    sane("a first page of no row, which is all", || rows(first_of_one(list(json!({})), 0), &[])),
    sane("an empty page ends the listing", || {
        rows(whole().page(json!({"page": 4}), 5, &[]), &[1, 2, 3, 4, 5])
    }),
    sane("a page is read twice", || rows(whole().page(json!({"page": 3}), 5, &[5]), &[1, 2, 3, 4, 5])),
    trips("a page is read twice, and so are its rows", &["list-wrong-rows"], || {
        rows(whole().page(json!({"page": 3}), 5, &[5]), &[1, 2, 3, 4, 5, 5])
    }),
    sane("pages in another order", || {
        let two = list(json!({})).page(json!({}), 5, &[1, 2]).page(json!({"page": 3}), 5, &[5]);
        rows(two.page(json!({"page": 2}), 5, &[3, 4]), &[1, 2, 3, 4, 5])
    }),
    trips("a row is lost", &["list-wrong-rows"], || rows(whole(), &[1, 2, 3, 4])),
    trips("rows in another order", &["list-wrong-rows"], || rows(whole(), &[5, 4, 3, 2, 1])),
    trips("no rows at all", &["list-wrong-rows"], || whole().returns(Value::Null)),
    trips("the first page alone", &["list-wrong-rows"], || {
        rows(list(json!({})).page(json!({}), 5, &[1, 2]), &[1, 2])
    }),
    trips("the first page of one row alone", &["list-wrong-rows"], || {
        rows(first_of_one(list(json!({})), 5), &[1])
    }),
    trips("an error after the first page", &["list-wrong-rows"], || {
        list(json!({})).page(json!({}), 5, &[1, 2]).raises(IncompleteListing)
    }),
    trips("an error after all pages", &["success-raised"], || whole().raises(IncompleteListing)),
    trips("rows without a request", &["no-request"], || rows(list(json!({})), &[])),
    sane("no request for no rows", || rows(list(json!({"limit": 0})), &[])),
    sane("a usage error without a request", || list(json!({})).raises(Usage)),
    trips("a pause after the last page", &["late-result"], || rows(whole().pause(1_000), &[1, 2, 3, 4, 5])),
    sane("the limit is reached inside a page", || {
        let two = list(json!({"limit": 3})).page(json!({}), 5, &[1, 2]).page(json!({"page": 2}), 5, &[3, 4]);
        rows(two, &[1, 2, 3])
    }),
    sane("the limit is reached exactly", || {
        rows(list(json!({"limit": 2})).page(json!({}), 5, &[1, 2]), &[1, 2])
    }),
    sane("the limit is reached exactly, and one more page is read", || {
        let two = list(json!({"limit": 2})).page(json!({}), 5, &[1, 2]).page(json!({"page": 2}), 5, &[3, 4]);
        rows(two, &[1, 2])
    }),
    sane("pages of the limit", || {
        let body = page_of(5, 3, &[1, 2, 3], Value::Null);
        let asked = list(json!({"limit": 3})).asks("tasks.list", json!({"workspaceId": 1, "per_page": 3}));
        rows(asked.answers(body), &[1, 2, 3])
    }),
    sane("a limit above the total", || rows(three(list(json!({"limit": 9}))), &[1, 2, 3, 4, 5])),
    trips("rows beyond the limit", &["list-wrong-rows"], || {
        let two = list(json!({"limit": 3})).page(json!({}), 5, &[1, 2]).page(json!({"page": 2}), 5, &[3, 4]);
        rows(two, &[1, 2, 3, 4])
    }),
    trips("fewer rows than the limit", &["list-wrong-rows"], || {
        rows(list(json!({"limit": 3})).page(json!({}), 5, &[1, 2]), &[1, 2])
    }),
    trips("two pages that the limit makes needless", &["list-too-many-pages"], || {
        rows(three(list(json!({"limit": 1}))), &[1])
    }),
    sane("a first page of one row, and then the limit", || {
        let play = first_of_one(list(json!({"limit": 3})), 5).page(json!({}), 5, &[1, 2]);
        rows(play.page(json!({"page": 2}), 5, &[3, 4]), &[1, 2, 3])
    }),
    sane("a filter on each page", || {
        let mut args = json!({"workspace": 1});
        args["filters"] = filtered()["filter"].clone();
        let first = Play::call("task.list", args).page(filtered(), 3, &[1, 2]);
        let mut second = filtered();
        second["page"] = json!(2);
        first.page(second, 3, &[3]).returns(rows_of(&[1, 2, 3]))
    }),
    trips("a filter on the first page alone", &["list-query-lost"], || {
        let mut args = json!({"workspace": 1});
        args["filters"] = filtered()["filter"].clone();
        let first = Play::call("task.list", args).page(filtered(), 3, &[1, 2]);
        first.page(json!({"page": 2}), 3, &[3]).returns(rows_of(&[1, 2, 3]))
    }),
    sane("a size that the server reduces", || {
        let data = json!({"data": {"workspaceId": 1, "per_page": 100}});
        let first = list(data).page(json!({"per_page": 100}), 3, &[1, 2]);
        rows(first.page(json!({"page": 2, "per_page": 2}), 3, &[3]), &[1, 2, 3])
    }),
    sane("progress by pages", || {
        let play = three(list(json!({"progress": true})));
        play.returns(json!({"rows": rows_of(&[1, 2, 3, 4, 5]), "progress": [2, 2, 1]}))
    }),
    sane("progress at once", || {
        let play = three(list(json!({"progress": true})));
        play.returns(json!({"rows": rows_of(&[1, 2, 3, 4, 5]), "progress": [5]}))
    }),
    sane("progress under a limit", || {
        let play = list(json!({"progress": true, "limit": 1})).page(json!({}), 5, &[1, 2]);
        play.returns(json!({"rows": rows_of(&[1]), "progress": [2]}))
    }),
    trips("progress without the last page", &["list-wrong-progress"], || {
        let play = three(list(json!({"progress": true})));
        play.returns(json!({"rows": rows_of(&[1, 2, 3, 4, 5]), "progress": [2, 2]}))
    }),
    trips("no progress", &["list-wrong-progress"], || {
        rows(three(list(json!({"progress": true}))), &[1, 2, 3, 4, 5])
    }),
    sane("the first response", || {
        let play = three(list(json!({"first_response": true})));
        play.returns(json!({"rows": rows_of(&[1, 2, 3, 4, 5]), "first_response": {"total": 5}}))
    }),
    trips("no first response", &["wrong-result"], || {
        rows(three(list(json!({"first_response": true}))), &[1, 2, 3, 4, 5])
    }),
];

#[test]
fn the_oracle_objects_to_these_listings_alone() {
    holds(ROWS);
}
