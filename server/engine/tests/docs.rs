//! METHODS against what is printed from it and what it was made from: METHODS.md, LIFECYCLES.md and the
//! wire specification. `SLYMOCK_BLESS=1` prints the pages anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use slymock_engine::lifecycle;
use slymock_engine::methods::{METHODS, Row, find, markdown, why};
use slymock_engine::request::Shape;

/// The newest release of the SDK whose methods are built so far.
const BUILT_FOR: &str = "v6.74.51";
/// Built so far of what is reached indirectly.
const INDIRECT: &[&str] = &[
    "instance.version",
    "images.internal.hashes.list",
    "projects.info",
    "projects.editInfo",
    "ecosystem.info",
    "ecosystem.list",
    "file-storage.info",
];

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

fn compare(name: &str, printed: &str) {
    if std::env::var_os("SLYMOCK_BLESS").is_some() {
        fs::write(docs(name), printed).unwrap();
    }
    let kept = fs::read_to_string(docs(name)).unwrap_or_default();
    assert!(
        kept == printed,
        "server/docs/{name} is stale: SLYMOCK_BLESS=1 cargo test -p slymock-engine --test docs"
    );
}

#[test]
fn the_pages_are_as_printed() {
    compare("METHODS.md", &markdown());
    let head = "# Lifecycle presets\n\nPrinted from the presets; a test fails when it is stale. A stage of a \
                lifecycle of your own has the same keys as those in `server/engine/src/lifecycle/presets.json`.\n\n";
    compare("LIFECYCLES.md", &format!("{head}{}", lifecycle::table()));
}

#[test]
fn names_are_sorted_and_unique_and_abouts_are_sentences() {
    let names: Vec<&str> = METHODS.iter().map(|row| row.name).collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    for row in METHODS {
        assert!(row.about.ends_with('.') && row.about.starts_with(char::is_uppercase), "{}", row.name);
        assert!(!row.answer.is_empty(), "{}", row.name);
        for field in fields(row) {
            assert!(field.about.ends_with('.'), "{}: {}", row.name, field.name);
        }
    }
}

#[test]
fn every_method_has_evidence_and_every_claim_is_a_sentence() {
    for row in METHODS {
        assert!(!row.evidence.is_empty(), "{}", row.name);
        assert!(row.evidence.iter().all(|evidence| evidence.claim.ends_with('.')), "{}", row.name);
        assert!(why(row).contains(row.evidence[0].claim));
    }
}

fn fields(row: &Row) -> &'static [slymock_engine::request::Field] {
    match row.shape {
        Shape::Object(fields) | Shape::Open(fields) => fields,
        Shape::Texts(_) | Shape::Parts => &[],
    }
}

fn wire() -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(docs("wire.json")).unwrap()).unwrap()
}

fn name_of(method: &Value) -> &str {
    method["method"].as_str().unwrap()
}

#[test]
fn the_methods_are_those_of_the_specification_as_far_as_built() {
    let specified = wire();
    let expected: BTreeSet<&str> = specified
        .iter()
        .filter(|method| {
            let direct = method["indirect"] == false && method["last"] == BUILT_FOR;
            direct || INDIRECT.contains(&name_of(method))
        })
        .map(name_of)
        .collect();
    let built: BTreeSet<&str> = METHODS.iter().map(|row| row.name).collect();
    assert_eq!(built, expected);
}

#[test]
fn every_field_of_the_specification_is_declared() {
    let mut compared = 0;
    for method in wire() {
        let Some(row) = find(name_of(&method)) else { continue };
        let Shape::Object(fields) = row.shape else { continue };
        let Some(request) = method["request"].as_object() else { continue };
        for field in request.keys() {
            let declared = fields.iter().any(|declared| declared.name == field);
            assert!(declared, "{}: {field} is specified and not declared", row.name);
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} fields were compared");
}
