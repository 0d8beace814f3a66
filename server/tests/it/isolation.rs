//! Actions in one world change no byte of any response in another. State of the server itself (the
//! list of worlds, its health, its limits) is excluded.

use serde_json::{Value, json};

use crate::fake::{Fake, fake};
use crate::random_calls::{histories, send};
use crate::tenant::Tenant;

/// Two equal worlds, each with a running session.
fn neighbours(fake: &Fake) -> [Tenant<'_>; 2] {
    ["one", "two"].map(|name| {
        let fixture = json!({"tasks": [{"id": 121_229, "status": "started"}, {"id": 121_230}]});
        fake.tenant(json!({"name": name, "clock": "auto", "seed": 3, "fixture": fixture}))
    })
}

fn session(tenant: &Tenant<'_>) -> String {
    let world = tenant.get("world");
    world["tasks"][0]["meta"]["sessionToken"].as_str().unwrap().to_owned()
}

/// Requests without an API token, or without one in the header.
fn keyless(tenant: &Tenant<'_>, session: &str, number: usize) -> Vec<u8> {
    let visit = format!("/net/{session}/is_ready");
    let signed = json!({"api_token": tenant.token}).to_string();
    let json = ("Content-Type", "application/json");
    let (verb, path, headers, body) = match number % 4 {
        0 => ("GET", visit.as_str(), vec![], ""),
        1 => ("POST", visit.as_str(), vec![json], signed.as_str()),
        2 => ("GET", "/public/api/v3/instance.version", vec![("x-api-key", tenant.token.as_str())], ""),
        _ => ("GET", "/_slymock/clock", vec![("x-api-key", tenant.token.as_str())], ""),
    };
    let answer = tenant.fake.send(verb, path, &headers, body.as_bytes());
    [answer.head.as_bytes(), &answer.body].concat()
}

/// Actions on a whole world, with neighbours.
fn upset(tenant: &Tenant<'_>, number: usize) {
    let everything = json!({"do": {"status": 500}});
    match number % 7 {
        0 => drop(tenant.fault(everything)),
        1 => drop(tenant.fault(json!({"on": {"method": "net"}, "do": {"status": 404}}))),
        2 => drop(tenant.fault(json!({"on": {"method": "instance.version"}, "do": {"status": 418}}))),
        3 => drop(tenant.control("POST", "reset", Value::Null)),
        4 => drop(tenant.control("PUT", "world", json!({"tasks": [{"id": 121_230, "status": "started"}]}))),
        5 => drop(tenant.fake.tenant(json!({"from": tenant.name}))),
        _ => drop(tenant.control("DELETE", "journal", Value::Null)),
    }
}

/// The second world's responses to a history, while its neighbour runs another one or none.
fn answers(history: &[(String, Value)], beside: Option<&[(String, Value)]>) -> Vec<Vec<u8>> {
    let fake = fake();
    let [neighbour, tenant] = neighbours(&fake);
    let token = session(&tenant);
    let mut answers = Vec::new();
    for (number, call) in history.iter().enumerate() {
        if let Some(beside) = beside {
            send(&neighbour, &beside[number % beside.len()]);
            // Without a key, a control call reaches the default world.
            fake.send("POST", "/_slymock/tasks", &[], br#"{"workspaceId": 23821}"#);
            upset(&neighbour, number);
        }
        answers.push(send(&tenant, call));
        answers.push(keyless(&tenant, &token, number));
    }
    let seen = [tenant.get("journal"), tenant.get("world")];
    answers.extend(seen.map(|seen| seen.to_string().into_bytes()));
    answers
}

#[test]
fn whatever_is_done_in_one_world_changes_no_byte_of_an_answer_in_another() {
    let histories = histories();
    for (number, pair) in histories.windows(2).enumerate() {
        let alone = answers(&pair[0], None);
        let beside = answers(&pair[0], Some(&pair[1]));
        for (index, (alone, beside)) in alone.iter().zip(&beside).enumerate() {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(text(alone), text(beside), "history {number}, answer {index}");
        }
        assert!(alone[1].starts_with(b"HTTP/1.1 200"), "a visit without a key finds its world");
    }
}
