//! Random sequences of all wire methods and of all calls of the control API, against a naive model and against laws
//! that hold for every method. On its own, because it keeps two cores busy for half a minute.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod counts;
mod curl;
mod draw;
mod laws;
mod machine;
mod naive;
mod subject;

use std::cell::Cell;
use std::io::{self, Write as _};
use std::sync::Once;
use std::thread;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine as _, StateMachineTest as _};
use serde_json::json;
use slymock_engine::methods::METHODS;

use counts::Counts;
use draw::{Body, Call};
use machine::{Calls, Faithful, Forgetful, Machine, World};

/// Number of sequences of each thread, and of calls in each of them.
const SEQUENCES: u32 = 1_080;
const LENGTH: usize = 50;
/// Number of threads. Each has a seed of its own.
const THREADS: u64 = 2;
/// Least numbers of calls in all threads.
const TRANSITIONS_MIN: u64 = 100_000;
const METHOD_MIN: u64 = 200;
const REFUSAL_MIN: u64 = 20;

/// The seed: the same in each run unless `SLYMOCK_MODEL_SEED` is set.
fn seed() -> u64 {
    std::env::var("SLYMOCK_MODEL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

fn runner(seed: u64, cases: u32) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Runs sequences. The error has the shortest list of calls that was found, as `curl` lines.
fn run<W: World>(seed: u64, cases: u32, length: usize) -> Result<(), String> {
    keep_quiet();
    let mut runner = runner(seed, cases);
    let sequences = Calls::sequential_strategy(length..=length);
    let outcome = runner.run(&sequences, |(state, calls, seen)| {
        let run = || Machine::<W>::test_sequential(Config::default(), state, calls.clone(), seen.clone());
        QUIET.set(true);
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        QUIET.set(false);
        ended.map_err(|panic| TestCaseError::fail(text_of(&*panic)))
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, (_, calls, _))) => Err(format!("{why}\n{}", curl::lines(&calls))),
        Err(error) => Err(error.to_string()),
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Keeps panics of sequences to themselves: proptest runs hundreds of failing ones to find the shortest.
fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                usual(panic);
            }
        }));
    });
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

#[test]
fn the_engine_agrees_with_the_model_and_keeps_the_laws() {
    counts::reset();
    let failed: Vec<_> = thread::scope(|scope| {
        let run = |thread| scope.spawn(move || run::<Faithful>(seed() * 1_000 + thread, SEQUENCES, LENGTH));
        let threads: Vec<_> = (0..THREADS).map(run).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap().err()).collect()
    });
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    let counts = counts::all();
    // Writes past the test harness, which hides the output of passing tests.
    let _ = writeln!(io::stderr(), "model: {}", counts.summary());
    are_enough(&counts);
}

fn are_enough(counts: &Counts) {
    assert!(counts.transitions >= TRANSITIONS_MIN, "{} transitions", counts.transitions);
    for row in METHODS.iter() {
        let number = counts.methods.get(row.name).copied().unwrap_or(0);
        assert!(number >= METHOD_MIN, "{}: {number} calls", row.name);
    }
    for name in counts::REFUSALS {
        let number = counts.refusals.get(*name).copied().unwrap_or(0);
        assert!(number >= REFUSAL_MIN, "{name}: {number} refusals");
    }
    let unlisted: Vec<_> =
        counts.refusals.keys().filter(|name| !counts::REFUSALS.contains(&name.as_str())).collect();
    assert!(unlisted.is_empty(), "these refusals can be reached after all: {unlisted:?}");
    for name in draw::CONTROLS {
        let number = counts.controls.get(*name).copied().unwrap_or(0);
        assert!(number >= METHOD_MIN, "{name}: {number} calls");
    }
}

#[test]
fn an_engine_that_loses_a_row_fails_with_a_short_list_of_calls() {
    let failure = run::<Forgetful>(1, 40, 40).unwrap_err();
    let calls = failure.lines().filter(|line| line.starts_with("curl ")).count();
    assert!((1..=3).contains(&calls), "{failure}");
    assert!(failure.contains("$SERVER_ADDRESS"), "{failure}");
}

#[test]
fn each_refusal_is_reached_or_said_to_be_elsewhere() {
    let source = include_str!("../../src/refusal.rs");
    let (_, variants) = source.split_once("pub enum Refusal {").unwrap();
    let (variants, _) = variants.split_once("\n}").unwrap();
    let name = |line: &str| {
        let line = line
            .strip_prefix("    ")
            .filter(|line| line.starts_with(|letter: char| letter.is_ascii_uppercase()));
        line.map(|line| line.split(['(', ' ', ',']).next().unwrap_or_default().to_owned())
    };
    let mut all: Vec<_> = variants.lines().filter_map(name).collect();
    all.sort_unstable();
    let mut listed: Vec<_> =
        counts::REFUSALS.iter().chain(&counts::ELSEWHERE).map(ToString::to_string).collect();
    listed.sort_unstable();
    assert_eq!(all, listed);
}

#[test]
fn calls_are_shown_as_curl_lines() {
    let calls = [
        Call::Control { name: "GET world", id: json!(1), body: json!({}) },
        Call::Wire {
            method: "tasks.info".to_owned(),
            body: Body::Json(json!({"id": {draw::ID: ["tasks", 0]}})),
            task: None,
        },
        Call::Control {
            name: "PATCH tasks/{id}",
            id: json!({draw::ID: ["tasks", 0]}),
            body: json!({"status": "error"}),
        },
    ];
    let expected = [
        r#"curl -s -H "x-api-key: $API_TOKEN" -X GET "$SERVER_ADDRESS/_slymock/world" -o world.json"#,
        r#"curl -s -H "x-api-key: $API_TOKEN" "$SERVER_ADDRESS/public/api/v3/tasks.info" -H 'content-type: application/json' -d '{"id":121230}'"#,
        r#"curl -s -H "x-api-key: $API_TOKEN" -X PATCH "$SERVER_ADDRESS/_slymock/tasks/121230" -H 'content-type: application/json' -d '{"status":"error"}'"#,
    ];
    assert_eq!(curl::lines(&calls), expected.join("\n"));
}

#[test]
fn the_same_seed_draws_the_same_calls() {
    let drawn = || {
        let sequences = Calls::sequential_strategy(30..=30);
        let (_, calls, _) = sequences.new_tree(&mut runner(9, 1)).unwrap().current();
        curl::lines(&calls)
    };
    assert_eq!(drawn(), drawn());
    assert!(drawn().lines().count() >= 30);
}
