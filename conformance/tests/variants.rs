//! Other sane clients pass all scenarios, and each broken one fails a check that applies to all clients.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::sync::LazyLock;

use crate::common::broken::{Break, judged_with};
use crate::common::own_cases;
use crate::common::variants::{Variant, broken, sane};
use slymock_conformance::outcome::Verdict;
use slymock_conformance::scenario::{Case, Layer, Level};

/// Of the cases, each sane variant runs every third, unless CI_FULL=1: all of them would take a minute.
const SAMPLE: usize = 3;

/// Checks that find the broken variants: variant, scenario and check.
const FINDS: [(&str, &str, &str); 10] = [
    ("error-taken-for-success", "errors/no-info-of-a-missing-task", "says-so"),
    ("page-lost", "pagination/whole-listing[three-pages]", "rows"),
    ("filter-lost-on-page-2", "pagination/filter-and-sort-on-each-page", "carried"),
    ("503-not-repeated", "retry/comes-back[1]", "tries"),
    ("body-lost-on-retry", "retry/same-request[start]", "same-request"),
    ("start-repeated-silently", "retry/repeats-a-start-aloud", "says-so"),
    ("wait-past-the-end", "wait/error-while-waiting[finished,at-once]", "fails"),
    ("attempts-off-by-one", "retry/gives-up[3,info]", "tries"),
    ("cursor-loop", "pagination/cursor-loops", "requests"),
    ("limit-off-by-one", "pagination/limits[page]", "rows"),
];

/// A scenario in which each sane variant differs from the client. The tests of the client have those without
/// one, which a record does not show.
const DIFFERS: [(&str, &str); 15] = [
    ("pause-after-the-last-try", "retry/gives-up[3,info]"),
    ("pause-after-the-last-poll", "wait/gives-up-after-its-attempts"),
    ("first-page-of-one", "pagination/whole-listing[three-pages]"),
    ("big-pages", "pagination/whole-listing[three-pages]"),
    ("pages-of-the-limit", "pagination/limits[page]"),
    ("slows-down-when-told", "wait/poll-is-told-to-slow-down"),
    ("asks-for-the-version-first", "wait/already-there[finished]"),
    ("jitter", "retry/gives-up[3,info]"),
    ("wide-jitter", "retry/gives-up[3,info]"),
    ("linear-pauses", "retry/comes-back[3]"),
    ("whole-seconds", "hygiene/failing-lane[down]"),
    ("adds-retry-after", "retry/retry-after[2]"),
    ("more-headers", "wait/already-there[finished]"),
    ("steep-pauses", "retry/gives-up[3,info]"),
    ("short-pauses", "retry/gives-up[6,info]"),
];
/// Sane variants whose deviation a record does not show.
const UNSEEN: [&str; 2] = ["no-keep-alive", "pretty-json"];

/// Failures of a variant, each with the variant, the case, the check and the observation.
fn failures(variant: Variant, cases: &[Case]) -> Vec<String> {
    let mut failures = Vec::new();
    for outcome in variant.judged(cases) {
        let name = format!("{}: {}", variant.name, outcome.id);
        let failed = outcome.checks.iter().filter(|check| check.verdict == Verdict::Fail);
        let known = failures.len();
        failures.extend(failed.map(|check| {
            let (wanted, seen) = (check.expected.as_deref(), check.actual.as_deref());
            format!("{name}#{}: {} instead of {}", check.id, seen.unwrap_or("-"), wanted.unwrap_or("-"))
        }));
        if failures.len() == known && outcome.verdict.fails_the_run() {
            failures.push(format!("{name}: {:?} {}", outcome.verdict, outcome.why.unwrap_or_default()));
        }
    }
    failures
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(own_cases);

fn case(id: &str) -> Vec<Case> {
    let case = CASES.iter().find(|case| case.id == id);
    vec![case.unwrap_or_else(|| panic!("there is no case {id}")).clone()]
}

fn named(variants: Vec<Variant>, name: &str) -> Variant {
    let found = variants.into_iter().find(|variant| variant.name == name);
    found.unwrap_or_else(|| panic!("there is no variant {name}"))
}

#[test]
fn sane_variants_pass_all_scenarios() {
    let full = std::env::var_os("CI_FULL").is_some_and(|full| full == "1");
    let step = if full { 1 } else { SAMPLE };
    if !full {
        // Writes past the test harness, which hides the output of passing tests.
        let _ = writeln!(
            io::stderr(),
            "variants: each runs one in {SAMPLE} of {} cases; all of them with CI_FULL=1",
            CASES.len()
        );
    }
    let variants = sane();
    assert!(variants.len() >= 12);
    let failed: Vec<_> = (0..)
        .zip(variants)
        .flat_map(|(number, variant)| {
            let some: Vec<_> = CASES.iter().skip(number % step).step_by(step).cloned().collect();
            failures(variant, &some)
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn sane_variants_are_not_the_client_itself() {
    for (name, id) in DIFFERS {
        let case = case(id);
        let (usual, other) = (judged_with(&case, Break::NONE), named(sane(), name).judged(&case));
        assert_ne!(usual[0].events, other[0].events, "{name} in {id}");
    }
    let listed: BTreeSet<_> = DIFFERS.iter().map(|(name, _)| *name).chain(UNSEEN).collect();
    // The last variant is made of others.
    let all = sane().into_iter().map(|variant| variant.name).filter(|name| *name != "several-at-once");
    assert_eq!(all.collect::<BTreeSet<_>>(), listed);
}

#[test]
fn each_broken_variant_fails_a_check_for_all_clients() {
    for (name, id, check) in FINDS {
        let outcome = named(broken(), name).judged(&case(id)).remove(0);
        let found = outcome.checks.iter().find(|judged| judged.id == check);
        let found = found.unwrap_or_else(|| panic!("{id} has no check {check}"));
        assert_eq!((found.level, found.layer), (Level::Must, Layer::Core), "{id}#{check}");
        assert_eq!(found.verdict, Verdict::Fail, "{name}: {id}#{check}: {:?}", found.actual);
    }
    let listed: Vec<_> = FINDS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(broken().iter().map(|variant| variant.name).collect::<Vec<_>>(), listed);
}

#[test]
fn a_broken_variant_taken_for_sane_is_reported_with_its_check() {
    let lines = failures(named(broken(), "limit-off-by-one"), &case("pagination/limits[one]"));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("limit-off-by-one: pagination/limits[one]#rows: "), "{lines:?}");
}
