//! Tests of return values, errors, and alternatives.

use serde_json::{Value, json};

use super::{Story, fails, holds, hollow};
use crate::scenario::ErrorKind;

fn returned(value: Value) -> Story {
    Story::new().ask("tasks.info").returns(value)
}

fn wants(matcher: &Value) -> Value {
    json!({"of": "w", "returns": matcher})
}

#[test]
fn any_is_whatever_was_returned_and_nothing_that_was_not() {
    let any = wants(&json!({"any": true}));
    holds(&returned(Value::Null), &any);
    fails(
        &Story::new().raises(ErrorKind::Auth),
        &any,
        "returns anything",
        "raised auth: Native \"of its own\"",
    );
    fails(&Story::new(), &any, "returns anything", "it did not end");
}

#[test]
fn eq_is_exactly_that_and_tells_null_from_nothing() {
    holds(&returned(json!({"id": 7})), &wants(&json!({"eq": {"id": 7}})));
    fails(&returned(json!({"id": 7, "x": 1})), &wants(&json!({"eq": {"id": 7}})), "{\"id\":7}", "\"x\":1");
    holds(&returned(Value::Null), &wants(&json!({"eq": null})));
    fails(&returned(json!(0)), &wants(&json!({"eq": null})), "returns null", "returned 0");
}

#[test]
fn like_has_at_least_these_keys_and_exactly_these_items() {
    let value = json!({"id": 7, "meta": {"a": 1, "b": [1, {"c": 2, "d": 3}]}});
    holds(&returned(value.clone()), &wants(&json!({"like": {"meta": {"b": [1, {"c": 2}]}}})));
    let fewer = json!({"like": {"meta": {"b": [1]}}});
    fails(&returned(value.clone()), &wants(&fewer), "something like", "returned {");
    fails(&returned(value), &wants(&json!({"like": {"gone": null}})), "something like", "returned {");
}

#[test]
fn any_of_is_exactly_one_of_these() {
    let wanted = wants(&json!({"any_of": ["a", null]}));
    holds(&returned(Value::Null), &wanted);
    fails(&returned(json!("ab")), &wanted, "\"a\" or null", "\"ab\"");
}

#[test]
fn a_type_is_that_type_alone() {
    let types = [
        ("null", json!(null), json!(0)),
        ("boolean", json!(false), json!(0)),
        ("integer", json!(-3), json!(0.5)),
        ("number", json!(0.5), json!("0.5")),
        ("string", json!(""), json!(null)),
        ("array", json!([]), json!({})),
        ("object", json!({}), json!([])),
    ];
    for (name, value, other) in types {
        let wanted = wants(&json!({"type": name}));
        holds(&returned(value), &wanted);
        fails(&returned(other), &wanted, name, "returned");
    }
}

#[test]
fn absent_pointers_lead_nowhere_in_an_object_or_array() {
    let wanted = wants(&json!({"absent": ["/a/b", "/c"]}));
    holds(&returned(json!({"a": {}})), &wanted);
    fails(&returned(json!({"a": {"b": null}})), &wanted, "without /a/b, /c", "{\"a\"");
    fails(&returned(Value::Null), &wanted, "without", "returned null");
}

#[test]
fn ids_are_those_of_rows_or_pages_in_their_order() {
    let wanted = wants(&json!({"ids": [1, 2]}));
    let rows = json!([{"id": 1}, {"id": 2}]);
    holds(&returned(rows.clone()), &wanted);
    holds(&returned(json!({"rows": rows, "first": {}})), &wanted);
    holds(&returned(json!({"pages": [[{"id": 1}], [], [{"id": 2}]]})), &wanted);
    fails(&returned(json!([{"id": 2}, {"id": 1}])), &wanted, "the ids [1,2]", "returned");
    fails(&returned(json!([{"id": 1}, {}])), &wanted, "the ids", "returned");
    // An invalid page is not ignored.
    fails(&returned(json!({"pages": [null, rows]})), &wanted, "the ids", "null");
    holds(&returned(json!([])), &wants(&json!({"ids": []})));
    fails(&returned(json!({})), &wants(&json!({"ids": []})), "the ids []", "returned {}");
}

#[test]
fn all_of_a_matcher_must_hold() {
    let wanted = wants(&json!({"type": "object", "absent": ["/x"], "like": {"id": 7}}));
    holds(&returned(json!({"id": 7})), &wanted);
    fails(&returned(json!({"id": 7, "x": 1})), &wanted, "like {\"id\":7} and a value of type object", "x");
}

#[test]
fn of_is_the_result_of_that_step_alone() {
    let story = returned(json!(1)).step(1).returns(json!(2));
    holds(&story, &json!({"of": "w", "returns": {"eq": 1}}));
    holds(&story, &json!({"of": "x", "returns": {"eq": 2}}));
}

#[test]
fn raises_is_of_a_kind_one_of_kinds_or_any() {
    let raised = Story::new().raises(ErrorKind::NotFound);
    for wanted in
        [json!({"kind": "not_found"}), json!({"any_of": ["auth", "not_found"]}), json!({"any": true})]
    {
        let wanted = json!({"of": "w", "raises": wanted});
        holds(&raised, &wanted);
        fails(&returned(json!(1)), &wanted, "raises", "returned 1");
        fails(&Story::new(), &wanted, "raises", "it did not end");
    }
    let auth = json!({"of": "w", "raises": {"any_of": ["auth", "usage"]}});
    fails(&raised, &auth, "raises auth or usage", "raised not_found: Native");
}

#[test]
fn one_of_holds_by_one_alternative_and_tells_all_that_fail() {
    let wanted = json!({"of": "w", "one_of": [{"returns": {"eq": 1}}, {"raises": {"kind": "auth"}}]});
    holds(&returned(json!(1)), &wanted);
    holds(&Story::new().raises(ErrorKind::Auth), &wanted);
    fails(&returned(json!(2)), &wanted, "returns 1, or raises auth", "returned 2");
}

#[test]
fn an_alternative_without_a_subject_does_not_hold() {
    let retried = json!({"same_on_retry": ["body"]});
    let headed = json!({"requests": {"tasks.info": {"headers": {"x": null}}}});
    let asked = json!({"requests": {"tasks.info": {"count": 1}}});
    let none = Story::new().returns(json!(1));
    hollow(&none, &json!({"one_of": [retried, headed]}), "no request was repeated; there is no tasks.info");
    fails(&none, &json!({"one_of": [retried, asked]}), "or tasks.info: 1 requests", "0 requests");
    holds(&Story::new().ask("tasks.info"), &json!({"one_of": [retried, asked]}));
}

#[test]
fn one_of_holds_beside_the_other_words() {
    let either = json!([{"returns": {"eq": 1}}, {"returns": {"eq": 2}}]);
    let wanted = json!({"of": "w", "one_of": either, "requests": {"tasks.info": {"count": 2}}});
    fails(&returned(json!(1)), &wanted, "tasks.info: 2 requests", "1 requests, at 0 ms");
}
