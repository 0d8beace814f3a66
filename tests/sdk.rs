//! The official SDK against the built binary: prepares an environment of it under `target/` on first use
//! and runs the Python suite in `tests/sdk`. Without Python or its registry the suite says so and is
//! skipped; with `CI=true` that is a failure.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The SDK's releases the suite runs against.
const VERSIONS: &[&str] = &["6.74.51"];
const PYTEST: &str = "pytest==8.4.2";

#[test]
fn the_official_sdk_works_against_the_fake() {
    for version in VERSIONS {
        match environment(version) {
            Ok(python) => run_suite(&python),
            Err(why) if env::var_os("CI").is_some_and(|ci| ci == "true") => {
                panic!("the SDK suite cannot run: {why}")
            }
            Err(why) => say(&format!("SKIPPED: the SDK suite for {version} cannot run: {why}")),
        }
    }
}

/// Says something past the test harness, which keeps to itself what a passing test prints.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn run_suite(python: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut suite = Command::new(python);
    suite.args(["-m", "pytest", "tests/sdk", "-q", "-p", "no:cacheprovider", "--color=no"]).current_dir(root);
    suite.env("SLYMOCK_BIN", env!("CARGO_BIN_EXE_slymock")).env("PYTHONDONTWRITEBYTECODE", "1");
    for (name, _) in env::vars() {
        if name.starts_with("SUPERVISELY_") || ["TASK_ID", "SERVER_ADDRESS", "API_TOKEN"].contains(&&*name) {
            suite.env_remove(name);
        }
    }
    let output = suite.output().expect("the environment has a Python");
    let text = text_of(&output);
    assert!(output.status.success(), "{text}");
    say(text.lines().last().unwrap_or_default());
}

/// The Python of an environment that has the SDK, made when there is none. The mark is written last, so
/// that a half-made one is made again.
fn environment(version: &str) -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdk").join(version);
    let python = folder.join("bin").join("python");
    let mark = folder.join("ready");
    let wanted = format!("supervisely=={version} {PYTEST}");
    if fs::read_to_string(&mark).is_ok_and(|made| made == wanted) {
        return Ok(python);
    }
    say(&format!("preparing the SDK {version}; this takes about half a minute, once"));
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    }
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    done(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let install = ["-m", "pip", "install", "-q", "--disable-pip-version-check"];
    done(Command::new(&python).args(install).arg(format!("supervisely=={version}")).arg(PYTEST))?;
    fs::write(&mark, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}

fn done(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {}", text_of(&output))) }
}

fn text_of(output: &Output) -> String {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{stdout}{stderr}")
}
