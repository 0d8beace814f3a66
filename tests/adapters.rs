//! The adapters that slymock brings with it, each with its client: they pass what they claim. Without Python, Node or
//! the package registries the test of an adapter says so and is skipped; with `CI=true` that is a failure.

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

/// What the newest release of the SDK has no more.
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

/// What the release of the seed page has not yet.
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

/// What the kit finds, with nothing that a `must` says failing, and so many scenarios passed.
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

/// A folder that stays, with the files of another one and what was made of them there.
fn copied(from: &Path, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adapters").join(name);
    // What is not there any more is not built.
    let _ = fs::remove_dir_all(folder.join("src"));
    copy(from, &folder);
    folder
}

/// What `slymock adapter new` writes.
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

/// Builds an adapter in TypeScript, with the very packages of its lock file.
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
        Err(why) => skip("the beginning of an adapter in TypeScript", &why),
    }
}

#[test]
fn what_one_begins_with_in_python_passes_as_it_stands() {
    match done(Command::new("python3").args(["-c", "pass"])) {
        Ok(()) => passes(begun("python").path(), "python3 adapter.py", 90),
        Err(why) => skip("the beginning of an adapter in Python", &why),
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
    assert!(long.is_empty(), "too long, or two in one: {long:?}");
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

/// The first line of the SDK's adapter.
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
