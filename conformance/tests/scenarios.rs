//! Every scenario of the repository is sound.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use slymock_conformance::scenario::{Case, read};

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let areas = entries(&root).into_iter().filter(|path| path.is_dir() && !path.ends_with("known-failures"));
    let files = areas.flat_map(|area| entries(&area));
    let read_file = |file: PathBuf| {
        let id = file.strip_prefix(&root).unwrap().with_extension("").display().to_string();
        read(&id, &fs::read_to_string(&file).unwrap()).unwrap_or_else(|error| panic!("{error}"))
    };
    files.flat_map(read_file).collect()
}

#[test]
fn every_scenario_is_sound() {
    let cases = cases();
    assert!(cases.len() >= 60, "{} scenarios", cases.len());
}
