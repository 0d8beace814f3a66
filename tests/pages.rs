//! The pages as a whole: files that they show, tables that are printed, links and citations that lead somewhere.

mod commands;
mod coverage;
mod links;
mod picture;
mod rust_guide;
mod shown;
mod wire;

use std::fs;

use crate::common::repository::{files, read, root};

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

/// All pages of the repository.
fn pages() -> Vec<String> {
    let pages = files("", ".md");
    assert!(pages.len() > 30, "only these pages were found: {pages:?}");
    pages
}

#[test]
fn the_map_of_the_architecture_is_under_90_lines() {
    assert!(read("ARCHITECTURE.md").lines().count() < 90);
}
