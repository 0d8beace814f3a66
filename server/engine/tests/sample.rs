//! How much of the random tests a run does: a quarter, for they would take most of the time in which a change is tried.

use std::io::{self, Write as _};

use proptest::test_runner::Config;

/// Of so many cases all with CI_FULL=1, and else a quarter, of which each test tells.
pub(crate) fn of(all: u32) -> Config {
    let full = std::env::var_os("CI_FULL").is_some_and(|full| full == "1");
    let cases = if full { all } else { all / 4 };
    if !full {
        // Past the test harness, which keeps to itself what a passing test prints.
        let _ = writeln!(io::stderr(), "random calls: {cases} of {all} cases; all of them with CI_FULL=1");
    }
    Config { cases, ..Config::default() }
}
