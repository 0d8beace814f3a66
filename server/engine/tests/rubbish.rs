//! Arbitrary input: methods never panic, a refusal leaves the world unchanged, and the world stays
//! consistent.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::ids::TaskId;
use slymock_engine::journal::VisitAddress;
use slymock_engine::methods::METHODS;
use slymock_engine::request::{Input, Part};
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Call, Moment, Reaction, Settings, WireRequest, World};

fn world() -> World {
    let settings = Settings { clock: Mode::Auto, seed: 1, ..Settings::default() };
    let fixture = json!({"tasks": [{"id": 1, "lifecycle": "quick"}, {"id": 2, "status": "started"}]});
    World::new(Fixture::parse(fixture.to_string().as_bytes()).unwrap(), &settings, Moment::from_millis(0))
        .unwrap()
}

/// Values that are often nearly valid.
fn value() -> impl Strategy<Value = Value> {
    let words = [
        "",
        "1",
        "true",
        "id",
        "=",
        "in",
        "asc",
        "token",
        "finished",
        "a.b[0]",
        "[",
        "{",
        "quick",
        "2026-01-01T00:00:00Z",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..4).prop_map(Value::from),
        prop::sample::select(vec![
            json!(23821),
            json!(81),
            json!(1951),
            json!(1e300),
            json!(0.5),
            json!(u64::MAX)
        ]),
        prop::sample::select(words.to_vec()).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop::sample::select(vec![
            "field",
            "operator",
            "value",
            "payload",
            "append",
            "recursive",
            "name",
            "hash",
            "state",
            "slymock",
            "stages",
            "status",
            "general",
            "project",
            "experiment",
            "model",
            "data",
            "op",
            "path",
            "title",
            "id",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((key, inner), 0..5).prop_map(|pairs| Value::Object(
                pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}

fn part() -> impl Strategy<Value = Part> {
    let name = prop::sample::select(vec!["0", "0-file", "1", "1-file", "-file", "", "id", "name", "archive"]);
    let content = prop_oneof![
        Just(Bytes::from_static(
            br#"{"fullpath": "/a", "hash": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}"#
        )),
        Just(Bytes::from_static(b"hello")),
        Just(Bytes::from_static(b"1")),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Bytes::from),
    ];
    (name, content).prop_map(|(name, content)| Part { name: name.to_owned(), file_name: None, content })
}

proptest! {
    #![proptest_config(crate::sample::of(1500))]

    #[test]
    fn no_input_panics_or_half_changes_anything(
        method in 0..METHODS.len(), values in prop::collection::vec(prop::option::weighted(0.8, value()), 20),
        whole in prop::option::weighted(0.2, value()), parts in prop::collection::vec(part(), 0..4),
        form in 0..3, task in prop::option::of(0..4_u64), strict in any::<bool>(),
    ) {
        let mut world = world();
        let row = &METHODS[method];
        let named = row.shape.fields().iter().zip(values).filter_map(|(field, value)| Some((field.name.to_owned(), value?)));
        let body = whole.unwrap_or_else(|| Value::Object(named.collect::<Map<_, _>>()));
        let input = match form {
            0 => Input::Json(body.to_string().into(), vec![]),
            1 => {
                let pairs = body.as_object().cloned().unwrap_or_default().into_iter();
                Input::Query(pairs.map(|(key, value)| (key, value.as_str().map_or(value.to_string(), str::to_owned))).collect())
            }
            _ => Input::Parts(parts),
        };
        let call = Call { now: Moment::from_millis(0), task: task.map(TaskId), strict };
        let before = serde_json::to_value(world.snapshot()).unwrap();
        if world.apply(row, &call, input).is_err() {
            prop_assert_eq!(serde_json::to_value(world.snapshot()).unwrap(), before);
        }
        prop_assert_eq!(world.check(), Vec::<String>::new());
    }

    #[test]
    fn no_visit_panics_or_changes_anything(
        token in prop_oneof![Just("token".to_owned()), ".{0,8}"], command in prop_oneof![Just("is_ready".to_owned()), ".{0,8}"],
        app in value(), redirects in value(), status in prop::sample::select(vec!["started", "finished"]),
    ) {
        let meta = json!({"sessionToken": "token", "redirectRequests": redirects});
        let task = json!({"id": 1, "status": status, "meta": meta, "app": {"replies": {"a": app}}});
        let text = json!({"tasks": [task]}).to_string();
        let fixture = Fixture::parse(text.as_bytes());
        // U+0000 is the only character that a fixture must not have.
        prop_assert_eq!(fixture.is_err(), text.contains("\\u0000"));
        let Ok(fixture) = fixture else { return Ok(()) };
        let settings = Settings { clock: Mode::Manual, ..Settings::default() };
        let mut world = World::new(fixture, &settings, Moment::from_millis(0)).unwrap();
        let before = serde_json::to_value(world.snapshot()).unwrap();
        let call = Call::at(Moment::from_millis(0));
        let visited = VisitAddress { verb: "GET".to_owned(), path: command, query: String::new() };
        let Reaction::Completion(answered) = world.take(WireRequest::visit(&token, visited, &bytes::Bytes::new(), call), call.now) else {
            return Err(TestCaseError::fail("the visit was delayed"));
        };
        prop_assert!(answered.result.unwrap().is_err() || (token == "token" && status == "started"));
        prop_assert_eq!(serde_json::to_value(world.snapshot()).unwrap(), before);
    }

    #[test]
    fn no_fixture_panics(tasks in value(), lifecycle in value(), text in ".{0,40}") {
        let fixture = json!({"tasks": [{"id": 1, "lifecycle": lifecycle, "status": "queued"}], "apps": tasks});
        for text in [fixture.to_string(), text] {
            if let Ok(fixture) = Fixture::parse(text.as_bytes()) {
                let made = World::new(fixture, &Settings::default(), Moment::from_millis(0));
                prop_assert!(made.is_err() || made.unwrap().check().is_empty());
            }
        }
    }
}
