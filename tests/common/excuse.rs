//! Messages of tests that are skipped because a tool or package is missing.

use std::env;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::Output;

/// Prints that a test is skipped and why. With `CI=true` it fails instead.
pub(crate) fn skip(what: &str, why: impl Display) {
    let excused = env::var_os("CI").is_none_or(|ci| ci != "true");
    assert!(excused, "{what} cannot run: {why}");
    let why = why.to_string();
    say(&format!("SKIPPED: {what} cannot run: {}", why.trim_end().lines().last().unwrap_or_default()));
}

/// Prints a line even if the test passes: the harness captures only the print macros.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

pub(crate) fn text_of(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    format!("{out}{}", String::from_utf8_lossy(&output.stderr))
}
