//! `.ci/run` with a cargo and an apt-get that only note what they are asked: what is run, in which order, and what is
//! printed of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// What the gate runs of cargo, in this order.
const PARTS: [&str; 4] = [
    "cargo fmt --all --check",
    "cargo clippy --workspace --all-targets -- -D warnings",
    "cargo test --workspace",
    "cargo doc --workspace --no-deps",
];

/// A machine that has nothing but a shell, cargo and apt-get, of which one call fails.
fn fresh_machine(fails: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for tool in ["cargo", "apt-get"] {
        let path = folder.path().join(tool);
        let notes = folder.path().join("notes");
        let text = format!(
            "#!/bin/sh\necho \"{tool} $*\" >> '{}'\ncase \"$1\" in '{fails}') exit 7;; esac\n",
            notes.display()
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = env::var_os("PATH").unwrap();
    for tool in ["bash", "dirname"] {
        let mut there = env::split_paths(&path).map(|folder| folder.join(tool));
        symlink(there.find(|path| path.exists()).unwrap(), folder.path().join(tool)).unwrap();
    }
    folder
}

/// Runs the gate there: what was asked for, and what came of it.
fn gate(machine: &TempDir) -> (Vec<String>, Output) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run");
    let output =
        Command::new(machine.path().join("bash")).arg(script).env("PATH", machine.path()).output().unwrap();
    let notes = fs::read_to_string(machine.path().join("notes")).unwrap();
    (notes.lines().map(str::to_owned).collect(), output)
}

/// The parts whose time was printed.
fn told(output: &Output) -> Vec<String> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let timed = text.lines().filter(|line| line.ends_with(" s") && line.contains(" min "));
    timed.filter_map(|line| Some(line.split_once(": ")?.0.to_owned())).collect()
}

#[test]
fn format_and_lints_come_first_and_each_part_tells_its_time() {
    let (asked, output) = gate(&fresh_machine("none"));
    assert!(output.status.success(), "{output:?}");
    let of_cargo: Vec<_> = asked.iter().filter(|line| line.starts_with("cargo ")).collect();
    assert_eq!(of_cargo, PARTS);
    assert_eq!(told(&output), ["format", "lints", "install", "tests", "docs"]);
}

#[test]
fn a_fresh_machine_gets_what_the_tests_need_before_they_are_run() {
    let (asked, _) = gate(&fresh_machine("none"));
    let at = |start: &str| asked.iter().position(|line| line.starts_with(start)).unwrap();
    let install = at("apt-get install ");
    assert!(at("cargo clippy") < install && install < at("cargo test"), "{asked:?}");
    let packages: Vec<_> = asked[install].split(' ').collect();
    for package in ["curl", "python3", "python3-venv", "nodejs", "npm", "procps", "libgl1", "libglib2.0-0"] {
        assert!(packages.contains(&package), "{package} is not in {packages:?}");
    }
}

#[test]
fn what_fails_ends_the_gate_with_its_time_and_its_code() {
    for (fails, parts) in [("fmt", &["format"][..]), ("test", &["format", "lints", "install", "tests"])] {
        let (asked, output) = gate(&fresh_machine(fails));
        assert_eq!(output.status.code(), Some(7), "{fails}");
        assert_eq!(told(&output), parts);
        assert!(!asked.iter().any(|line| line.starts_with("cargo doc")), "{asked:?}");
    }
}
