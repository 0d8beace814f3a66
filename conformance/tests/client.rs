//! The Rust client passes every check of level `must`.

use std::collections::BTreeSet;

use crate::common::broken::{Break, judged_with};
use crate::common::own_cases;
use slymock_conformance::outcome::Verdict;

/// Accepted warnings of the client, each with the reason.
const WARNINGS: &[(&str, &str)] = &[
    ("pagination/twin-in-place-of-a-row#notices", TWIN),
    ("retry/lost-answer-of-a-start[after-the-work]#does-not-repeat", REPEAT),
    ("retry/lost-answer-of-a-start[after-the-work]#one-task-at-most", REPEAT),
    ("retry/lost-answer-of-a-start[in-the-reply]#does-not-repeat", REPEAT),
    ("retry/lost-answer-of-a-start[in-the-reply]#one-task-at-most", REPEAT),
    ("retry/lost-answer-of-a-start[never-started]#does-not-repeat", REPEAT),
];

/// The client counts rows without comparing them, because not every listing method has rows with ids.
const TWIN: &str = "a duplicate row in place of a missing one does not change the count";
/// The client has the official SDK's retry policy. It logs a warning if an earlier attempt may have had an
/// effect.
const REPEAT: &str = "it repeats a start whose response was lost, as the SDK does";

#[test]
fn the_client_does_all_that_must_hold() {
    for outcome in judged_with(&own_cases(), Break::NONE) {
        let wrong: Vec<_> = outcome.checks.iter().filter(|check| check.verdict.fails_the_run()).collect();
        assert!(!outcome.verdict.fails_the_run(), "{}: {:?} {wrong:#?}", outcome.id, outcome.why);
    }
}

#[test]
fn what_it_could_do_better_is_known() {
    let outcomes = judged_with(&own_cases(), Break::NONE);
    let warned = outcomes.iter().flat_map(|outcome| {
        let warned = outcome.checks.iter().filter(|check| check.verdict == Verdict::Warn);
        warned.map(|check| format!("{}#{}", outcome.id, check.id))
    });
    let listed: BTreeSet<_> = WARNINGS.iter().map(|(check, _)| (*check).to_owned()).collect();
    assert_eq!(warned.collect::<BTreeSet<_>>(), listed);
    assert!(WARNINGS.iter().all(|(_, why)| !why.is_empty()));
}
