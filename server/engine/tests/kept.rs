//! Fixtures from earlier releases, and fixtures of their users, make the same worlds in this release.

use std::fs;
use std::path::Path;

use serde_json::Value;
use slymock_engine::clock::Mode;
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Moment, Settings, World};

/// Collects the paths and values of `before` that are different in `after`. Keys that only `after` has
/// do not count.
fn lost(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, value) in before {
                lost(&format!("{path}.{key}"), value, after.get(key).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            let pairs = before.iter().zip(after).enumerate();
            pairs
                .for_each(|(index, (before, after))| lost(&format!("{path}[{index}]"), before, after, found));
        }
        _ if before == after => {}
        _ => found.push(format!("{path}: {before} became {after}")),
    }
}

#[test]
fn fixtures_of_earlier_releases_make_the_same_worlds() {
    let settings = Settings { clock: Mode::Manual, ..Settings::default() };
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")).unwrap();
    let files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        let name = file.display();
        let text = fs::read(&file).unwrap();
        let fixture = Fixture::parse(&text).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let world = World::new(fixture, &settings, Moment::VIRTUAL_START);
        let world = world.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(world.check(), Vec::<String>::new(), "{name}");
        let (before, after) =
            (serde_json::from_slice(&text).unwrap(), serde_json::to_value(world.snapshot()).unwrap());
        let mut found = Vec::new();
        lost("", &before, &after, &mut found);
        assert_eq!(found, Vec::<String>::new(), "{name}");
    }
}
