//! The number of cases in random tests. The default is a quarter, because all of them would dominate
//! the time of a test run.

use std::io::{self, Write as _};

use proptest::test_runner::Config;

/// All cases with CI_FULL=1, otherwise a quarter of them and a line on standard error.
pub(crate) fn of(all: u32) -> Config {
    let full = std::env::var_os("CI_FULL").is_some_and(|full| full == "1");
    let cases = if full { all } else { all / 4 };
    if !full {
        // Writes past the test harness, which hides the output of passing tests.
        let _ = writeln!(io::stderr(), "random calls: {cases} of {all} cases; all of them with CI_FULL=1");
    }
    Config { cases, ..Config::default() }
}
