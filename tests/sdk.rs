//! The official SDK against the built binary: prepares an environment of it under `target/sdk` on
//! first use and runs the Python suite in `tests/sdk`. Without Python or the package registry the
//! suite says so and is skipped; with `CI=true` that is a failure. `SLYMOCK_SDK_VERSIONS` names other
//! releases to run against, with spaces between.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output};

/// The newest SDK and the last of those whose page the fake follows. Tests of what a release lacks
/// skip themselves.
const VERSIONS: &[&str] = &["6.74.51", "6.72.177"];
/// The newest that still runs on the oldest Python the SDK takes.
const PYTEST: &str = "pytest==8.3.5";
const NEW_ENOUGH: &str = "import sys; sys.exit(sys.version_info < (3, 8) and 'Python < 3.8')";
/// What a developer's shell may hold and the SDK would take to heart.
/// The SDK's own names are dropped as well, by their prefix.
const FOREIGN: &[&str] = &["ENV", "TASK_ID", "SERVER_ADDRESS", "API_TOKEN", "APP_CATEGORIES"];

#[test]
fn the_official_sdk_works_against_the_fake() {
    let asked = env::var("SLYMOCK_SDK_VERSIONS").unwrap_or_default();
    let asked: Vec<&str> = asked.split_whitespace().collect();
    let versions = if asked.is_empty() { VERSIONS } else { &asked };
    let skipped: Vec<_> = versions.iter().filter_map(|version| skipped_with(version)).collect();
    // Only the whole list has a release for every test.
    if versions == VERSIONS && skipped.len() == versions.len() {
        let by_all = skipped.into_iter().reduce(|some, others| &some & &others);
        assert_eq!(by_all, Some(BTreeSet::new()), "each test runs with some release");
    }
}

/// Runs the suite against a release, if that can be had, and tells which tests skipped themselves.
fn skipped_with(version: &str) -> Option<BTreeSet<String>> {
    match environment(version) {
        Ok(python) => Some(run_suite(version, &python)),
        Err(why) => {
            let excused = env::var_os("CI").is_none_or(|ci| ci != "true");
            assert!(excused, "the SDK suite for {version} cannot run: {why}");
            let line = why.trim_end().lines().last().unwrap_or_default();
            say(&format!("SKIPPED: the SDK suite for {version} cannot run: {line}"));
            None
        }
    }
}

/// Says something past the test harness, which keeps to itself what a passing test prints.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn run_suite(version: &str, python: &Path) -> BTreeSet<String> {
    let skipped = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("skipped-{version}"));
    let mut suite = Command::new(python);
    suite.args(["-m", "pytest", "tests/sdk", "-q", "-p", "no:cacheprovider", "--color=no"]);
    suite.current_dir(env!("CARGO_MANIFEST_DIR"));
    suite.env("SLYMOCK_BIN", env!("CARGO_BIN_EXE_slymock")).env("PYTHONDONTWRITEBYTECODE", "1");
    suite.env("SLYMOCK_SKIPPED", &skipped);
    for (name, _) in env::vars_os() {
        let known = name.to_string_lossy();
        if known.starts_with("SUPERVISELY_") || FOREIGN.contains(&&*known) {
            suite.env_remove(&name);
        }
    }
    suite.env_remove("PYTEST_ADDOPTS");
    // A proxy of the developer's must not stand between the suite and loopback.
    suite.env("no_proxy", "127.0.0.1").env("NO_PROXY", "127.0.0.1");
    let output = suite.output().expect("the environment has a Python");
    let text = text_of(&output);
    assert!(output.status.success(), "the SDK {version}:\n{text}");
    say(&format!("the SDK {version}: {}", text.trim_end().lines().last().unwrap_or_default()));
    let skipped = fs::read_to_string(skipped).expect("the suite leaves a list of skipped tests");
    skipped.lines().map(String::from).collect()
}

/// The Python of an environment that has the SDK, made when there is none.
fn environment(version: &str) -> Result<PathBuf, String> {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("sdk");
    let folder = all.join(version);
    let python = folder.join("bin").join("python");
    let wanted = format!("supervisely=={version} {PYTEST}");
    if is_ready(&folder, &wanted) {
        return Ok(python);
    }
    say(&format!("preparing the SDK {version}; this takes about half a minute, once"));
    let half_made = all.join(format!("{version}.{}", process::id()));
    let made = fill(&half_made, &wanted).and_then(|()| put_in_place(&half_made, &folder));
    if made.is_err() {
        let _ = fs::remove_dir_all(&half_made);
    }
    // Another run may have been quicker.
    if is_ready(&folder, &wanted) { Ok(python) } else { made.map(|()| python) }
}

fn is_ready(folder: &Path, wanted: &str) -> bool {
    fs::read_to_string(folder.join("ready")).is_ok_and(|made| made == wanted)
}

/// Installs under a name of its own and writes the mark last, so that a half-made environment is
/// never taken for a whole one.
fn fill(folder: &Path, wanted: &str) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    done(Command::new("python3").args(["-c", NEW_ENOUGH]))?;
    done(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let python = folder.join("bin").join("python");
    let install = ["-m", "pip", "install", "-q", "--disable-pip-version-check"];
    done(Command::new(python).args(install).args(wanted.split(' ')))?;
    fs::write(folder.join("ready"), wanted).map_err(|error| error.to_string())
}

/// Only `bin/python` is used afterwards, and it finds its packages from where it lies.
fn put_in_place(half_made: &Path, folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| error.to_string())?;
    }
    fs::rename(half_made, folder).map_err(|error| error.to_string())
}

fn done(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {}", text_of(&output))) }
}

fn text_of(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    format!("{out}{}", String::from_utf8_lossy(&output.stderr))
}
