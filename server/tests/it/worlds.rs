//! Worlds are made, listed, forked, reset and deleted; requests to one never reach another.

use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use slymock_server::{Config, WorldsMode};

use crate::fake::{Fake, fake, read_one, until};
use crate::tenant::Tenant;

const TASK: u64 = 121_230;

#[test]
fn a_world_is_a_token_with_everything_of_its_own() {
    let fake = fake();
    let made = fake.control("POST", "worlds", r#"{"name": "a b/c", "clock": "auto", "seed": 5}"#).json();
    assert_eq!((made["name"].as_str(), made["token"].as_str().unwrap().len()), (Some("a b/c"), 128));
    assert_eq!(made["server_address"], format!("http://{}", fake.address));
    let tenant = fake.tenant(json!({"lifecycle": "fails"}));
    assert_eq!(tenant.name, "world-2");
    let listed = fake.control("GET", "worlds", "").json();
    let names: Vec<_> = listed["worlds"].as_array().unwrap().iter().map(|world| &world["name"]).collect();
    assert_eq!(names, ["default", "a b/c", "world-2"]);
    assert_eq!(tenant.get("world")["lifecycle"], "fails");
    tenant.control("POST", "tasks", json!({"workspaceId": 23821, "count": 2}));
    assert_eq!(tenant.call("tasks.list", json!({"workspaceId": 23821})).json()["total"], 3);
    assert_eq!(fake.call("tasks.list", br#"{"workspaceId": 23821}"#).json()["total"], 1);
    assert_eq!(fake.control("DELETE", "worlds/a%20b%2Fc", "").status, 204);
    assert_eq!(fake.control("DELETE", "worlds/a%20b%2Fc", "").status, 404);
    assert_eq!(fake.control("GET", "worlds", "").json()["worlds"].as_array().unwrap().len(), 2);
}

#[test]
fn a_world_begins_as_its_fixture_says() {
    let fake = fake();
    let fixture = json!({"tasks": [{"id": 7, "status": "started"}], "seed": 3, "clock": {"mode": "auto"}});
    let tenant = fake.tenant(json!({"fixture": fixture}));
    let world = tenant.get("world");
    assert_eq!((&world["seed"], &world["clock"]["mode"]), (&json!(3), &json!("auto")));
    assert_eq!(tenant.call("tasks.info", json!({"id": 7})).json()["status"], "started");
    assert_eq!(tenant.call("tasks.info", json!({"id": TASK})).status, 404);
    let told = fake.tenant(json!({"fixture": fixture, "seed": 4, "clock": "manual"})).get("world");
    assert_eq!((&told["seed"], &told["clock"]["mode"]), (&json!(4), &json!("manual")));
}

#[test]
fn worlds_that_cannot_be_made_are_refused() {
    let fake = fake();
    fake.tenant(json!({"name": "taken"}));
    for (body, status, word) in [
        (json!({"name": "taken"}), 400, "already"),
        (json!({"name": "default"}), 400, "already"),
        (json!({"name": ""}), 400, "1 to 256"),
        (json!({"clock": "fast"}), 400, "must be one of"),
        (json!({"seed": -1}), 400, "seed"),
        (json!({"lifecycle": "quik"}), 400, "no lifecycle preset"),
        (json!({"fixture": {"tasks": [{"id": 0}]}}), 400, "0 is not an id"),
        (json!({"fixture": {"task": []}}), 400, "unknown field"),
        (json!({"from": "nobody"}), 404, "World with id nobody"),
        (json!({"from": "default", "lifecycle": "quik"}), 400, "no lifecycle preset"),
        (json!({"from": "default", "fixture": {}}), 400, "conflicts with fixture"),
        (json!({"nmae": "x"}), 400, "is not allowed"),
    ] {
        let answer = fake.control("POST", "worlds", &body.to_string());
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(answer.status == status && text.contains(word), "{body}: {word} is not in {text}");
    }
    assert_eq!(fake.control("DELETE", "worlds/default", "").status, 400);
    assert_eq!(fake.control("GET", "worlds", "").json()["worlds"].as_array().unwrap().len(), 2);
}

#[test]
fn a_fork_has_clock_faults_with_counts_and_app_replies_and_an_empty_journal() {
    let fake = fake();
    let origin = fake.tenant(json!({"name": "origin"}));
    let task = origin.task(json!("never-ends"));
    origin.control("POST", "clock", json!({"advance_ms": 400}));
    origin.control("PUT", &format!("tasks/{task}/app"), json!({"replies": {"sum": 3}}));
    origin.fault(json!({"on": {"method": "tasks.stop", "nth": [2]}, "do": {"status": 503}}));
    assert_eq!(origin.call("tasks.stop", json!({"id": TASK})).status, 501);
    let fork = fake.tenant(json!({"from": "origin", "name": "fork"}));
    assert_eq!(fork.get("world"), origin.get("world"));
    assert_eq!(fork.get("journal")["counts"], json!({}));
    let sum = json!({"taskId": task, "command": "sum"});
    assert_eq!(fork.call("tasks.request.direct", sum).json(), json!(3));
    assert_eq!(fork.call("tasks.stop", json!({"id": TASK})).status, 503, "a fork continues the count");
    assert_eq!(origin.get("faults")["faults"][0]["matched"], 1);
    fork.control("PATCH", &format!("tasks/{task}"), json!({"status": "error"}));
    assert_eq!((origin.status(task).as_str(), fork.status(task).as_str()), ("started", "error"));
    fork.control("POST", "reset", Value::Null);
    assert_eq!(fork.get("world"), origin.get("world"), "a fork goes back to where it was forked");
}

#[test]
fn a_reset_brings_back_fixture_seed_clock_and_an_empty_journal() {
    let fake = fake();
    let tenant = fake.tenant(json!({"fixture": {"tasks": [{"id": 7, "lifecycle": "quick"}]}, "seed": 5}));
    let begun = tenant.get("world");
    tenant.control("POST", "clock", json!({"advance_ms": 5000, "mode": "auto"}));
    tenant.fault(json!({"do": {"status": 503}}));
    tenant.control("POST", "stubs", json!({"method": "images.list", "reply": 1}));
    assert_eq!(tenant.status(7), "finished");
    let reset = tenant.control("POST", "reset", Value::Null).json();
    assert_eq!((&reset["mode"], &reset["now"]), (&json!("manual"), &json!("2026-01-01T00:00:00.000Z")));
    assert_eq!((tenant.get("world"), &tenant.get("journal")["counts"]), (begun, &json!({})));
    tenant.control("PUT", "world", json!({"tasks": [{"id": 8, "status": "queued"}]}));
    tenant.control("PATCH", "tasks/8", json!({"status": "error"}));
    tenant.control("POST", "reset", Value::Null);
    assert_eq!(tenant.status(8), "queued", "a reset returns to the fixture that replaced it");
}

#[test]
fn a_request_in_flight_finishes_on_the_world_it_came_to() {
    let fake = fake();
    for change in ["reset", "replace", "delete"] {
        let tenant = fake.tenant(json!({"name": change}));
        let task = tenant.task(json!("never-ends"));
        tenant.fault(json!({"on": {"method": "tasks.stop"}, "do": {"delay_ms": 60_000}}));
        let mut held = fake.connect();
        held.write_all(&tenant.bytes("tasks.stop", &json!({"id": task}))).unwrap();
        until("it is held", || tenant.get("faults")["faults"][0]["fired"] == 1);
        let answer = match change {
            "reset" => tenant.control("POST", "reset", Value::Null),
            "replace" => tenant.control("PUT", "world", json!({"tasks": []})),
            _ => tenant.control("DELETE", "worlds/delete", Value::Null),
        };
        assert!(answer.status < 300, "{change}");
        let mut answer = [0; 12];
        held.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200", "{change}: the request finds its task in the old world");
        if change == "delete" {
            assert_eq!(tenant.call("tasks.info", json!({"id": task})).status, 401);
        } else {
            assert_eq!(tenant.call("tasks.info", json!({"id": task})).status, 404, "{change}");
            assert_eq!(tenant.get("journal")["counts"], json!({"tasks.info": 1}), "{change}");
        }
    }
}

#[test]
fn any_token_has_a_world_on_demand_until_there_are_enough() {
    let mut config = Config { worlds: WorldsMode::OnDemand, ..Config::default() };
    config.limits.worlds = 3;
    let fake = Fake::start(config);
    let info = |token: &str| {
        let headers = [("x-api-key", token), ("Content-Type", "application/json")];
        fake.send("POST", "/public/api/v3/tasks.info", &headers, br#"{"id": 121230}"#).status
    };
    let control = |token: &str| fake.send("GET", "/_slymock/journal", &[("x-api-key", token)], b"").json();
    assert_eq!([info("mine"), info("mine"), info("")], [200, 200, 400]);
    assert_eq!(control("yours")["counts"], json!({}), "a control call makes a world, too");
    assert_eq!([info("theirs"), info("mine"), info("yours")], [403, 200, 200]);
    assert_eq!(control("mine")["counts"], json!({"tasks.info": 3}));
    let refused = fake.control("POST", "worlds", "{}");
    assert_eq!((refused.status, &refused.json()["error"]), (403, &json!("Too many worlds")));
}

#[test]
fn a_request_that_no_world_journals_makes_none() {
    let mut config = Config { worlds: WorldsMode::OnDemand, ..Config::default() };
    config.limits.json = 10;
    let fake = Fake::start(config);
    let worlds = || fake.control("GET", "worlds", "").json()["worlds"].as_array().unwrap().len();
    let headers = [("x-api-key", "fresh"), ("Content-Type", "application/json")];
    let post = |path: &str| fake.send("POST", path, &headers, br#"{"id": 121230}"#).status;
    assert_eq!((post("/nowhere"), worlds()), (413, 1));
    assert_eq!((post("/public/api/v3/tasks.info"), worlds()), (413, 2), "that world has the entry");
}

#[test]
fn a_session_is_found_over_all_worlds_and_a_tie_is_refused_unless_the_visit_names_its_world() {
    let fake = fake();
    let session = |answer: u64| {
        json!({"fixture": {"tasks": [{"id": answer, "status": "started", "meta": {"sessionToken": "same"},
               "app": {"replies": {"who": answer}}}]}})
    };
    let (first, second) = (fake.tenant(session(1)), fake.tenant(session(2)));
    let visit = |headers: &[(&str, &str)]| fake.send("GET", "/net/same/who", headers, b"");
    let post = |kind: &str, body: Value| {
        fake.send("POST", "/net/same/who", &[("Content-Type", kind)], body.to_string().as_bytes())
    };
    let refused = visit(&[]);
    assert_eq!((refused.status, &refused.json()["error"]), (409, &json!("Ambiguous session")));
    assert!(
        refused.json()["details"]["message"].as_str().unwrap().contains("x-api-key"),
        "the refusal names the remedy"
    );
    let server = fake.control("GET", "journal?scope=server&method=net", "").json();
    assert_eq!(server["entries"][0]["status"], 409, "the entry is in the server's own journal");
    assert_eq!(visit(&[("x-api-key", &second.token)]).json(), json!(2), "a key selects its world");
    assert_eq!(visit(&[("x-api-key", "nobody's")]).status, 401);
    let signed = |token: &str| json!({"state": {}, "api_token": token});
    assert_eq!(
        post("application/json", signed(&first.token)).json(),
        json!(1),
        "as the SDK's Session sends it"
    );
    assert_eq!(post("application/json; charset=utf-8", signed(&second.token)).json(), json!(2));
    for (kind, body) in [
        ("application/json", signed("nobody's")),
        ("application/json", json!({"api_token": 1})),
        ("application/json", json!({"api_token": null, "context": {"apiToken": ""}})),
        ("application/json", json!([1])),
        ("text/plain", signed(&first.token)),
    ] {
        assert_eq!(post(kind, body.clone()).status, 409, "{body} names no world");
    }
    let in_context = json!({"context": {"apiToken": first.token}});
    assert_eq!(post("application/json", in_context).json(), json!(1), "where apps look, too");
    first.control("DELETE", &format!("worlds/{}", first.name), Value::Null);
    assert_eq!(visit(&[]).json(), json!(2), "only one world with the session is left");
    let fork = fake.tenant(json!({"from": second.name}));
    assert_eq!(visit(&[]).status, 409, "a fork shares the sessions of its origin");
    assert_eq!(visit(&[("x-api-key", &fork.token)]).json(), json!(2));
    assert_eq!(
        post("application/json", json!({"api_token": fake.tenant(json!({})).token})).status,
        404,
        "a named world without the session is not skipped"
    );
}

/// Equal worlds have different session tokens, and the same ones in each run.
#[test]
fn session_tokens_depend_on_the_name_of_their_world() {
    let tokens = |wanted: Value| {
        let fake = fake();
        let tenants = [fake.tenant(wanted.clone()), fake.tenant(wanted)];
        tenants.map(|tenant| {
            let made = tenant.task(json!("quick"));
            let info = tenant.call("tasks.info", json!({"id": made})).json();
            let first = tenant.call("tasks.info", json!({"id": 7})).json();
            [first, info].map(|task| task["meta"]["sessionToken"].as_str().map(str::to_owned))
        })
    };
    for wanted in [json!({}), json!({"seed": 5}), json!({"fixture": {"tasks": [{"id": 7}]}})] {
        let (once, again) = (tokens(wanted.clone()), tokens(wanted.clone()));
        assert_eq!(once, again, "{wanted}");
        let all: Vec<_> = once.iter().flatten().flatten().collect();
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert!(all.len() >= 2 && different.len() == all.len(), "{wanted}: {all:?}");
    }
}

#[test]
fn a_fork_names_its_later_sessions_itself_and_a_reset_keeps_its_name() {
    let fake = fake();
    let origin = fake.tenant(json!({"name": "origin", "fixture": {"tasks": [{"id": 7}]}}));
    let fork = fake.tenant(json!({"name": "fork", "from": "origin"}));
    let token = |tenant: &Tenant<'_>, id: u64| {
        tenant.call("tasks.info", json!({"id": id})).json()["meta"]["sessionToken"].clone()
    };
    assert_eq!(token(&origin, 7), token(&fork, 7));
    let later = [&origin, &fork].map(|tenant| (tenant.task(json!("quick")), tenant));
    let later = later.map(|(id, tenant)| token(tenant, id));
    assert_ne!(later[0], later[1]);
    fork.control("POST", "reset", Value::Null);
    assert_eq!(token(&fork, fork.task(json!("quick"))), later[1]);
}

/// Each of 1,000 worlds starts tasks under its own name, over 64 shared connections.
#[test]
fn a_thousand_worlds_never_meet() {
    const WORLDS: usize = 1_000;
    let fake = fake();
    let tenants: Vec<_> = (0..WORLDS).map(|_| fake.tenant(json!({}))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut stream = fake.connect();
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let Some(tenant) = tenants.get(turn % WORLDS).filter(|_| turn < 3 * WORLDS) else { break };
            let body = json!({"moduleId": 81, "taskName": tenant.name});
            stream.write_all(&tenant.bytes("tasks.run.app", &body)).unwrap();
            let answer = read_one(&mut stream);
            assert_eq!(answer.status, 200);
            assert!(answer.json()[0]["taskId"].as_u64().unwrap() <= TASK + 3, "ids are per world");
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(work);
        }
    });
    for tenant in &tenants {
        let list = tenant.call("tasks.list", json!({"workspaceId": 23821})).json();
        let names: Vec<_> =
            list["entities"].as_array().unwrap()[1..].iter().map(|t| &t["meta"]["name"]).collect();
        assert_eq!(names, [&json!(tenant.name); 3], "{list}");
        assert_eq!(tenant.count("tasks.run.app"), 3);
    }
}

/// Making and deleting worlds with many tasks does not make the process grow.
#[cfg(target_os = "linux")]
#[test]
fn a_world_that_is_deleted_gives_its_memory_back() {
    let fake = fake();
    let resident_mib = || {
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
        pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() / 256
    };
    let come_and_go = || {
        let tenant = fake.tenant(json!({}));
        tenant.control("POST", "tasks", json!({"workspaceId": 23821, "count": 5_000}));
        let deleted = tenant.control("DELETE", &format!("worlds/{}", tenant.name), Value::Null);
        assert_eq!(deleted.status, 204);
    };
    come_and_go();
    let before = resident_mib();
    for _ in 0..15 {
        come_and_go();
    }
    let grown = resident_mib().saturating_sub(before);
    // One such world takes about 15 MiB; fifteen of them would take over 200.
    assert!(grown < 80, "the process grew by {grown} MiB");
}
