//! Feeds almost valid bytes to all parsers of external input. `SLYMOCK_FUZZ_SECONDS` is the time for all
//! parsers together; `SLYMOCK_FUZZ_SEED` selects another sequence of inputs. An input that fails is added to
//! the corpus, which every run reads first; `tests/fuzz/libfuzzer` searches further.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/parsers.rs"]
mod parsers;

use std::cell::Cell;
use std::env;
use std::fs;
use std::io::{self, Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use parsers::{PARSERS, Parser};
use slymock_conformance::merge::{ReportFile, merge};

/// Default time for all parsers together, in seconds, with CI_FULL=1.
const SECONDS: u64 = 24;
/// Default time in seconds in other runs.
const SAMPLE_SECONDS: u64 = 8;
const SEED: u64 = 15;
/// Time after which an input hangs: one of some kilobytes takes milliseconds.
const HANG: Duration = Duration::from_secs(10);
/// Maximum growth of the peak memory during all inputs, in bytes.
const MEMORY_MOST: u64 = 256 << 20;

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn folder(parser: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(parser)
}

/// The files of a parser's corpus, in order of name.
fn corpus(parser: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder(parser)).unwrap_or_else(|_| panic!("{parser} has a corpus"));
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Adds an input to the corpus, so that every later run reads it.
fn keep(parser: &str, kind: &str, input: &[u8]) -> PathBuf {
    let number = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    let path = folder(parser).join(format!("{kind}-{number:016x}"));
    fs::write(&path, input).unwrap();
    path
}

/// A watchdog that gets each input and ends the process when one takes too long, because a thread cannot be
/// killed.
fn watched() -> Watch {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut at_work: Option<(&str, Vec<u8>)> = None;
        loop {
            match (told.recv_timeout(HANG), &at_work) {
                (Ok(next), _) => at_work = next,
                (Err(mpsc::RecvTimeoutError::Timeout), Some((parser, input))) => {
                    let path = keep(parser, "hang", input);
                    eprintln!("{parser} takes over {HANG:?}: {}", path.display());
                    std::process::exit(101);
                }
                (Err(mpsc::RecvTimeoutError::Timeout), None) => {}
                (Err(mpsc::RecvTimeoutError::Disconnected), _) => return,
            }
        }
    });
    tell
}

/// Peak memory of this process so far, in bytes.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or(0) << 10
}

type Watch = mpsc::Sender<Option<(&'static str, Vec<u8>)>>;

/// Feeds a parser with the files and mutations of them for a time. Returns the number of inputs, or the
/// failed input and the reason.
fn feed(
    (name, parse): Parser,
    files: &[Vec<u8>],
    time: Duration,
    watch: &Watch,
) -> Result<u64, (String, Vec<u8>)> {
    for file in files {
        watch.send(Some((name, file.clone()))).unwrap();
        parse(file);
    }
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number("SLYMOCK_FUZZ_SEED", SEED).to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let strategy = (any::<u16>(), mutate::edits());
    let (began, fed) = (Instant::now(), Cell::new(0));
    while began.elapsed() < time {
        let input = strategy.new_tree(&mut runner).unwrap();
        let fails = runner.run_one(input, |(file, edits)| {
            let input = mutate::apply(files, file, &edits);
            watch.send(Some((name, input.clone()))).unwrap();
            parse(&input);
            fed.set(fed.get() + 1);
            Ok(())
        });
        if let Err(TestError::Fail(why, (file, edits))) = fails {
            return Err((why.to_string(), mutate::apply(files, file, &edits)));
        }
    }
    watch.send(None).unwrap();
    Ok(fed.get())
}

#[test]
fn no_parser_panics_hangs_or_grows_on_bytes_that_are_nearly_right() {
    let full = env::var_os("CI_FULL").is_some_and(|full| full == "1");
    let seconds = number("SLYMOCK_FUZZ_SECONDS", if full { SECONDS } else { SAMPLE_SECONDS });
    if seconds < SECONDS {
        // Not with a print macro, whose output the harness captures.
        let _ = writeln!(io::stderr(), "fuzz: {seconds} s; {SECONDS} s with CI_FULL=1");
    }
    let time = Duration::from_secs(seconds) / u32::try_from(PARSERS.len()).unwrap();
    let watch = watched();
    let before = peak_memory();
    for parser in PARSERS {
        let name = parser.0;
        let fed = feed(*parser, &corpus(name), time, &watch).unwrap_or_else(|(why, input)| {
            let seed = number("SLYMOCK_FUZZ_SEED", SEED);
            panic!("{name} (seed {seed}): {why}; kept as {}", keep(name, "found", &input).display())
        });
        println!("{name}: {fed} inputs");
        assert!(fed > 0, "{name} had no input");
    }
    let grown = peak_memory() - before;
    assert!(grown <= MEMORY_MOST, "the inputs took {} MiB at once", grown >> 20);
}

/// If a parser rejected its corpus at once, the fuzzer would not reach the code behind it.
#[test]
fn fixtures_and_scenarios_of_the_corpus_are_taken() {
    let fixtures = corpus("fixture");
    let taken = fixtures.iter().filter(|file| slymock_server::engine::snapshot::Fixture::parse(file).is_ok());
    assert!(taken.count() >= 8);
    let scenarios = corpus("scenario");
    let is_one = |file: &&Vec<u8>| {
        let text = std::str::from_utf8(file);
        text.is_ok_and(|text| slymock_conformance::scenario::read("corpus", text).is_ok())
    };
    assert!(scenarios.iter().filter(is_one).count() >= 8);
    let reports = corpus("report").into_iter().map(|file| ReportFile::of("corpus".into(), Cursor::new(file)));
    assert!(reports.filter_map(|report| merge(vec![report], true, None).ok()).count() >= 3);
}

#[test]
fn an_input_that_panics_is_found_and_made_small() {
    let hates: fn(&[u8]) = |bytes| assert!(!bytes.windows(4).any(|four| four == b"null"), "a null");
    let files = [b"{\"a\": 1}".to_vec()];
    let (watch, _watcher) = mpsc::channel();
    let (why, input) = feed(("none", hates), &files, Duration::from_secs(60), &watch).unwrap_err();
    assert!(why.contains("a null") && input.len() <= files[0].len() + 4, "{why}: {input:?}");
}
