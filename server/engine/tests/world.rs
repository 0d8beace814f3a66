//! The page about worlds as JSON against the world: its examples, and the keys it tells of.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use slymock_engine::clock::Mode;
use slymock_engine::snapshot::{self, Fixture};
use slymock_engine::{Moment, Settings, World};

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/world.md")).unwrap()
}

fn examples() -> Vec<String> {
    let page = page();
    let fences = page.split("```json\n").skip(1);
    fences.map(|text| text.split_once("```\n").expect("a fence is closed").0.to_owned()).collect()
}

fn world(text: &str) -> World {
    let settings = Settings { clock: Mode::Manual, ..Settings::default() };
    let made = Fixture::parse(text.as_bytes())
        .and_then(|fixture| World::new(fixture, &settings, Moment::VIRTUAL_START));
    made.unwrap_or_else(|refusal| panic!("{refusal}:\n{text}"))
}

fn snapshot_of(world: &World) -> String {
    serde_json::to_string_pretty(&world.snapshot()).unwrap()
}

#[test]
fn each_example_of_the_page_is_a_world_and_its_snapshot_the_same_world() {
    let examples = examples();
    assert!((4..=10).contains(&examples.len()), "{} examples", examples.len());
    for text in examples {
        let first = world(&text);
        assert_eq!(first.check(), Vec::<String>::new(), "{text}");
        let taken = snapshot_of(&first);
        let second = world(&taken);
        assert_eq!(second.check(), Vec::<String>::new(), "{text}");
        assert_eq!(snapshot_of(&second), taken, "{text}");
    }
}

#[test]
fn the_page_tells_of_every_key() {
    let page = page();
    let schema = snapshot::schema();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    for key in schema["properties"].as_object().unwrap().keys() {
        let cell = format!("`{key}`");
        assert!(
            rows.iter().any(|row| row.split('|').nth(1).is_some_and(|keys| keys.contains(&cell))),
            "{key}"
        );
    }
}
