//! Fault rules: the requests they fire on, counting, listing and refusing them, and their effect on
//! lists.

use serde_json::{Value, json};

use crate::fake::{Answer, fake};
use crate::tenant::Tenant;

const TASK: u64 = 121_230;

fn info(tenant: &Tenant<'_>) -> Answer {
    tenant.call("tasks.info", json!({"id": TASK}))
}

#[test]
fn lists_show_what_is_wrong_with_them() {
    let fake = fake();
    let tenant = fake.tenant(json!({"fixture": {"tasks": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]}}));
    let page = |extra: Value| {
        let mut body = json!({"workspaceId": 23821, "per_page": 2});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        tenant.call("tasks.list", body).json()
    };
    let ids = |page: &Value| -> Vec<u64> {
        page["entities"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect()
    };
    let with = |act: Value, extra: Value| {
        tenant.control("DELETE", "faults", Value::Null);
        tenant.fault(json!({"on": {"method": "tasks.list"}, "do": act}));
        page(extra)
    };
    let off = with(json!({"total_off_by": 3}), json!({}));
    assert_eq!((&off["total"], &off["pagesCount"], ids(&off)), (&json!(7), &json!(4), vec![1, 2]));
    assert_eq!(with(json!({"total_off_by": -9}), json!({}))["total"], 0);
    assert_eq!(ids(&with(json!({"duplicate_row": true}), json!({"page": 2}))), [3, 3, 4]);
    assert_eq!(ids(&with(json!({"duplicate_row": 1}), json!({}))), [1, 2, 2]);
    let dropped = with(json!({"drop_row": true}), json!({}));
    assert_eq!((&dropped["total"], ids(&dropped)), (&json!(4), vec![2]));
    assert_eq!(ids(&with(json!({"drop_row": 5}), json!({}))), [1, 2], "the page has no such row");
    let first = with(json!({"cursor_loops": true}), json!({"pagination_mode": "token"}));
    let again = |after: &Value| page(json!({"pagination_mode": "token", "after": after}));
    let second = again(&first["after"]);
    assert_eq!((ids(&second), &second["after"]), (vec![3, 4], &first["after"]), "the cursor loops");
    assert_eq!(tenant.call("tasks.list", json!({"workspaceId": 5})).status, 404, "a refusal stays a refusal");
}

#[test]
fn rules_are_scoped_counted_listed_and_removed() {
    let fake = fake();
    let (one, other) = (fake.tenant(json!({})), fake.tenant(json!({})));
    let task = one.task(json!("never-ends"));
    let first = one.fault(json!({"on": {"task": task, "first": 1}, "do": {"status": 502}}));
    let second = one.fault(json!({"on": {"method": "tasks.info"}, "do": {"status": 503}}));
    assert_eq!((first, second), (1, 2));
    let asked = |tenant: &Tenant<'_>, task: u64| tenant.call("tasks.info", json!({"id": task})).status;
    assert_eq!(
        [asked(&one, task), asked(&one, task), asked(&one, TASK), asked(&other, TASK)],
        [502, 503, 503, 200]
    );
    let listed = one.get("faults");
    let counts: Vec<_> =
        listed["faults"].as_array().unwrap().iter().map(|f| (&f["matched"], &f["fired"])).collect();
    assert_eq!(counts, [(&json!(2), &json!(1)), (&json!(2), &json!(2))]);
    assert_eq!(listed["faults"][0]["on"], json!({"task": task, "first": 1}));
    assert_eq!(listed["faults"][0]["do"], json!({"status": 502}));
    assert_eq!(one.control("DELETE", "faults?id=7", Value::Null).status, 404);
    let left = one.control("DELETE", "faults", json!({"id": 2})).json();
    assert_eq!(left["faults"].as_array().unwrap().len(), 1);
    assert_eq!(asked(&one, TASK), 200);
    one.control("DELETE", "faults", Value::Null);
    assert_eq!(one.get("faults"), json!({"faults": []}));
    assert_eq!(one.fault(json!({"do": {"status": 500}})), 3, "an id is used once");
}

#[test]
fn rules_that_make_no_sense_are_a_400_that_says_all() {
    let fake = fake();
    for (rule, words) in [
        (json!({}), vec!["\\\"do\\\" is required"]),
        (json!({"do": {}}), vec!["at least one action"]),
        (json!({"do": {"staus": 5}}), vec!["unknown field `staus`"]),
        (json!({"do": {"status": "x"}}), vec!["do.status"]),
        (json!({"on": {"nth": 1}, "do": {"status": 503}}), vec!["on.nth"]),
        (json!({"on": {"nth": []}, "do": {"status": 503}}), vec!["on.nth", "at least one"]),
        (
            json!({"on": {"method": "tasks.inf", "first": 0}, "do": {"status": 1}}),
            vec!["did you mean tasks.info?", "on.first", "do.status"],
        ),
    ] {
        let answer = fake.control("POST", "faults", &rule.to_string());
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("Validation error")), "{rule}");
        assert!(words.iter().all(|word| text.contains(word)), "{rule}: {words:?} are not in {text}");
    }
    assert_eq!(fake.control("GET", "faults", "").json(), json!({"faults": []}));
}

#[test]
fn uploads_and_the_version_are_spared_unless_they_are_named() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.fault(json!({"do": {"status": 503}}));
    assert_eq!(tenant.call("instance.version", json!({})).status, 200);
    assert_eq!(info(&tenant).status, 503);
    tenant.fault(json!({"on": {"method": "instance.version"}, "do": {"status": 504}}));
    assert_eq!(tenant.call("instance.version", json!({})).status, 504);
}

#[test]
fn a_visit_to_a_session_fails_when_its_rule_says_so() {
    let fake = fake();
    let task = json!({"id": 1, "status": "started", "meta": {"sessionToken": "here"}});
    let tenant = fake.tenant(json!({"fixture": {"tasks": [task]}}));
    let visit = || fake.send("GET", "/net/here/is_ready", &[], b"").status;
    tenant.fault(json!({"do": {"status": 503}}));
    assert_eq!(visit(), 200, "a rule must name visits");
    tenant.fault(json!({"on": {"method": "net", "task": 1}, "do": {"status": 502}}));
    assert_eq!(visit(), 502);
    assert_eq!(tenant.get("journal?method=net&limit=1")["entries"][0]["status"], 502);
}

#[test]
fn malformed_requests_fall_under_rules_as_well() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.fault(json!({"on": {"method": "tasks.info"}, "do": {"status": 503}}));
    assert_eq!(tenant.call("tasks.info", json!({"id": "x"})).status, 503, "a gateway does not read bodies");
    assert_eq!(tenant.call("tasks.stop", json!({"id": "x"})).status, 400);
}

#[test]
fn a_world_has_so_many_rules_and_no_more() {
    let rules = vec![json!({"do": {"delay_ms": 0}}); 1_000];
    let fake = fake();
    let tenant = fake.tenant(json!({"fixture": {"faults": rules}}));
    let more = tenant.control("POST", "faults", json!({"do": {"status": 503}}));
    assert!(more.status == 400 && String::from_utf8_lossy(&more.body).contains("one rule too many"));
}
