//! Answers for an app, with a real one and without: set for a task, a module or a world; in order,
//! late, with a status; until it is shut down. The auto clock moves while a client waits for an
//! app, and not while the app answers.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::fake::{fake, until};
use crate::tenant::Tenant;

const NEVER_ENDS: &str = "never-ends";

fn direct(tenant: &Tenant<'_>, task: u64, command: &str) -> (u16, Value) {
    let answer = tenant.call("tasks.request.direct", json!({"taskId": task, "command": command}));
    (answer.status, answer.json())
}

fn visit(tenant: &Tenant<'_>, task: u64, path: &str) -> (u16, Value) {
    let world = tenant.get("world");
    let row = world["tasks"].as_array().unwrap().iter().find(|row| row["id"] == task).unwrap();
    let path = format!("/net/{}/{path}", row["meta"]["sessionToken"].as_str().unwrap());
    let answer = tenant.fake.send("POST", &path, &[("x-api-key", &tenant.token)], b"");
    (answer.status, answer.json())
}

fn set(tenant: &Tenant<'_>, place: &str, app: Value) {
    let set = tenant.control("PUT", place, app.clone());
    assert_eq!((set.status, set.json()), (200, app), "the response is the app that was set");
}

#[test]
fn the_nearest_place_answers_and_a_new_task_is_answered_for_before_it_exists() {
    let fake = fake();
    let tenant = fake.tenant(json!({"clock": "auto", "lifecycle": NEVER_ENDS}));
    set(&tenant, "app", json!({"replies": {"a": "world", "b": "world", "c": "world", "is_ready": "never"}}));
    set(&tenant, "modules/81/app", json!({"replies": {"a": "module", "b": "module"}}));
    let task = tenant.call("tasks.run.app", json!({"moduleId": 81})).json()[0]["id"].as_u64().unwrap();
    set(&tenant, &format!("tasks/{task}/app"), json!({"replies": {"a": "task"}}));
    let other = tenant.call("tasks.run.app", json!({"moduleId": 83})).json()[0]["id"].as_u64().unwrap();
    tenant.control("POST", "clock", json!({"advance_ms": 1_000}));
    let words = |task: u64| ["a", "b", "c"].map(|command| direct(&tenant, task, command).1);
    assert_eq!(words(task), ["task", "module", "world"].map(Value::from));
    assert_eq!(words(other), ["world"; 3].map(Value::from), "a task of another module");
    assert_eq!(visit(&tenant, task, "b"), (200, json!("module")), "the same under /net");
    assert_eq!(direct(&tenant, task, "is_ready").1, json!("never"), "before the default answer of apps");
    assert_eq!(direct(&tenant, task, "is_running").1, json!({"running": true}));
    assert_eq!(direct(&tenant, task, "d").0, 400);
    let legacy =
        tenant.call("tasks.run.python", json!({"workspaceId": 23821})).json()["taskId"].as_u64().unwrap();
    tenant.control("POST", "clock", json!({"advance_ms": 1_000}));
    assert_eq!(direct(&tenant, legacy, "c").1, json!("world"), "any task of the world");
}

#[test]
fn answers_come_in_order_with_their_status_and_are_counted_in_forks_and_snapshots() {
    let fake = fake();
    let answers =
        json!({"get": [{"reply": 1, "times": 2}, {"reply": {"error": "x"}, "status": 503}, {"reply": null}]});
    let rows = json!({"tasks": [{"id": 7, "status": "started", "app": {"answers": answers}}]});
    let tenant = fake.tenant(json!({"name": "origin", "fixture": rows}));
    let next = |tenant: &Tenant<'_>| direct(tenant, 7, "get");
    assert_eq!(
        [next(&tenant), visit(&tenant, 7, "get")],
        [(200, json!(1)), (200, json!(1))],
        "commands and visits share one count"
    );
    let fork = fake.tenant(json!({"from": "origin"}));
    let snapshot = fake.tenant(json!({"fixture": tenant.get("world")}));
    assert_eq!(tenant.get("world")["tasks"][0]["app"]["answered"], json!({"get": 2}));
    for world in [&tenant, &fork, &snapshot] {
        let rest: Vec<_> = (0..3).map(|_| next(world)).collect();
        assert_eq!(rest, [(503, json!({"error": "x"})), (200, Value::Null), (200, Value::Null)]);
    }
    let skipped = json!({"taskId": 7, "command": "get", "skipResponse": true});
    assert_eq!(tenant.call("tasks.request.direct", skipped).json(), json!({"success": true}));
    assert_eq!(tenant.get("world")["tasks"][0]["app"]["answered"], json!({"get": 6}));
    let statuses: Vec<Value> = tenant.get("journal?method=tasks.request.direct")["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["status"].clone())
        .collect();
    assert_eq!(statuses, [200, 503, 200, 200, 200].map(Value::from));
    tenant.control("POST", "reset", Value::Null);
    assert_eq!(next(&tenant), (200, json!(1)), "a reset begins again");
    let module = json!({"fixture": {"modules": [{"id": 81, "app": {"answers": answers}}], "apps": [{"id": 1, "moduleId": 81}],
                        "tasks": [{"id": 7, "status": "started"}, {"id": 8, "status": "started"}], "app": {"answers": {"all": [{"reply": 1}]}}}});
    let tenant = fake.tenant(module);
    assert_eq!(
        [direct(&tenant, 7, "get").0, direct(&tenant, 8, "get").0, direct(&tenant, 8, "get").0],
        [200, 200, 503]
    );
    direct(&tenant, 8, "all");
    let world = tenant.get("world");
    assert_eq!(world["modules"][0]["app"]["answered"], json!({"get": 3}));
    assert_eq!(world["app"]["answered"], json!({"all": 1}));
    assert_eq!(fake.tenant(json!({"fixture": world})).get("world")["modules"], world["modules"]);
    let shown = tenant.call("ecosystem.info", json!({"id": 81})).json();
    assert_eq!(shown.get("app"), None, "wire methods do not show it");
}

#[test]
fn an_answer_takes_its_time_on_the_worlds_clock() {
    let fake = fake();
    let answers = json!({"infer": [{"reply": 1, "delay_ms": 5_000}, {"reply": 2}]});
    let rows = json!({"tasks": [{"id": 7, "status": "started", "app": {"answers": answers}}]});
    let auto = fake.tenant(json!({"clock": "auto", "fixture": rows}));
    assert_eq!([direct(&auto, 7, "infer").1, direct(&auto, 7, "infer").1], [json!(1), json!(2)]);
    assert_eq!(auto.get("clock")["now"], "2026-01-01T00:00:05.000Z");
    let manual = fake.tenant(json!({"fixture": rows}));
    let mut held = fake.connect();
    held.write_all(&manual.bytes("tasks.request.direct", &json!({"taskId": 7, "command": "infer"}))).unwrap();
    until("it is held up", || manual.get("clock")["next_due"] == "2026-01-01T00:00:05.000Z");
    assert_eq!(direct(&manual, 7, "infer").1, json!(2), "other requests are answered meanwhile");
    manual.control("POST", "clock", json!({"advance_ms": 4_999}));
    assert_eq!(manual.count("tasks.request.direct"), 1);
    manual.control("POST", "clock", json!({"to": "next"}));
    let mut answer = [0; 15];
    held.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
}

#[test]
fn a_delay_of_a_rule_and_one_of_the_app_add_up() {
    let fake = fake();
    let answers = json!({"infer": [{"reply": 1, "delay_ms": 5_000}]});
    let rows = json!({"tasks": [{"id": 7, "status": "started", "app": {"answers": answers}}]});
    let auto = fake.tenant(json!({"clock": "auto", "fixture": rows}));
    auto.fault(json!({"on": {"method": "tasks.request.direct"}, "do": {"delay_ms": 1_000}}));
    assert_eq!(direct(&auto, 7, "infer"), (200, json!(1)));
    assert_eq!(auto.get("clock")["now"], "2026-01-01T00:00:06.000Z");
}

#[test]
fn bad_answers_are_refused_with_all_that_is_wrong_and_nothing_changes() {
    let fake = fake();
    let tenant = fake.tenant(json!({"fixture": {"tasks": [{"id": 7, "status": "started"}]}}));
    let before = tenant.get("world");
    let wrong = [
        (
            json!({"replies": {"x": 1}, "answers": {"x": [{"reply": 1}]}}),
            "\"answers.x\" conflicts with the same command in replies",
        ),
        (json!({"answers": {"x": []}}), "\"answers.x\" must contain at least 1 items"),
        (
            json!({"answers": {"x": [{"reply": 1, "times": 0}]}}),
            "\"answers.x[0].times\" must be greater than or equal to 1",
        ),
        (
            json!({"answers": {"x": [{"reply": 1, "status": 99}]}}),
            "\"answers.x[0].status\" must be from 200 to 599",
        ),
        (json!({"answers": {"x": [{}]}}), "missing field `reply`"),
        (json!({"answers": {"x": {"reply": 1}}}), "invalid type"),
        (json!({"answers": {"x": [{"reply": 1, "late": 1}]}}), "unknown field `late`"),
        (json!({"answered": {"x": 1}}), "\"answered\" is not allowed"),
        (json!({"forward_to": "http://10.0.0.1"}), "\"forward_to\" must be a loopback address"),
    ];
    for (app, message) in &wrong {
        for place in ["app", "modules/81/app", "tasks/7/app"] {
            let refused = tenant.control("PUT", place, app.clone());
            let text = String::from_utf8_lossy(&refused.body).replace("\\\"", "\"");
            assert_eq!(refused.status, 400, "{place} {app}");
            assert!(text.contains(message), "{place} {app}: {text}");
        }
    }
    for (place, status) in
        [("modules/5/app", 404), ("modules/x/app", 404), ("tasks/5/app", 404), ("app/x", 404)]
    {
        assert_eq!(tenant.control("PUT", place, json!({})).status, status, "{place}");
    }
    for app in wrong.iter().map(|(app, _)| app).filter(|app| app.get("forward_to").is_none()) {
        for fixture in [
            json!({"app": app}),
            json!({"modules": [{"id": 1, "app": app}], "apps": []}),
            json!({"tasks": [{"id": 1, "app": app}]}),
        ] {
            assert_eq!(tenant.control("PUT", "world", fixture.clone()).status, 400, "{fixture}");
        }
    }
    assert_eq!(tenant.get("world"), before);
}

#[test]
fn an_app_that_is_shut_down_ends_and_its_task_with_it() {
    let fake = fake();
    for by_visit in [true, false] {
        let tenant = fake.tenant(
            json!({"fixture": {"tasks": [{"id": 7, "status": "started"}, {"id": 8, "status": "queued"}]}}),
        );
        let shut_down = |task| {
            if by_visit {
                visit(&tenant, task, "sly/shutdown")
            } else {
                direct(&tenant, task, "sly/shutdown")
            }
        };
        assert_eq!(shut_down(7), (200, Value::Null));
        assert_eq!(tenant.status(7), "finished");
        assert_eq!(shut_down(7).0, 400, "the app has ended");
        assert_eq!((shut_down(8).0, tenant.status(8)), (400, "queued".to_owned()), "not running yet");
    }
}

/// A browser sends OPTIONS first, and a link checker HEAD or GET. None of them ends an app.
#[test]
fn only_a_post_shuts_an_app_down_and_slashes_around_a_command_make_no_difference() {
    let fake = fake();
    let replies = json!({"/a/": 1, "b": 2});
    let rows = json!({"tasks": [{"id": 7, "status": "started", "app": {"replies": replies, "answers": {"/c": [{"reply": 3, "status": 204}]}}}]});
    let tenant = fake.tenant(json!({"fixture": rows}));
    let world = tenant.get("world");
    let session = world["tasks"][0]["meta"]["sessionToken"].as_str().unwrap();
    for verb in ["OPTIONS", "HEAD", "GET", "DELETE"] {
        let path = format!("/net/{session}/sly/shutdown");
        assert_eq!(fake.send(verb, &path, &[("x-api-key", &tenant.token)], b"").status, 400, "{verb}");
        assert_eq!(tenant.status(7), "started", "{verb}");
    }
    for (command, reply) in [("a", 1), ("/a", 1), ("a/", 1), ("b", 2), ("/b/", 2)] {
        assert_eq!(direct(&tenant, 7, command).1, json!(reply), "{command}");
        assert_eq!(visit(&tenant, 7, command.trim_start_matches('/')).1, json!(reply), "{command}");
    }
    let answer = tenant.call("tasks.request.direct", json!({"taskId": 7, "command": "c"}));
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(tenant.get("journal?limit=1")["entries"][0]["size"], 0);
    assert_eq!(direct(&tenant, 7, "/sly/shutdown/").0, 200);
    assert_eq!(tenant.status(7), "finished");
}

/// Requests that differ only after the part that the journal keeps are different. A form that is
/// sent again is the same request, although its boundary changes.
#[test]
fn visits_are_told_apart_by_their_whole_body_but_for_the_boundary_of_a_form() {
    let fake = fake();
    let tenant = fake.tenant(json!({"clock": "auto", "fixture": {"tasks": [{"id": 7}]}}));
    let world = tenant.get("world");
    let path = format!("/net/{}/infer", world["tasks"][0]["meta"]["sessionToken"].as_str().unwrap());
    let send = |kind: &str, body: &str| {
        fake.send("POST", &path, &[("x-api-key", &tenant.token), ("Content-Type", kind)], body.as_bytes())
            .status
    };
    let now = || tenant.get("clock")["now"].clone();
    for number in 0..3 {
        send("application/json", &json!({"a": "x".repeat(20_000), "number": number}).to_string());
        assert_eq!(now(), "2026-01-01T00:00:00.000Z");
    }
    let form = |boundary: &str| {
        let part = "Content-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\n--x\r\n";
        send(
            &format!("multipart/form-data; boundary={boundary}"),
            &format!("--{boundary}\r\n{part}--{boundary}--\r\n"),
        )
    };
    assert_eq!(form("one"), 400);
    assert_eq!(now(), "2026-01-01T00:00:00.000Z");
    assert_eq!((form("another"), form("third")), (400, 400));
    assert_eq!(now(), "2026-01-01T00:00:00.400Z");
}

/// A real app that is shut down ends its task if it confirms that, and not if it refuses.
#[test]
fn a_real_app_that_is_shut_down_ends_its_task() {
    for (answer, status) in [("200 OK", "finished"), ("500 Oh", "started")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = format!("http://{}", listener.local_addr().unwrap());
        let app = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 4096];
            assert!(stream.read(&mut head).unwrap() > 0);
            stream
                .write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 4\r\n\r\nnull").as_bytes())
                .unwrap();
        });
        let fake = fake();
        let rows = json!({"tasks": [{"id": 7, "status": "started", "app": {"forward_to": to}}]});
        let tenant = fake.tenant(json!({"fixture": rows}));
        visit(&tenant, 7, "sly/shutdown");
        app.join().unwrap();
        assert_eq!(tenant.status(7), status);
    }
}

#[test]
fn an_auto_clock_moves_while_an_app_is_waited_for_and_stands_while_it_answers() {
    let fake = fake();
    for by_visit in [true, false] {
        let tenant = fake.tenant(json!({"clock": "auto", "fixture": {"tasks": [{"id": 7}]}}));
        let ready =
            || if by_visit { visit(&tenant, 7, "is_ready").0 } else { direct(&tenant, 7, "is_ready").0 };
        let statuses: Vec<u16> = (0..6).map(|_| ready()).collect();
        assert_eq!(statuses, [400, 400, 200, 200, 200, 200], "queued, consumed, then running");
        assert_eq!(
            tenant.get("clock")["now"],
            "2026-01-01T00:00:00.400Z",
            "requests to a model do not move its clock"
        );
    }
}

/// A fault window over all requests to an app ends at the second request, as with any other kind of
/// waiting.
#[test]
fn an_auto_clock_gets_past_a_window_that_takes_every_request_to_an_app() {
    let fake = fake();
    let tenant = fake
        .tenant(json!({"clock": "auto", "fixture": {"tasks": [{"id": 7, "lifecycle": {"stages": [
        {"status": "queued", "for_ms": 60_000}, {"status": "started", "hold": true}]}}]}}));
    tenant.fault(json!({"on": {"method": "tasks.request.direct", "task": 7, "until_ms": 30_000}, "do": {"status": 503}}));
    let statuses: Vec<u16> = (0..4).map(|_| direct(&tenant, 7, "is_ready").0).collect();
    assert_eq!(statuses, [503, 400, 200, 200]);
}
