//! The official SDK against the built binary: installs the SDK into the user's cache on first use and runs
//! the Python suite in `tests/sdk`. Without Python or the package registry the suite is skipped with a
//! message; with `CI=true` it fails. `SLYMOCK_SDK_VERSIONS` lists other releases to run against, separated by
//! spaces.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::thread;

use crate::common::environment::environment;
use crate::common::excuse::{say, skip, text_of};
use slymock_conformance::sdk::{self, Environment};

/// The newest SDK, and the last release with the documentation page that the fake follows. Tests of methods
/// that a release lacks skip themselves.
const VERSIONS: &[&str] = &[sdk::NEWEST, "6.72.177"];

#[test]
fn the_official_sdk_works_against_the_fake() {
    let asked = env::var("SLYMOCK_SDK_VERSIONS").unwrap_or_default();
    let asked: Vec<&str> = asked.split_whitespace().collect();
    let versions = if asked.is_empty() { VERSIONS } else { &asked };
    // In parallel: each suite has its own server and leaves its core idle for most of the time.
    let skipped: Vec<_> = thread::scope(|threads| {
        let suites = versions.iter().map(|version| threads.spawn(|| skipped_with(version)));
        let suites: Vec<_> = suites.collect();
        suites.into_iter().filter_map(|suite| suite.join().unwrap()).collect()
    });
    // Only the full list has a release for every test.
    if versions == VERSIONS && skipped.len() == versions.len() {
        let by_all = skipped.into_iter().reduce(|some, others| &some & &others);
        assert_eq!(by_all, Some(BTreeSet::new()), "every test runs with at least one release");
    }
}

/// Runs the suite against a release, if it can be installed, and returns the skipped tests.
fn skipped_with(version: &str) -> Option<BTreeSet<String>> {
    match environment(version) {
        Ok(environment) => Some(run_suite(version, &environment)),
        Err(why) => {
            skip(&format!("the SDK suite for {version}"), why);
            None
        }
    }
}

fn run_suite(version: &str, environment: &Environment) -> BTreeSet<String> {
    let skipped = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("skipped-{version}"));
    let mut suite = environment.command();
    suite.args(["-m", "pytest", "tests/sdk", "-q", "-p", "no:cacheprovider", "--color=no"]);
    suite.current_dir(env!("CARGO_MANIFEST_DIR"));
    suite.env("SLYMOCK_BIN", env!("CARGO_BIN_EXE_slymock")).env("SLYMOCK_SKIPPED", &skipped);
    let output = suite.output().expect("the environment has a Python");
    let text = text_of(&output);
    assert!(output.status.success(), "the SDK {version}:\n{text}");
    say(&format!("the SDK {version}: {}", text.trim_end().lines().last().unwrap_or_default()));
    let skipped = fs::read_to_string(skipped).expect("the suite leaves a list of skipped tests");
    skipped.lines().map(String::from).collect()
}
