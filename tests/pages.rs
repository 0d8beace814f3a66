//! The pages as a whole: files that they show, tables that are printed, links and citations that lead somewhere.

mod commands;
mod coverage;
mod links;
mod picture;
mod rust_guide;
mod shown;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Holds that a file is as printed; `SLYMOCK_BLESS=1` prints it anew.
#[track_caller]
fn is_kept(name: &str, printed: &str) {
    if std::env::var_os("SLYMOCK_BLESS").is_some() {
        fs::write(root().join(name), printed).unwrap();
    }
    let kept = fs::read_to_string(root().join(name)).unwrap_or_default();
    assert!(
        kept == printed,
        "{name} is stale; print it anew by SLYMOCK_BLESS=1 cargo test --test it pages::"
    );
}

/// All Rust code, scripts and pipelines, as one text.
fn code() -> String {
    let mut code = read(".ci/run") + &read("docs/guides/ci/github.yml");
    for folder in ["src", "server", "client", "conformance", "tests"] {
        let mut folders = vec![root().join(folder)];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    code += &fs::read_to_string(path).unwrap();
                }
            }
        }
    }
    code
}

/// All pages of the repository, by their paths from its root.
fn pages() -> Vec<String> {
    let mut pages = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap().map(Result::unwrap) {
            let path = folder.join(entry.file_name());
            let name = path.display().to_string();
            let is_ours =
                !name.starts_with('.') && !name.starts_with("target") && !name.contains("node_modules");
            if is_ours && entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if is_ours && name.ends_with(".md") {
                pages.push(name);
            }
        }
    }
    pages.sort();
    assert!(pages.len() > 30, "only these pages were found: {pages:?}");
    pages
}

#[test]
fn the_map_of_the_architecture_is_under_90_lines() {
    assert!(read("ARCHITECTURE.md").lines().count() < 90);
}
