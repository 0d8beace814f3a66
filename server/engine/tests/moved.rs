//! The stories of methods have become stories of areas: all pairs of call and reply are the same as before. The hashes
//! of those before were printed from the records of the stories of methods.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Adds the hash of each pair that a record has.
fn collect(record: &Value, pairs: &mut BTreeSet<String>) {
    match record {
        Value::Object(object) if object.contains_key("reply") || object.contains_key("refused") => {
            let hash = Sha256::digest(record.to_string());
            pairs.insert(hash.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        Value::Object(object) => object.values().for_each(|value| collect(value, pairs)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, pairs)),
        _ => {}
    }
}

#[test]
fn the_pairs_of_call_and_reply_are_those_of_before() {
    let mut pairs = BTreeSet::new();
    for entry in fs::read_dir(file("stories")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "snap") {
            let text = fs::read_to_string(&path).unwrap();
            let (_, record) = text.trim_start_matches("---").split_once("---\n").unwrap();
            collect(&serde_json::from_str(record).unwrap(), &mut pairs);
        }
    }
    let printed: String = pairs.iter().map(|hash| format!("{hash}\n")).collect();
    if std::env::var_os("SLYMOCK_BLESS").is_some() {
        fs::write(file("tests/moved.txt"), &printed).unwrap();
    }
    let before = fs::read_to_string(file("tests/moved.txt")).unwrap();
    let before: BTreeSet<&str> = before.lines().collect();
    let now: BTreeSet<&str> = printed.lines().collect();
    assert!(now.len() > 300, "only {} pairs", now.len());
    assert_eq!(now, before);
}
