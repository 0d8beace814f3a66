//! The Python package: its own suite and that of its example, in parallel processes, in clean environments with the
//! official SDK. Without Python or the package registry the test is skipped with a message; with `CI=true` it
//! fails.
//!
//! In a sample, the older SDK runs the tests that use an SDK. With `CI_FULL=1` both run everything.

#![cfg(target_os = "linux")]

use std::thread;

use crate::common::excuse::{say, skip};
use crate::common::package::{VERSIONS, environments, is_full, module, run};
use crate::common::repository::root;
use slymock_conformance::sdk::{self, Environment};

/// The tests that depend on the release of the SDK.
const OF_THE_SDK: &[&str] = &[
    "tests/test_plugin_sdk.py",
    "tests/test_virtual_sdk.py",
    "tests/test_mocking.py",
    "tests/test_world.py",
];
const QUIETLY: &[&str] = &["-q", "-n", "2", "-p", "no:cacheprovider", "--color=no", "--disable-warnings"];

#[test]
fn the_package_passes_its_tests_with_both_sdks() {
    let environments = match environments() {
        Ok(environments) => environments,
        Err(why) => return skip("the Python package", why),
    };
    let mypy = ["--config-file", "python/pyproject.toml", "--cache-dir", "/dev/null", "-p", "slymock"];
    run(&mut module(&environments[0], "mypy", &mypy), "mypy");
    thread::scope(|threads| {
        for (environment, version) in environments.iter().zip(VERSIONS) {
            threads.spawn(move || run_suites(environment, version));
        }
    });
}

fn run_suites(environment: &Environment, version: &str) {
    let mut suite = module(environment, "pytest", QUIETLY);
    suite.current_dir(root().join("python"));
    if !is_full() && version != sdk::NEWEST {
        say(&format!("SAMPLED: {version} runs the tests that depend on the SDK"));
        suite.args(OF_THE_SDK);
    }
    run(&mut suite, version);
    let mut example = module(environment, "pytest", QUIETLY);
    run(example.current_dir(root().join("python/examples")), &format!("example on {version}"));
}
