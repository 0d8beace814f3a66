//! The built-in adapters with their clients pass all that they claim. Without Python, Node or a package
//! registry the test of an adapter is skipped with a message; with `CI=true` it fails.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::environment::environment;
use crate::common::excuse::{skip, text_of};
use serde_json::Value;
use slymock_conformance::operations::OPERATIONS;
use slymock_conformance::sdk::Environment;
use tempfile::TempDir;

/// Operations that the newest release of the SDK has dropped.
const LEGACY: [&str; 12] = [
    "task.checkpoints",
    "task.create_detached",
    "task.delete_unused_checkpoints",
    "task.deploy_model",
    "task.deploy_model_async",
    "task.download_import_file",
    "task.import_files",
    "task.run_dtl",
    "task.run_inference",
    "task.run_train",
    "task.training_metrics",
    "task.upload_dtl_archive",
];

/// Operations that the release of the documentation page does not have yet.
const LATER: [&str; 7] = [
    "task.is_ready",
    "task.is_running",
    "task.logs",
    "task.set_output.error",
    "task.set_output.experiment",
    "task.set_output.text",
    "task.update_status",
];

fn done(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {}", text_of(&output))) }
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/adapters").join(name)
}

/// Runs the kit, and requires that no `must` fails and that at least `at_least` scenarios pass.
#[track_caller]
fn passes(folder: &Path, adapter: &str, at_least: u64) {
    let report = folder.join("report.json");
    let mut check = Command::new(env!("CARGO_BIN_EXE_slymock"));
    check.args(["check", "--adapter", adapter, "--json"]).arg(&report).current_dir(folder);
    let output = check.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let scenarios = report["scenarios"].as_array().unwrap();
    let passed = scenarios.iter().filter(|scenario| scenario["verdict"] == "pass").count() as u64;
    assert!(passed >= at_least, "only {passed} scenarios of {} passed", scenarios.len());
}

/// A folder that is kept between runs, with the files of another one and their build results.
fn copied(from: &Path, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adapters").join(name);
    // Removed files must not be built.
    let _ = fs::remove_dir_all(folder.join("src"));
    copy(from, &folder);
    folder
}

/// Writes a starter with `slymock adapter new`.
fn begun(language: &str) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let mut new = Command::new(env!("CARGO_BIN_EXE_slymock"));
    let output = new.args(["adapter", "new", language, "."]).current_dir(&place).output().unwrap();
    assert!(output.status.success(), "{}", text_of(&output));
    place
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        match name.to_str().unwrap() {
            "node_modules" | "dist" | "__pycache__" => {}
            _ if path.is_dir() => copy(&path, &to.join(name)),
            _ => drop(fs::copy(&path, to.join(name)).unwrap()),
        }
    }
}

/// Builds an adapter in TypeScript, with the packages of its lock file.
fn built(from: &Path, name: &str) -> Result<PathBuf, String> {
    let folder = copied(from, name);
    let (mark, wanted) =
        (folder.join("ready"), fs::read_to_string(folder.join("package-lock.json")).unwrap());
    if !fs::read_to_string(&mark).is_ok_and(|made| made == wanted) {
        done(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder))?;
        fs::write(mark, wanted).unwrap();
    }
    let mut build = Command::new("npm");
    let output = build.args(["run", "build"]).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", text_of(&output));
    Ok(folder)
}

#[test]
fn the_client_in_typescript_passes_what_it_claims() {
    match built(&source("typescript"), "typescript") {
        Ok(folder) => passes(&folder, "node dist/adapter.js", 400),
        Err(why) => skip("the client in TypeScript", &why),
    }
}

#[test]
fn what_one_begins_with_in_typescript_passes_as_it_stands() {
    match built(begun("typescript").path(), "new-typescript") {
        Ok(folder) => passes(&folder, "node dist/adapter.js", 90),
        Err(why) => skip("the starter in TypeScript", &why),
    }
}

#[test]
fn what_one_begins_with_in_python_passes_as_it_stands() {
    match done(Command::new("python3").args(["-c", "pass"])) {
        Ok(()) => passes(begun("python").path(), "python3 adapter.py", 90),
        Err(why) => skip("the starter in Python", &why),
    }
}

#[test]
fn no_lock_file_names_a_registry() {
    for name in ["typescript", "starters/typescript"] {
        let lock = fs::read_to_string(source(name).join("package-lock.json")).unwrap();
        assert!(lock.contains("\"integrity\"") && !lock.contains("://"), "{name}");
    }
}

#[test]
fn the_adapter_of_the_sdk_has_60_lines() {
    let text = fs::read_to_string(source("python/adapter.py")).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines.len() <= 60, "{} lines", lines.len());
    let long: Vec<_> = lines.iter().filter(|line| line.chars().count() > 120 || line.contains(';')).collect();
    assert!(long.is_empty(), "lines that are too long or have two statements: {long:?}");
}

#[test]
fn the_adapter_of_the_sdk_claims_what_each_release_has() {
    let all: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    for (version, lacks) in [("6.74.51", &LEGACY[..]), ("6.72.177", &LATER[..])] {
        let environment = match environment(version) {
            Ok(environment) => environment,
            Err(why) => {
                skip(&format!("the adapter of the SDK {version}"), why);
                continue;
            }
        };
        let hello = hello(&environment);
        assert_eq!(hello["client"]["version"], version);
        let claimed = hello["ops"].as_array().unwrap().iter().map(|op| op.as_str().unwrap());
        let lacking: Vec<_> = all.difference(&claimed.collect()).copied().collect();
        assert_eq!(lacking, lacks, "of {version}");
    }
}

/// The first line from the SDK's adapter.
fn hello(environment: &Environment) -> Value {
    let mut adapter = environment.command();
    adapter.arg(source("python/adapter.py"));
    let mut adapter =
        adapter.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    adapter.stdin.take().unwrap().write_all(b"{\"t\":\"bye\"}\n").unwrap();
    let output = adapter.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success() && text.starts_with('{'), "{}", text_of(&output));
    serde_json::from_str(text.lines().next().unwrap()).unwrap()
}
