//! The time of a call grows linearly with its input: ten times the input takes at most twelve times
//! as long, and another world is served meanwhile. The inputs are derived from the shapes of all
//! wire methods and control calls.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod calls;
#[expect(dead_code, reason = "the other tests of the server use all of it")]
#[path = "../it/fake.rs"]
mod fake;
mod measure;
mod shapes;
mod special;
mod valid;
mod worlds;

use std::env;
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use calls::Case;
use measure::{Bench, Line, Sizes};

/// Only one measurement runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// Measures the cases and reports those that grow too fast or keep another world waiting.
fn all_are_linear(what: &str, mut cases: Vec<Case>) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let sizes = Sizes::of_this_run();
    let all = cases.len();
    cases.retain(|case| case.in_sample || !sizes.is_sample);
    if cases.len() < all {
        let left = all - cases.len();
        let _ =
            writeln!(io::stderr(), "{what}: {sizes}; {left} of {all} inputs are left out unless CI_FULL=1");
    }
    let only = env::var("SLYMOCK_LINEAR_ONLY").unwrap_or_default();
    let bench = Bench::start();
    let chosen = cases.iter().filter(|case| case.name().contains(&only));
    let measured = chosen.map(|case| {
        let line = bench.measure(case, sizes);
        println!("{line}");
        line
    });
    let lines: Vec<Line> = measured.collect();
    assert!(!lines.is_empty(), "no case is named {only}");
    measure::write(what, sizes, &lines);
    let wrong: Vec<_> = lines.iter().filter(|line| !line.is_right()).map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{} of {} cases ({sizes}):\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}

#[test]
fn wire_methods_are_linear_in_whatever_has_their_shape() {
    all_are_linear("methods", shapes::of_methods());
}

#[test]
fn control_calls_are_linear_in_whatever_has_their_shape() {
    all_are_linear("control", shapes::of_endpoints());
}

#[test]
fn lists_that_shapes_do_not_tell_are_linear() {
    all_are_linear("special", special::cases());
}

#[test]
fn worlds_are_linear_in_their_rows() {
    all_are_linear("worlds", worlds::cases());
}
