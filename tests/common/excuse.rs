//! What tests say that need something from elsewhere, when it cannot be had.

use std::env;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::Output;

/// Says that something cannot be tested here. With `CI=true` that is a failure.
pub(crate) fn skip(what: &str, why: impl Display) {
    let excused = env::var_os("CI").is_none_or(|ci| ci != "true");
    assert!(excused, "{what} cannot run: {why}");
    let why = why.to_string();
    say(&format!("SKIPPED: {what} cannot run: {}", why.trim_end().lines().last().unwrap_or_default()));
}

/// Says something past the test harness, which keeps to itself what a passing test prints.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

pub(crate) fn text_of(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    format!("{out}{}", String::from_utf8_lossy(&output.stderr))
}
