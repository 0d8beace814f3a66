//! Compares METHODS with the texts printed from it, METHODS.md and LIFECYCLES.md, and with the wire
//! specification; and compares the schema of a world with its types. `SLYMOCK_BLESS=1` prints the texts
//! anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use slymock_engine::lifecycle;
use slymock_engine::methods::{METHODS, find, markdown};
use slymock_engine::request::Shape;
use slymock_engine::snapshot;

/// Methods that are modelled but not specified, because apps call them around tasks.
const AROUND: &[&str] = &[
    "agents.available",
    "agents.info",
    "agents.list",
    "apps.info",
    "apps.list",
    "apps.tasks.list",
    "datasets.add",
    "datasets.archive",
    "datasets.editInfo",
    "datasets.info",
    "datasets.list",
    "datasets.remove",
    "ecosystem.file.download",
    "instance.get-render-previews-session-token",
    "models.list",
    "projects.list",
    "teams.info",
    "teams.list",
    "users.me",
    "workflow.node.add-input",
    "workflow.node.add-output",
    "workspaces.list",
];
/// Specified, but a path of the server and not a method.
const NO_METHOD: &str = "GET /";

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn compare(path: &str, printed: &str) {
    if std::env::var_os("SLYMOCK_BLESS").is_some() {
        fs::write(file(path), printed).unwrap();
    }
    let kept = fs::read_to_string(file(path)).unwrap_or_default();
    let print = "SLYMOCK_BLESS=1 cargo test -p slymock-engine --test it docs::";
    assert!(kept == printed, "{path} differs from the text that the code prints; print it anew by {print}");
}

#[test]
fn the_pages_are_as_printed() {
    compare("server/docs/METHODS.md", &markdown());
    let head = "# Lifecycle presets\n\nPrinted from the presets; a test fails when it is out of date. A task on an agent that is waiting or disabled follows none of them: it \
                stays queued until a client or a test moves it.\n\n";
    let keys = keys_of("Lifecycle") + &keys_of("Stage");
    compare("server/docs/LIFECYCLES.md", &format!("{head}{}{keys}", lifecycle::table()));
}

/// The keys of an object of the fixtures, as a table.
fn keys_of(object: &str) -> String {
    let schema = snapshot::schema();
    let mut table = format!("\n## Keys of a {}\n\n| key | meaning |\n|---|---|\n", object.to_lowercase());
    for (key, property) in schema["$defs"][object]["properties"].as_object().unwrap() {
        let about =
            property["description"].as_str().unwrap_or_else(|| panic!("{object}.{key}")).replace('\n', " ");
        table += &format!("| `{key}` | {about} |\n");
    }
    table
}

#[test]
fn the_schema_of_a_world_is_as_printed() {
    compare("docs/world.schema.json", &format!("{:#}\n", snapshot::schema()));
}

#[test]
fn names_are_sorted_and_unique_and_abouts_are_sentences() {
    let names: Vec<&str> = METHODS.iter().map(|row| row.name).collect();
    for pair in names.windows(2) {
        assert!(pair[0] < pair[1], "METHODS must be sorted by name: {} is before {}", pair[0], pair[1]);
    }
    for row in METHODS.iter() {
        let (name, about) = (row.name, &row.about);
        let is_sentence = about.ends_with('.') && about.starts_with(char::is_uppercase);
        assert!(is_sentence, "the description of {name} is not a sentence: {about:?}");
        assert!(!row.answer.is_empty(), "{name} has no description of its answer");
        for field in row.shape.fields() {
            let (field, about) = (field.name, field.about);
            assert!(
                about.ends_with('.'),
                "the description of the field {field} of {name} is not a sentence: {about:?}"
            );
        }
    }
}

fn wire() -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(file("server/docs/wire.json")).unwrap()).unwrap()
}

fn name_of(method: &Value) -> &str {
    method["method"].as_str().unwrap()
}

#[test]
fn the_methods_are_those_of_the_specification_and_those_around_them() {
    let specified = wire();
    let specified: BTreeSet<&str> = specified.iter().map(name_of).filter(|name| *name != NO_METHOD).collect();
    let around: BTreeSet<&str> = AROUND.iter().copied().collect();
    assert!(specified.is_disjoint(&around), "named in both: {:?}", specified.intersection(&around));
    let built: BTreeSet<&str> = METHODS.iter().map(|row| row.name).collect();
    let unknown = built.iter().filter(|name| !specified.contains(*name) && !around.contains(*name)).map(|name| {
        format!("{name} is modelled, but neither specified in server/docs/wire.json nor named in AROUND of server/engine/tests/docs.rs")
    });
    let lacking = specified.union(&around).filter(|name| !built.contains(*name));
    let lacking =
        lacking.map(|name| format!("{name} is specified or in AROUND, but METHODS does not have it"));
    let faults: Vec<_> = unknown.chain(lacking).collect();
    assert!(faults.is_empty(), "{}", faults.join("; "));
}

#[test]
fn every_field_of_the_specification_is_declared() {
    let mut compared = 0;
    for method in wire() {
        let Some(row) = find(name_of(&method)) else { continue };
        let file = match row.shape {
            Shape::Object(_) | Shape::List(_) => None,
            Shape::Form(_, file) => Some(file),
            Shape::Open(_) | Shape::Texts(_) | Shape::Parts => continue,
        };
        let Some(request) = method["request"].as_object() else { continue };
        for field in request.keys() {
            let declared =
                row.shape.fields().iter().any(|declared| declared.name == field) || file == Some(field);
            assert!(declared, "{}: {field} is specified but not declared", row.name);
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} fields were compared");
}
