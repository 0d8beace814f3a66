//! The scenarios that the kit brings with it are sound and make sense.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use slymock_conformance::library::{self, promises};
use slymock_conformance::lint::lint;

#[test]
fn the_kit_brings_those_of_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    assert_eq!(library::own(), library::in_folder(&folder).unwrap());
}

#[test]
fn none_has_anything_that_makes_no_sense() {
    let (cases, promises) = (library::cases(&library::own()).unwrap(), promises());
    let findings = cases
        .iter()
        .flat_map(|case| lint(case, &promises).into_iter().map(|finding| format!("{}: {finding}", case.id)));
    let findings: Vec<_> = findings.collect();
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn there_are_enough_of_them() {
    let (files, cases) = (library::own(), library::cases(&library::own()).unwrap());
    assert!(cases.len() >= 150 && files.len() >= 60, "{} cases of {} files", cases.len(), files.len());
    let mut areas: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &files {
        *areas.entry(file.id.split('/').next().unwrap()).or_default() += 1;
    }
    for area in ["wait", "pagination", "errors", "retry"] {
        assert!(areas.get(area).is_some_and(|files| *files >= 8), "{area}: {areas:?}");
    }
    let ids: BTreeSet<_> = cases.iter().map(|case| &case.id).collect();
    assert_eq!(ids.len(), cases.len(), "an id is there twice");
}

#[test]
fn each_says_why_and_in_one_sentence_what() {
    for case in library::cases(&library::own()).unwrap() {
        let (about, why) = (&case.scenario.about, &case.scenario.why);
        assert!(about.ends_with('.') && about.len() <= 120, "{}: {about}", case.id);
        assert!(why.len() >= 10, "{}: {why}", case.id);
    }
}
