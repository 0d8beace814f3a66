//! The house rules that can be counted: no Rust file over 400 lines, and who may know of whom.
//! (Functions over 70 lines are clippy's, see clippy.toml.)

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != ".git" {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_file_is_over_400_lines() {
    let mut files = Vec::new();
    rust_files(root(), &mut files);
    assert!(files.len() > 40);
    let lines = |file: &PathBuf| fs::read_to_string(file).unwrap().lines().count();
    let long: Vec<_> = files.iter().filter(|file| lines(file) > 400).collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn the_engine_has_no_runtime_no_sockets_and_no_clock() {
    let manifest = fs::read_to_string(root().join("server/engine/Cargo.toml")).unwrap();
    for banned in ["tokio", "hyper", "async", "chrono", "time.workspace"] {
        assert!(!manifest.contains(banned), "the engine depends on {banned}");
    }
    let mut files = Vec::new();
    rust_files(&root().join("server/engine/src"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for banned in ["SystemTime", "Instant::", "std::net", "std::thread", "Timestamp::now"] {
            assert!(!text.contains(banned), "{}: {banned}", file.display());
        }
    }
}

#[test]
fn the_client_shares_nothing_with_the_fake() {
    let manifest = fs::read_to_string(root().join("client/Cargo.toml")).unwrap();
    for banned in ["slymock-engine", "slymock-server", "slymock-conformance"] {
        assert!(!manifest.contains(banned), "the client depends on {banned}");
    }
}

#[test]
fn scenarios_and_judge_know_nothing_of_client_and_fake() {
    let mut files = vec![root().join("conformance/src/event.rs"), root().join("conformance/src/outcome.rs")];
    for folder in ["scenario", "judge", "report"] {
        rust_files(&root().join("conformance/src").join(folder), &mut files);
    }
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for banned in ["slymock_client", "slymock_server", "slymock_engine", "crate::adapter", "crate::run"] {
            assert!(!text.contains(banned), "{}: {banned}", file.display());
        }
    }
}
