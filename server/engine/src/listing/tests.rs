//! Tests of listings against a naive model, and of cursors while rows change.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::tables::{Column, Key};

#[derive(Clone, Debug)]
struct Animal {
    id: u64,
    kind: &'static str,
    age: Option<i64>,
}

const COLUMNS: &[Column<Animal>] = &[
    Column::id("id", |row| Key::id(row.id)),
    Column::text("kind", |row| Key::text(row.kind)),
    Column { filters: false, ..Column::number("age", |row: &Animal| row.age.map_or(Key::Null, Key::Number)) },
];

fn list(animals: &[Animal], request: &Value) -> Result<Value, Refusal> {
    let paging: Paging = serde_json::from_value(request.clone()).unwrap();
    let nth = |index: usize| &animals[index];
    let fragment = |animal: &Animal| Bytes::from(animal.id.to_string());
    let source = Rows { len: animals.len(), nth: &nth, columns: COLUMNS, fragment: &fragment };
    page(&source, &paging, &WorldLimits::default())
        .map(|output| serde_json::from_slice(&output.bytes()).unwrap())
}

fn ids(reply: &Value) -> Vec<u64> {
    reply["entities"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect()
}

fn zoo() -> Vec<Animal> {
    let row = |id, kind, age| Animal { id, kind, age };
    vec![
        row(1, "cat", Some(3)),
        row(2, "dog", None),
        row(3, "cat", Some(1)),
        row(5, "eel", Some(3)),
        row(8, "dog", Some(2)),
    ]
}

fn filtered(operator: &str, value: Value) -> Vec<u64> {
    let request = json!({"filter": [{"field": "kind", "operator": operator, "value": value}]});
    ids(&list(&zoo(), &request).unwrap())
}

#[test]
fn every_operator_does_what_its_name_says() {
    for equal in ["=", "eq"] {
        assert_eq!(filtered(equal, json!("cat")), [1, 3]);
    }
    for unequal in ["!=", "not"] {
        assert_eq!(filtered(unequal, json!("cat")), [2, 5, 8]);
    }
    assert_eq!(filtered("in", json!(["cat", "eel"])), [1, 3, 5]);
    assert_eq!(filtered("!in", json!(["cat", "eel"])), [2, 8]);
    assert_eq!(filtered("in", json!([])), Vec::<u64>::new());
    assert_eq!(filtered("!in", json!([])), [1, 2, 3, 5, 8]);
}

#[test]
fn conditions_all_hold_and_ids_may_be_text() {
    let both = json!({"filter": [
        {"field": "kind", "operator": "=", "value": "cat"}, {"field": "id", "operator": "!=", "value": "1"}]});
    let reply = list(&zoo(), &both).unwrap();
    assert_eq!((ids(&reply), &reply["total"]), (vec![3], &json!(1)));
}

#[test]
fn rows_without_a_value_are_the_largest_unless_told() {
    let order = |request: Value| ids(&list(&zoo(), &request).unwrap());
    assert_eq!(order(json!({"sort": "age"})), [3, 8, 1, 5, 2]);
    assert_eq!(order(json!({"sort": "age", "sort_order": "desc"})), [2, 5, 1, 8, 3]);
    assert_eq!(order(json!({"sort": "age", "sort_nulls_order": "first"})), [2, 3, 8, 1, 5]);
    let desc_last = json!({"sort": "age", "sort_order": "desc", "sort_nulls_order": "last"});
    assert_eq!(order(desc_last), [5, 1, 8, 3, 2]);
    assert_eq!(order(json!({"sort_order": "desc"})), [8, 5, 3, 2, 1]);
}

#[test]
fn envelopes_tell_what_was_used() {
    let reply = list(&zoo(), &json!({"per_page": 2, "page": 3})).unwrap();
    assert_eq!(reply, json!({"total": 5, "perPage": 2, "pagesCount": 3, "after": null, "entities": [8]}));
    let beyond = list(&zoo(), &json!({"per_page": 2, "page": 4})).unwrap();
    assert_eq!(ids(&beyond), Vec::<u64>::new());
    assert_eq!(list(&zoo(), &json!({})).unwrap()["perPage"], 500);
    assert_eq!(list(&zoo(), &json!({"per_page": 1_000_000})).unwrap()["perPage"], 1000);
    let none = list(&[], &json!({})).unwrap();
    assert_eq!((&none["total"], &none["pagesCount"]), (&json!(0), &json!(1)));
    assert_eq!(ids(&list(&zoo(), &json!({"archived": true})).unwrap()), Vec::<u64>::new());
    let huge = json!({"page": 9_007_199_254_740_991_u64, "per_page": 1000});
    assert_eq!(ids(&list(&zoo(), &huge).unwrap()), Vec::<u64>::new());
}

#[test]
fn what_is_wrong_with_a_filter_is_said_with_its_place() {
    for (condition, place) in [
        (json!({"field": "age", "operator": "=", "value": 1}), "filter[0].field"),
        (json!({"field": "kind", "operator": "<", "value": "cat"}), "filter[0].operator"),
        (json!({"field": "kind", "operator": "in", "value": "cat"}), "filter[0].value"),
        (json!({"field": "kind", "operator": "=", "value": 1}), "filter[0].value"),
        (json!({"field": "id", "operator": "=", "value": "x"}), "filter[0].value"),
    ] {
        let refused = list(&zoo(), &json!({"filter": [condition]})).unwrap_err().to_string();
        assert!(refused.contains(place), "{refused}");
    }
    assert!(list(&zoo(), &json!({"sort": "size"})).unwrap_err().to_string().contains("\"sort\""));
}

#[test]
fn a_cursor_of_another_order_or_of_no_listing_is_refused() {
    let first = list(&zoo(), &json!({"pagination_mode": "token", "per_page": 2})).unwrap();
    let after = first["after"].as_str().unwrap();
    for bad in [json!({"after": after, "sort": "age"}), json!({"after": "nonsense"}), json!({"after": ""})] {
        assert!(list(&zoo(), &bad).unwrap_err().to_string().contains("\"after\""), "{bad}");
    }
    let explicit_page = json!({"after": "nonsense", "pagination_mode": "page"});
    assert!(list(&zoo(), &explicit_page).is_ok(), "page mode does not look at after");
}

fn animals() -> impl Strategy<Value = Vec<Animal>> {
    let row = (prop::sample::select(vec!["cat", "dog", "eel"]), prop::option::of(0..4_i64), 1..3_u64);
    prop::collection::vec(row, 0..40).prop_map(|rows| {
        let mut id = 0;
        let number = |(kind, age, step)| {
            id += step;
            Animal { id, kind, age }
        };
        rows.into_iter().map(number).collect()
    })
}

proptest! {
    /// Joined pages equal the naive listing: filter, stable sort, nothing twice and nothing missing.
    #[test]
    fn pages_joined_are_the_naive_listing(
        animals in animals(), per_page in 1..7_usize, sort in prop::sample::select(vec!["id", "kind", "age"]),
        descending in any::<bool>(), nulls_first in any::<bool>(), token in any::<bool>(),
    ) {
        let mut naive: Vec<&Animal> = animals.iter().filter(|animal| animal.kind != "eel").collect();
        naive.sort_by_key(|animal| animal.id);
        if descending { naive.reverse(); }
        let by = |animal: &Animal| match sort { "id" => (animal.id as i64, ""), "kind" => (0, animal.kind), _ => (animal.age.unwrap_or(0), "") };
        naive.sort_by(|a, b| if descending { by(b).cmp(&by(a)) } else { by(a).cmp(&by(b)) });
        if sort == "age" { naive.sort_by_key(|animal| animal.age.is_none() != nulls_first); }
        let mut request = json!({
            "sort": sort, "sort_order": if descending { "desc" } else { "asc" }, "per_page": per_page,
            "sort_nulls_order": if nulls_first { "first" } else { "last" },
            "filter": [{"field": "kind", "operator": "!=", "value": "eel"}],
        });
        let mut walked = Vec::new();
        for number in 1..=animals.len() + 1 {
            let key = if token { "pagination_mode" } else { "page" };
            request[key] = if token { json!("token") } else { json!(number) };
            let reply = list(&animals, &request).unwrap();
            prop_assert_eq!(reply["total"].as_u64(), Some(naive.len() as u64));
            walked.extend(ids(&reply));
            if token {
                if reply["after"].is_null() { break; }
                request["after"] = reply["after"].clone();
            }
        }
        prop_assert_eq!(walked, naive.iter().map(|animal| animal.id).collect::<Vec<_>>());
    }

    /// A walk by cursor returns each row that exists from the first page to the last exactly once, whatever
    /// rows are added or removed meanwhile.
    #[test]
    fn a_cursor_survives_rows_that_come_and_go(
        animals in animals(), gone in prop::collection::btree_set(0..40_usize, 0..8), per_page in 1..5_usize,
    ) {
        let staying: Vec<Animal> = animals.iter().enumerate().filter(|(at, _)| !gone.contains(at)).map(|(_, animal)| animal.clone()).collect();
        let mut walked = Vec::new();
        let mut request = json!({"pagination_mode": "token", "per_page": per_page, "sort": "kind"});
        for turn in 0..100 {
            let rows = if turn % 2 == 0 { &animals } else { &staying };
            let reply = list(rows, &request).unwrap();
            walked.extend(ids(&reply));
            if reply["after"].is_null() { break; }
            request["after"] = reply["after"].clone();
        }
        for animal in &staying {
            prop_assert_eq!(walked.iter().filter(|id| **id == animal.id).count(), 1);
        }
    }
}
