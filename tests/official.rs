//! The kit on the official SDK: it fails exactly the known failures, each with its recorded reason. Without
//! Python or the package registry the test is skipped with a message; with `CI=true` it fails.

use std::fs;
use std::process::Command;

use crate::common::environment::environment;
use crate::common::excuse::{say, skip, text_of};
use regex_lite::{Captures, Regex};
use serde_json::Value;
use slymock_conformance::known::KnownFailures;
use slymock_conformance::sdk::{self, Environment};

/// Releases whose source the reasons cite.
const VERSIONS: [&str; 2] = [sdk::NEWEST, "6.72.177"];

fn prepared(version: &str) -> Option<Environment> {
    environment(version).map_err(|why| skip(&format!("the kit on the SDK {version}"), why)).ok()
}

#[test]
fn the_official_sdk_fails_what_is_known_and_nothing_else() {
    for version in VERSIONS.into_iter().filter(|version| prepared(version).is_some()) {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("run.json");
        let mut check = Command::new(env!("CARGO_BIN_EXE_slymock"));
        check.args(["check", "--client", "python", "--sdk-version", version, "--json"]).arg(&report);
        let output = check.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
        let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
        let known: u64 = report["summary"]["checks"]["known"].as_u64().unwrap();
        assert!(known > 0, "{}", text_of(&output));
        let passed =
            report["scenarios"].as_array().unwrap().iter().filter(|it| it["verdict"] == "pass").count();
        assert!(passed >= 500, "only {passed} scenarios passed");
        say(&format!("the kit on the SDK {version}: {passed} scenarios passed, {known} checks known"));
    }
}

/// The lines of a release that a reason cites. `FILE L12` is a line of the newest release, and `FILE L12` of
/// VERSION one of another release; "in 6.72.177 L3 and L4" at the end has the lines of that release in the
/// same files.
fn cited(why: &str, version: &str) -> Vec<(String, usize)> {
    let line = |number: &str| number.parse().unwrap();
    let place = Regex::new(r"`([a-z_/]+\.py) L([0-9]+)`(?: of ([0-9.]+[0-9]))?").unwrap();
    let places: Vec<_> = place.captures_iter(why).collect();
    let of = |place: &Captures<'_>| place.get(3).map_or(sdk::NEWEST, |release| release.as_str()).to_owned();
    let here = places.iter().filter(|place| of(place) == version);
    let here = here.map(|place| (place[1].to_owned(), line(&place[2])));
    let there = why.split_once(&format!("in {version} ")).map_or("", |(_, lines)| lines);
    let numbers = Regex::new("L([0-9]+)").unwrap();
    let numbers: Vec<_> = numbers.captures_iter(there).map(|number| line(&number[1])).collect();
    assert!(numbers.is_empty() || numbers.len() == places.len(), "{why}: lines without a file");
    let there = places.iter().zip(numbers).map(|(place, number)| (place[1].to_owned(), number));
    here.chain(there).collect()
}

#[test]
fn the_lines_that_are_cited_are_code() {
    for version in VERSIONS {
        let Some(environment) = prepared(version) else { continue };
        let library = environment.python().parent().unwrap().parent().unwrap().join("lib");
        let python = fs::read_dir(&library).unwrap().next().unwrap().unwrap().path();
        let sources = python.join("site-packages/supervisely");
        let known = KnownFailures::own("supervisely").unwrap();
        let all: Vec<_> = known.entries().iter().flat_map(|entry| cited(&entry.why, version)).collect();
        assert!(all.len() >= known.entries().len() / 2, "{version}: only {} lines are cited", all.len());
        for (file, number) in all {
            let text = fs::read_to_string(sources.join(&file)).unwrap();
            let line = text.lines().nth(number - 1).unwrap_or_default().trim();
            assert!(!line.is_empty() && !line.starts_with('#'), "{version}: {file} L{number}: {line:?}");
        }
    }
}
