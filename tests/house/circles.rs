//! Circles of files, in which imports lead from each file to every other one.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::Import;
use super::source::Source;

/// Files that import each other in a circle, by their paths.
pub(crate) fn circles(source: &Source, imports: &[Import]) -> Vec<BTreeSet<String>> {
    let file = |module| source.modules[module].file.clone();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for import in imports {
        arrows.entry(file(&import.by)).or_default().insert(file(&import.from));
    }
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        arrows.keys().map(|from| (from, all_from(from, &arrows))).collect();
    let leads = |from: &String, to: &String| reached.get(from).is_some_and(|all| all.contains(to));
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for one in arrows.keys().filter(|one| leads(one, one)) {
        if !circles.iter().any(|circle| circle.contains(one)) {
            circles.push(
                arrows.keys().filter(|other| leads(one, other) && leads(other, one)).cloned().collect(),
            );
        }
    }
    circles
}

fn all_from<'a>(from: &String, arrows: &'a BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'a String> {
    let next = |file: &String| arrows.get(file).into_iter().flatten();
    let (mut reached, mut open) = (BTreeSet::new(), Vec::from_iter(next(from)));
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(next(file));
        }
    }
    reached
}

/// The imports among some files, as lines to read.
pub(crate) fn told(source: &Source, imports: &[Import], circle: &BTreeSet<String>) -> String {
    let file = |module| &source.modules[module].file;
    let inside = imports
        .iter()
        .filter(|import| circle.contains(file(&import.by)) && circle.contains(file(&import.from)));
    let lines = inside
        .map(|import| format!("  {} imports {} ({})", file(&import.by), file(&import.from), import.path));
    lines.collect::<Vec<_>>().join("\n")
}
