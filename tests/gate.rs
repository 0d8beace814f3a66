//! `.ci/run` with fakes of cargo and apt-get that only record their arguments: its parts, their order, and
//! their times.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// The calls of cargo, in order.
const PARTS: [&str; 4] = [
    "cargo fmt --all --check",
    "cargo clippy --workspace --all-targets -- -D warnings",
    "cargo test --workspace",
    "cargo doc --workspace --no-deps",
];

/// A machine with only a shell, cargo and apt-get, where one call fails.
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
    for tool in ["bash", "dirname", "stat"] {
        let path = env::var_os("PATH").unwrap();
        let there = env::split_paths(&path).map(|folder| folder.join(tool)).find(|path| path.exists());
        symlink(there.unwrap(), folder.path().join(tool)).unwrap();
    }
    folder
}

/// Runs the gate there, with or without CI_FULL=1. Returns the recorded calls and the output.
fn gate_as(full: bool, machine: &TempDir) -> (Vec<String>, Output) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run");
    let mut gate = Command::new(machine.path().join("bash"));
    gate.arg(script).env("PATH", machine.path()).env("CARGO_TARGET_DIR", machine.path());
    gate.env("CI_FULL", if full { "1" } else { "" });
    let output = gate.output().unwrap();
    let notes = fs::read_to_string(machine.path().join("notes")).unwrap();
    (notes.lines().map(str::to_owned).collect(), output)
}

fn gate(machine: &TempDir) -> (Vec<String>, Output) {
    gate_as(false, machine)
}

/// The parts whose times are in the output.
fn timed(output: &Output) -> Vec<String> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = text.lines().filter(|line| line.ends_with(" s") && line.contains(" min "));
    lines.filter_map(|line| Some(line.split_once(": ")?.0.to_owned())).collect()
}

#[test]
fn format_and_lints_come_first_and_each_part_prints_its_time() {
    let (calls, output) = gate(&fresh_machine("none"));
    assert!(output.status.success(), "{output:?}");
    let of_cargo: Vec<_> = calls.iter().filter(|line| line.starts_with("cargo ")).collect();
    assert_eq!(of_cargo, PARTS);
    assert_eq!(timed(&output), ["format", "lints", "install", "tests", "docs"]);
}

#[test]
fn a_fresh_machine_gets_the_packages_of_the_tests_before_they_are_run() {
    let (calls, _) = gate(&fresh_machine("none"));
    let at = |start: &str| calls.iter().position(|line| line.starts_with(start)).unwrap();
    let install = at("apt-get install ");
    assert!(at("cargo clippy") < install && install < at("cargo test"), "{calls:?}");
    let packages: Vec<_> = calls[install].split(' ').collect();
    for package in ["curl", "python3", "python3-venv", "nodejs", "npm", "procps", "libgl1", "libglib2.0-0"] {
        assert!(packages.contains(&package), "{package} is not in {packages:?}");
    }
}

#[test]
fn a_part_that_fails_ends_the_gate_with_its_time_and_its_code() {
    for (fails, parts) in [("fmt", &["format"][..]), ("test", &["format", "lints", "install", "tests"])] {
        let (calls, output) = gate(&fresh_machine(fails));
        assert_eq!(output.status.code(), Some(7), "{fails}");
        assert_eq!(timed(&output), parts);
        assert!(!calls.iter().any(|line| line.starts_with("cargo doc")), "{calls:?}");
    }
}

/// Makes a release binary of N bytes whose bench exits with this code.
fn release(machine: &TempDir, bytes: u64, code: u8) {
    let folder = machine.path().join("release");
    fs::create_dir(&folder).unwrap();
    let (path, notes) = (folder.join("slymock"), machine.path().join("notes"));
    // The shell does not read the padding after the exit.
    fs::write(&path, format!("#!/bin/sh\necho \"slymock $*\" >> '{}'\nexit {code}\n", notes.display()))
        .unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(bytes).unwrap();
}

#[test]
fn a_full_run_builds_the_release_and_fails_when_it_is_too_large_or_too_slow() {
    let bench = "slymock bench --rounds 9 --rows 1000 --check";
    for (bytes, code, last, fits) in [
        (15_500_000, 0, bench, true),
        (15_500_000, 1, bench, false),
        (15_500_001, 0, "cargo build --release", false),
    ] {
        let machine = fresh_machine("none");
        release(&machine, bytes, code);
        let (calls, output) = gate_as(true, &machine);
        assert_eq!(calls.last().unwrap(), last);
        assert_eq!(output.status.success(), fits, "{output:?}");
        assert_eq!(timed(&output), ["format", "lints", "install", "tests", "docs", "release"]);
    }
    let (_, output) = gate(&fresh_machine("none"));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("release, its size and its bench: left out unless CI_FULL=1\n"), "{told}");
}
