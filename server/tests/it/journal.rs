//! The journal: its entries, warnings, secrets, and replaying it.

use std::io::Write as _;

use serde_json::{Value, json};
use slymock_server::{Config, DEFAULT_TOKEN};

use crate::fake::{Fake, fake, read_one};
use crate::tenant::Tenant;

const TASK: u64 = 121_230;

fn entries(tenant: &Tenant<'_>, query: &str) -> Vec<Value> {
    tenant.get(&format!("journal?{query}"))["entries"].as_array().unwrap().clone()
}

#[test]
fn an_entry_tells_when_what_of_whom_and_how_it_ended() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let answer = tenant.call("tasks.info", json!({"id": TASK}));
    tenant.control("POST", "clock", json!({"advance_ms": 1500}));
    let refused = tenant.call("tasks.stop", json!({"id": 5}));
    let entries = entries(&tenant, "");
    assert_eq!(
        entries[0],
        json!({"seq": 1, "at": "2026-01-01T00:00:00.000Z", "method": "tasks.info", "task": TASK,
               "status": 200, "size": answer.body.len(), "body": {"id": TASK}})
    );
    assert_eq!(
        entries[1],
        json!({"seq": 2, "at": "2026-01-01T00:00:00.000Z", "method": "_slymock/POST clock", "task": null,
               "status": 200, "size": null, "body": {"advance_ms": 1500}})
    );
    assert_eq!(
        entries[2],
        json!({"seq": 3, "at": "2026-01-01T00:00:01.500Z", "method": "tasks.stop", "task": 5,
               "status": 404, "size": refused.body.len(), "body": {"id": 5}})
    );
}

#[test]
fn limit_and_since_never_touch_exact_counts() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    for task in [TASK, TASK, 5] {
        tenant.call("tasks.info", json!({"id": task}));
    }
    tenant.call("tasks.stop", json!({"id": TASK}));
    let asked = |query: &str| {
        let journal = tenant.get(&format!("journal?{query}"));
        let seqs = journal["entries"].as_array().unwrap().iter().map(|entry| entry["seq"].as_u64().unwrap());
        (journal["counts"].clone(), seqs.collect::<Vec<_>>())
    };
    assert_eq!(asked("limit=1"), (json!({"tasks.info": 3, "tasks.stop": 1}), vec![4]));
    assert_eq!(asked("method=tasks.info&limit=0"), (json!({"tasks.info": 3}), vec![]));
    assert_eq!(asked(&format!("task={TASK}")), (json!({"tasks.info": 2, "tasks.stop": 1}), vec![1, 2, 4]));
    assert_eq!(asked("since=2"), (json!({"tasks.info": 1, "tasks.stop": 1}), vec![3, 4]));
    assert_eq!(asked("method=tasks.list&since=2"), (json!({"tasks.list": 0}), vec![]));
}

#[test]
fn oddities_of_a_request_are_warned_of() {
    let fake = fake();
    let tenant = fake.tenant(json!({"fixture": {"limits": {"perPage": 2, "perPageMax": 3}}}));
    let warned = |body: Value| {
        let mut body = body;
        body["workspaceId"] = json!(23821);
        assert_eq!(tenant.call("tasks.list", body).status, 200);
        entries(&tenant, "limit=1")[0].get("warnings").cloned().unwrap_or_default()
    };
    assert_eq!(warned(json!({})), Value::Null);
    assert_eq!(
        warned(json!({"limit": 5, "perPage": 5, "filtre": []})),
        json!([
            "\"limit\" is an unknown field: use page and per_page, or after",
            "\"perPage\" is an unknown field: use page and per_page, or after",
            "\"filtre\" is an unknown field, did you mean filter?"
        ])
    );
    assert_eq!(warned(json!({"per_page": 9})), json!(["\"per_page\" 9 is over the maximum, so 3 is used"]));
    assert_eq!(
        warned(json!({"pagination_mode": "token", "page": 2})),
        json!(["\"page\" is ignored in token mode: send \"after\" for the next page"])
    );
    assert_eq!(
        warned(json!({"pagination_mode": "page", "after": "x"})),
        json!(["\"after\" is ignored in page mode: send \"page\" for the next page"])
    );
    let page = tenant.call("tasks.list", json!({"workspaceId": 23821})).json();
    assert_eq!(page["perPage"], 2);
}

#[test]
fn tokens_are_left_out_of_bodies() {
    let fake = fake();
    let state = json!({"state": {"api_token": "my-secret"}, "note": DEFAULT_TOKEN});
    fake.call(
        "tasks.data.set",
        json!({"taskId": TASK, "fields": [{"field": "a", "payload": state.clone()}]}).to_string().as_bytes(),
    );
    let shown = fake.control("GET", "journal", "").json();
    let payload = &shown["entries"][0]["body"]["fields"][0]["payload"];
    assert_eq!(payload, &json!({"state": {"api_token": "[redacted]"}, "note": "[redacted]"}));
    let asked = json!({"taskId": TASK, "fields": ["a"]}).to_string();
    let kept = fake.call("tasks.data.get", asked.as_bytes()).json();
    assert_eq!(kept["result"]["a"], state, "secrets are hidden only in the journal: {kept}");
    let other = fake.tenant(json!({}));
    let body = json!({"id": TASK, &other.token: 1, "x": DEFAULT_TOKEN});
    fake.call("tasks.info", body.to_string().as_bytes());
    fake.call(&other.token, b"{}");
    let shown = fake.control("GET", "journal", "").json().to_string();
    assert!(!shown.contains(&other.token) && !shown.contains(DEFAULT_TOKEN), "{shown}");
    assert!(shown.contains(r#"\"[redacted]\" is an unknown field"#), "{shown}");
}

#[test]
fn a_body_that_did_not_come_is_in_the_journal_of_its_world() {
    let mut config = Config::default();
    config.limits.body_time = std::time::Duration::from_millis(30);
    config.limits.body = 100;
    let fake = Fake::start(config);
    let tenant = fake.tenant(json!({}));
    let head = |length: usize| {
        format!(
            "POST /public/api/v3/tasks.info HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-api-key: {}\r\n\
             Content-Length: {length}\r\n\r\n",
            tenant.token
        )
    };
    fake.raw(head(9).as_bytes());
    fake.raw(format!("{}{}", head(101), "x".repeat(101)).as_bytes());
    let told: Vec<_> =
        entries(&tenant, "method=tasks.info").iter().map(|entry| entry["status"].clone()).collect();
    assert_eq!(told, [json!(400), json!(413)]);
}

#[test]
fn a_long_body_is_cut_and_says_so() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.call("tasks.meta.update", json!({"id": TASK, "long": "x".repeat(20_000)}));
    let entry = &entries(&tenant, "")[0];
    assert_eq!((&entry["cut"], entry["body"].as_str().unwrap().len()), (&json!(true), 16 * 1024));
}

#[test]
fn a_ring_of_few_bytes_says_what_it_dropped() {
    let mut config = Config::default();
    config.settings.journal_bytes = 2_000;
    let fake = Fake::start(config);
    for _ in 0..50 {
        fake.call("tasks.info", b"{\"id\":121230}");
    }
    let journal = fake.control("GET", "journal", "").json();
    let kept = journal["entries"].as_array().unwrap().len() as u64;
    assert!((1..10).contains(&kept) && journal["dropped"] == 50 - kept, "{journal}");
    assert_eq!(journal["counts"]["tasks.info"], 50);
    assert_eq!(
        fake.control("DELETE", "journal", "").json(),
        json!({"counts": {}, "dropped": 0, "entries": []})
    );
}

#[test]
fn what_a_real_app_answered_is_told_in_the_end() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 4096];
        let _ = std::io::Read::read(&mut stream, &mut buffer).unwrap();
        stream.write_all(b"HTTP/1.1 418 Teapot\r\nContent-Length: 3\r\n\r\ntea").unwrap();
    });
    let fake = fake();
    let tenant = fake.tenant(json!({"fixture": {"tasks": [{"id": 1, "status": "started"}]}}));
    tenant.control("PUT", "tasks/1/app", json!({"forward_to": format!("http://127.0.0.1:{port}")}));
    let call = json!({"taskId": 1, "command": "boil"});
    assert_eq!(tenant.call("tasks.request.direct", call.clone()).status, 418);
    app.join().unwrap();
    assert_eq!(tenant.call("tasks.request.direct", call).status, 400, "the app has stopped listening");
    let told: Vec<_> = entries(&tenant, "method=tasks.request.direct")
        .into_iter()
        .map(|entry| (entry["status"].clone(), entry["size"].as_u64() > Some(2)))
        .collect();
    assert_eq!(told, [(json!(418), true), (json!(400), true)]);
}

#[test]
fn a_part_of_the_journal_is_forgotten_on_request() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    for task in [TASK, 5] {
        tenant.call("tasks.info", json!({"id": task}));
        tenant.call("tasks.stop", json!({"id": task}));
    }
    let forget = |query: &str| tenant.control("DELETE", &format!("journal?{query}"), Value::Null).json();
    assert_eq!(forget("method=tasks.info&task=5")["counts"], json!({"tasks.info": 1, "tasks.stop": 2}));
    assert_eq!(forget("since=3")["counts"], json!({"tasks.info": 1, "tasks.stop": 2}), "counts stay");
    assert_eq!(entries(&tenant, "").iter().map(|entry| entry["seq"].clone()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(forget("method=tasks.stop")["counts"], json!({"tasks.info": 1}));
    assert_eq!(tenant.control("DELETE", "journal?limit=1", Value::Null).status, 400);
}

#[test]
fn counts_of_methods_that_are_modelled_stay_exact_however_many_are_made_up() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    let mut stream = fake.connect();
    for number in 0..1_200 {
        stream.write_all(&tenant.bytes(&format!("no.such{number}"), &json!({}))).unwrap();
        assert_eq!(read_one(&mut stream).status, 404);
    }
    tenant.call("tasks.info", json!({"id": TASK}));
    assert_eq!(tenant.count("tasks.info"), 1);
    let counts = tenant.get("journal?limit=0")["counts"].as_object().unwrap().clone();
    assert!(counts.len() < 1_100 && counts["(other)"].as_u64().unwrap() > 100, "{}", counts.len());
}

#[test]
fn paths_that_lead_nowhere_and_worlds_that_go_get_no_counters_without_end() {
    let fake = fake();
    for number in 0..1_200 {
        assert_eq!(fake.control("GET", &format!("nope{number}"), "").status, 404);
    }
    for name in ["one", "two"] {
        fake.tenant(json!({"name": name}));
        fake.control("DELETE", &format!("worlds/{name}"), "");
    }
    let journal =
        fake.control("GET", "journal?scope=server&method=_slymock/DELETE%20worlds/%7Bname%7D", "").json();
    assert_eq!(journal["counts"], json!({"_slymock/DELETE worlds/{name}": 2}));
    assert_eq!(journal["entries"][1]["body"], json!({"name": "two"}));
    let all = fake.control("GET", "journal?scope=server&limit=0", "").json();
    assert!(all["counts"].as_object().unwrap().len() < 1_100);
}

#[test]
fn what_a_refusal_keeps_counts_for_the_ring() {
    let fake = fake();
    let tenant = fake.tenant(json!({"fixture": {"tasks": [{"id": 1, "status": "started"}]}}));
    let command = "c".repeat(6 * 1024 * 1024);
    for _ in 0..4 {
        assert_eq!(tenant.call("tasks.request.direct", json!({"taskId": 1, "command": command})).status, 400);
    }
    assert!(tenant.get("journal?limit=0")["dropped"].as_u64().unwrap() >= 2);
}

#[test]
fn a_refused_request_is_told_with_its_task_and_falls_under_its_rules() {
    let fake = fake();
    let tenant = fake.tenant(json!({}));
    tenant.call("tasks.info", json!({"id": TASK, "withProgress": 5}));
    assert_eq!(entries(&tenant, &format!("task={TASK}"))[0]["status"], 400);
    tenant.fault(json!({"on": {"task": 7}, "do": {"status": 503}}));
    let headers =
        [("x-api-key", tenant.token.as_str()), ("Content-Type", "application/json"), ("x-task-id", "7")];
    let list = fake.send("POST", "/public/api/v3/tasks.list", &headers, b"{}");
    assert_eq!(list.status, 400, "the header sets no task for a method without one");
}

#[test]
fn a_fault_in_the_place_of_a_stub_is_no_stub() {
    let fake = fake();
    let tenant = fake.tenant(json!({"fixture": {"stubs": {"images.list": 1}}}));
    tenant.fault(json!({"on": {"nth": [1]}, "do": {"status": 503}}));
    let told = |_: u64| {
        tenant.call("images.list", json!({}));
        entries(&tenant, "limit=1")[0].get("stub").cloned()
    };
    assert_eq!([told(1), told(2)], [None, Some(json!(true))]);
}

#[test]
fn a_visit_is_told_by_endpoint_and_found_by_it() {
    let fake = fake();
    let replies = json!({"replies": {"predict": 1, "a b/\u{e4}": 2}});
    let task = json!({"id": 1, "status": "started", "app": replies});
    let tenant = fake.tenant(json!({"fixture": {"tasks": [task]}}));
    let world = tenant.get("world");
    let session = world["tasks"][0]["meta"]["sessionToken"].as_str().unwrap();
    let key = [("x-api-key", tenant.token.as_str())];
    let visit = |verb: &str, path: &str, body: &[u8]| {
        fake.send(verb, &format!("/net/{session}{path}"), &key, body).status
    };
    let secret = format!("/predict?x=1&api_token=hidden&y=%2F&z={}", tenant.token);
    assert_eq!(visit("POST", &secret, b"{}"), 200);
    assert_eq!(visit("GET", "/a%20b/%C3%A4/", b""), 200);
    assert_eq!(visit("DELETE", "", b""), 400);
    tenant.call("tasks.info", json!({"id": 1}));
    let told: Vec<_> = entries(&tenant, "method=net")
        .iter()
        .map(|entry| json!([entry["verb"], entry["path"], entry["query"], entry["task"], entry["status"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["POST", "/predict", "x=1&api_token=[redacted]&y=%2F&z=[redacted]", 1, 200]),
            json!(["GET", "/a b/\u{e4}/", "", 1, 200]),
            json!(["DELETE", "/", "", 1, 400]),
        ]
    );
    assert_eq!(entries(&tenant, "method=tasks.info")[0].get("path"), None);
    let found = |query: &str| {
        let journal = tenant.get(&format!("journal?{query}"));
        (journal["entries"].as_array().unwrap().len(), journal["counts"].clone())
    };
    for query in ["path=predict", "path=/predict", "verb=post", "method=net&verb=POST&path=%2Fpredict&task=1"]
    {
        assert_eq!(found(query), (1, json!({"net": 1})), "{query}");
    }
    assert_eq!(found("path=a%20b/%C3%A4/"), (1, json!({"net": 1})));
    assert_eq!(found("path="), (1, json!({"net": 1})));
    assert_eq!(found("path=/other"), (0, json!({"net": 0})));
    assert_eq!(found("path=/predict&limit=0"), (0, json!({"net": 1})));
    let left = tenant.control("DELETE", "journal?path=predict", Value::Null).json();
    assert_eq!(left["entries"].as_array().unwrap().len(), 3);
    assert_eq!((found("path=/predict").0, left["counts"]["net"].clone()), (0, json!(3)), "counts stay");
}

#[test]
fn a_visit_that_leads_nowhere_is_told_by_endpoint_too() {
    let mut config = Config::default();
    config.limits.body = 100;
    let fake = Fake::start(config);
    assert_eq!(fake.send("PUT", "/net/nobody/a/b?c=d", &[], b"").status, 404);
    assert_eq!(fake.send("POST", "/net/nobody/large?api_key=x", &[], &[b'x'; 101]).status, 413);
    let tenant = fake.tenant(json!({}));
    let key = [("x-api-key", tenant.token.as_str()), ("x-task-id", "7")];
    assert_eq!(fake.send("POST", "/net/nobody/large", &key, &[b'x'; 101]).status, 413);
    let told = |journal: Value| {
        let entries = journal["entries"].as_array().unwrap().clone();
        let told = entries.iter().map(|entry| {
            json!([entry["verb"], entry["path"], entry["query"], entry["task"], entry["status"]])
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(
        told(fake.control("GET", "journal?scope=server&method=net", "").json()),
        [
            json!(["PUT", "/a/b", "c=d", null, 404]),
            json!(["POST", "/large", "api_key=[redacted]", null, 413])
        ]
    );
    assert_eq!(told(tenant.get("journal")), [json!(["POST", "/large", "", null, 413])]);
}
