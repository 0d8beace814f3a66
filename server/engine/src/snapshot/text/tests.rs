use std::fs;

use serde_json::{Value, json};

use super::*;
use crate::clock::Mode;
use crate::settings::Settings;
use crate::time::Moment;
use crate::world::World;

fn world(fixture: &Value) -> World {
    let settings = Settings { clock: Mode::Manual, ..Settings::default() };
    let fixture = Fixture::parse(fixture.to_string().as_bytes()).unwrap();
    World::new(fixture, &settings, Moment::from_millis(0)).unwrap()
}

/// Compares both layouts with the output of `serde_json`, and returns the number of pieces of the
/// compact one.
#[track_caller]
fn compare(state: &State) -> usize {
    let text = |layout| FixtureText::of(state.clone(), layout);
    let whole = |layout| String::from_utf8(text(layout).flatten().collect()).unwrap();
    let fixture = Fixture::of(state);
    assert!(whole(Layout::Compact) == serde_json::to_string(&fixture).unwrap(), "without spaces");
    assert!(whole(Layout::Lines) == serde_json::to_string_pretty(&fixture).unwrap(), "in lines");
    let pieces: Vec<usize> = text(Layout::Compact).map(|piece| piece.len()).collect();
    let (_, all_but_last) = pieces.split_last().unwrap();
    assert!(all_but_last.iter().all(|length| (PIECE..2 * PIECE).contains(length)), "{pieces:?}");
    pieces.len()
}

#[test]
fn a_text_is_that_of_the_fixture() {
    let empty = TABLES.iter().map(|(key, _)| ((*key).to_owned(), json!([])));
    let empty: serde_json::Map<String, Value> = empty.chain([("tasks".to_owned(), json!([]))]).collect();
    let hash = crate::tables::hash_of(b"x");
    let rich = json!({
        "app": {"replies": {"a": [1, {}]}}, "blobs": {hash.clone(): "eA=="}, "stubs": {"a.b": {"c": null}},
        "faults": [{"do": {"status": 503}}], "modules": [{"id": 81, "app": {"forward_to": "http://127.0.0.1:1"}}],
        "tasks": [{"id": 1, "files": [{"path": "b", "hash": hash}, {"path": "a/b", "hash": hash}], "lifecycle": "realistic"},
                  {"id": 2, "data": {"a": [[], {"b": 1.0}]}, "logs": [{"message": "m"}], "app": {"replies": {"c": 1}}}]});
    for fixture in [json!({}), Value::Object(empty), rich] {
        compare(world(&fixture).state());
    }
}

#[test]
fn a_large_text_comes_in_pieces() {
    let tasks: Vec<Value> = (1..=2_000).map(|id| json!({"id": id, "status": "finished"})).collect();
    let projects: Vec<Value> = (1..=1_000).map(|id| json!({"id": id, "name": format!("p{id}")})).collect();
    let blob = |number: u32| {
        let bytes = number.to_string().repeat(500);
        (crate::tables::hash_of(bytes.as_bytes()), json!(crate::tables::Blob(bytes.into())))
    };
    let blobs: serde_json::Map<String, Value> = (0..200).map(blob).collect();
    let world = world(&json!({"tasks": tasks, "projects": projects, "blobs": blobs}));
    assert!(compare(world.state()) > 10);
    let long = json!({"tasks": [{"id": 1, "description": "x".repeat(PIECE - 100)}]});
    compare(self::world(&long).state());
}

#[test]
fn a_piece_that_is_full_where_a_list_begins_goes_on_with_its_first_row() {
    let named = |length: usize| world(&json!({"projects": [{"id": 1951, "name": "p".repeat(length)}]}));
    let text = serde_json::to_string(&Fixture::of(named(1).state())).unwrap();
    for key in [",\"tasks\":[", ",\"datasets\":["] {
        let begins = text.find(key).unwrap();
        for before in 0..key.len() + 2 {
            compare(named(PIECE - begins - before + 1).state());
        }
    }
}

#[test]
fn texts_of_earlier_releases_are_written_as_ever() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut seen = 0;
    for file in fs::read_dir(folder).unwrap() {
        let text: Value = serde_json::from_slice(&fs::read(file.unwrap().path()).unwrap()).unwrap();
        compare(world(&text).state());
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn states_are_alike_by_their_text() {
    let (one, other) = (world(&json!({})), world(&json!({"tasks": []})));
    assert!(are_alike(one.state(), one.fork().state()) && !are_alike(one.state(), other.state()));
}
