//! Helpers for tests of the command as a process.

pub(crate) mod environment;
pub(crate) mod excuse;
#[cfg(target_os = "linux")]
pub(crate) mod package;
#[cfg(target_os = "linux")]
pub(crate) mod repository;
pub(crate) mod running;
pub(crate) mod seed;
pub(crate) mod serving;

use std::process::{Command, Output};

pub(crate) fn slymock(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_slymock")).args(arguments).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Requires that the command cannot run: exit code 2, one line on stderr with `word`, and an empty stdout.
pub(crate) fn could_not_run(arguments: &[&str], word: &str) {
    let output = slymock(arguments);
    let errors = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains(word), "{word} is not in {errors}");
    assert!(output.stdout.is_empty());
}
