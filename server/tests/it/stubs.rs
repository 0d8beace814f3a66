//! Canned replies of wire methods that are not modelled.

use serde_json::{Value, json};
use slymock_server::engine::methods::METHODS;

use crate::fake::fake;

#[test]
fn a_stub_answers_what_is_not_modelled_and_is_marked() {
    let fake = fake();
    let (one, other) = (fake.tenant(json!({})), fake.tenant(json!({})));
    let ask = json!({"projectId": 1});
    assert_eq!(one.call("images.list", ask.clone()).status, 404);
    let reply = json!({"total": 0, "entities": []});
    let set = one.control("POST", "stubs", json!({"method": "images.list", "reply": reply})).json();
    assert_eq!(set, json!({"stubs": [{"method": "images.list", "reply": reply}]}));
    assert_eq!(one.get("stubs"), set);
    let answer = one.call("images.list", ask.clone());
    assert_eq!((answer.status, answer.json()), (200, reply));
    assert_eq!(other.call("images.list", ask.clone()).status, 404, "each world has its own stubs");
    let entries = one.get("journal?method=images.list")["entries"].clone();
    assert_eq!((entries[0].get("stub"), &entries[1]["stub"]), (None, &json!(true)));
    assert_eq!(entries[1]["body"], ask);
    let methods = one.get("methods");
    assert_eq!(methods["counts"], json!({"implemented": METHODS.len(), "stubs": 1}));
    let rows = methods["methods"].as_array().unwrap();
    let marked: Vec<_> = rows.iter().filter(|row| row["stub"] == true).map(|row| &row["method"]).collect();
    assert_eq!(marked, ["images.list"]);
    assert_eq!(rows.len(), METHODS.len() + 1);
}

#[test]
fn rules_may_name_a_stub_and_go_with_it() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let rule = json!({"on": {"method": "images.list"}, "do": {"status": 503}});
    assert_eq!(tenant.control("POST", "faults", rule.clone()).status, 400);
    tenant.control("POST", "stubs", json!({"method": "images.list", "reply": 1}));
    tenant.control("POST", "stubs", json!({"method": "images.info", "reply": 2}));
    tenant.fault(rule);
    assert_eq!(tenant.call("images.list", json!({})).status, 503);
    assert_eq!(tenant.call("images.info", json!({})).json(), json!(2));
    let left = tenant.control("DELETE", "stubs?method=images.list", Value::Null).json();
    assert_eq!(left["stubs"].as_array().unwrap().len(), 1);
    assert_eq!(tenant.get("faults"), json!({"faults": []}));
    assert_eq!(tenant.control("DELETE", "stubs?method=images.list", Value::Null).status, 404);
    assert_eq!(tenant.control("DELETE", "stubs", Value::Null).json(), json!({"stubs": []}));
}

#[test]
fn what_cannot_be_a_stub_is_refused() {
    let fake = fake();
    for (body, word) in [
        (json!({"method": "tasks.info", "reply": 1}), "is modelled"),
        (json!({"method": "net", "reply": 1}), "is modelled"),
        (json!({"method": "", "reply": 1}), "name of a wire method"),
        (json!({"method": "a/b", "reply": 1}), "name of a wire method"),
        (json!({"method": "a.b"}), "reply"),
    ] {
        let answer = fake.control("POST", "stubs", &body.to_string());
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(answer.status == 400 && text.contains(word), "{body}: {text}");
    }
    assert_eq!(fake.control("GET", "stubs", "").json(), json!({"stubs": []}));
}
