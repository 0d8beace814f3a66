//! Load on the built binary: clients that read, write, upload, use the control API and meet faults, and ten
//! thousand silent connections. `SLYMOCK_LOAD_SECONDS` is the duration (60 with CI_FULL=1),
//! `SLYMOCK_LOAD_SEED` the seed of the actions.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "load/client.rs"]
mod client;
#[path = "common/excuse.rs"]
#[expect(dead_code, reason = "other tests use all of it")]
mod excuse;
#[path = "common/serving.rs"]
mod serving;
#[path = "load/world.rs"]
mod world;

use std::env;
use std::fs;
use std::io::Read as _;
use std::net::TcpStream;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use client::Client;
use serving::{Serving, serve, serve_with};
use world::Counted;

const CLIENTS: u64 = 4;
/// Default duration in seconds without CI_FULL=1; in half of it the allocator does not settle.
const SECONDS: u64 = 30;
const SEED: u64 = 15;
/// Maximum growth of memory after the warm-up, in bytes. Journals are full by then, but the pages of the
/// allocator vary by some MiB.
const GROWTH_MOST: u64 = 16 << 20;
const POLL_MOST: Duration = Duration::from_millis(100);
const SILENT: u64 = 10_000;
/// Other open files of the test process.
const SPARE: u64 = 200;

/// Held by each test, because the tests measure time and memory and must not run in parallel.
static ALONE: Mutex<()> = Mutex::new(());

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Resident memory of a server, in bytes.
fn memory(server: &Serving) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
}

/// The median, which ignores a short peak, as when all clients read their worlds at once; a leak raises all
/// values.
fn median(memories: &[u64]) -> u64 {
    let mut sorted = memories.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[test]
fn a_mixed_load_with_faults_leaves_the_worlds_as_counted_and_memory_flat() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let full = env::var_os("CI_FULL").is_some_and(|full| full == "1");
    let seconds = number("SLYMOCK_LOAD_SECONDS", if full { 60 } else { SECONDS });
    if seconds < 60 {
        excuse::say(&format!("mixed load: {seconds} s; the whole minute with CI_FULL=1"));
    }
    // Freed memory returns to the system at once, so that resident memory is the memory in use.
    let at_once = ("MIMALLOC_PURGE_DELAY", "0");
    let server = serve_with(&["--seed", "1", "--journal-bytes", "200000"], &[at_once]);
    let (began, time) = (Instant::now(), Duration::from_secs(seconds));
    let rounds = thread::scope(|scope| {
        let clients = (0..CLIENTS).map(|index| {
            let server = &server;
            scope.spawn(move || {
                let mut counted = Counted::begin(server, number("SLYMOCK_LOAD_SEED", SEED) + index);
                let mut memories = Vec::new();
                while began.elapsed() < time || memories.len() < 8 {
                    counted.round();
                    memories.push(memory(server));
                }
                (counted.calls, memories)
            })
        });
        let clients: Vec<_> = clients.collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect::<Vec<_>>()
    });
    for (calls, memories) in &rounds {
        let third = memories.len() / 3;
        let (warm, end) = (median(&memories[third..2 * third]), median(&memories[2 * third..]));
        println!(
            "{calls} calls in {} rounds; memory {} MiB, then {} MiB",
            memories.len(),
            warm >> 20,
            end >> 20
        );
        assert!(end <= warm + GROWTH_MOST, "memory grows: {memories:?}");
    }
    server.end("-TERM");
}

#[test]
fn ten_thousand_silent_connections_hold_up_nobody_and_are_ended_in_their_time() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let files = rlimit::increase_nofile_limit(rlimit::INFINITY).unwrap();
    let count = SILENT.min(files.saturating_sub(SPARE));
    if count < SILENT {
        excuse::say(&format!("silent connections: {count} of {SILENT}; {files} files may be open"));
    }
    let server = serve(&["--max-connections", "11000", "--header-timeout-ms", "10000"]);
    let began = Instant::now();
    let mut silent: Vec<_> = (0..count).map(|_| TcpStream::connect(server.host()).unwrap()).collect();
    let mut worst = Duration::ZERO;
    let mut kept = Client::new(server.host(), server.token());
    for _ in 0..100 {
        let asked = Instant::now();
        assert_eq!(kept.wire("tasks.info", r#"{"id": 121230}"#).unwrap().0, 200);
        worst = worst.max(asked.elapsed());
        let (asked, mut fresh) = (Instant::now(), Client::new(server.host(), server.token()));
        assert_eq!(fresh.wire("tasks.info", r#"{"id": 121230}"#).unwrap().0, 200);
        worst = worst.max(asked.elapsed());
    }
    println!(
        "{count} silent connections opened and 200 polls in {:?}, the worst in {worst:?}",
        began.elapsed()
    );
    assert!(worst <= POLL_MOST, "a poll took {worst:?}");
    // The server closes each of them without sending anything.
    for stream in &mut silent {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).unwrap();
        assert!(said.is_empty());
    }
    server.end("-TERM");
}
