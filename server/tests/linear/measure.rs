//! Measures the CPU time that a call takes in this process, which runs the server, and the time of
//! another world's poll meanwhile. On a busy machine, wall time would also show other processes.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use slymock_server::engine::clock::Mode;
use slymock_server::{Config, DEFAULT_TOKEN};

use crate::calls::{Call, Case};
use crate::fake::{Fake, parse, read_one};

/// Times below this, and differences up to this, are noise.
const FLOOR: Duration = Duration::from_millis(20);
/// Maximum time of another world's poll meanwhile.
const POLL_MOST: Duration = Duration::from_millis(100);
/// A larger time is not noise.
const FAR: Duration = Duration::from_secs(12);
/// A case that fails is measured again, because the machine may have been busy.
const TRIES: usize = 3;

/// The measured inputs.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    /// Number of elements of the smaller of two inputs; the larger one has ten times as many.
    small: usize,
    /// Maximum ratio of the two times.
    times_most: u32,
    pub(crate) is_sample: bool,
}

/// The full check.
const FULL: Sizes = Sizes { small: 10_000, times_most: 12, is_sample: false };
/// A short run. Its smaller inputs fit into the processor's caches and the larger ones do not,
/// which the ratio has to allow.
const SAMPLE: Sizes = Sizes { small: 1_000, times_most: 20, is_sample: true };

impl Sizes {
    pub(crate) fn of_this_run() -> Self {
        let full = std::env::var_os("CI_FULL").is_some_and(|full| full == "1");
        if full { FULL } else { SAMPLE }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {} elements", self.small, 10 * self.small)
    }
}

/// The figures of a case.
pub(crate) struct Line {
    name: String,
    /// Time of the smaller input; absent if the larger one took next to nothing, or far too long.
    small: Option<Duration>,
    large: Duration,
    poll: Duration,
    status: u16,
    times_most: u32,
    /// True if the call had the outcome that the case requires.
    as_meant: bool,
}

impl Line {
    pub(crate) fn is_right(&self) -> bool {
        self.as_meant && self.is_linear() && self.poll <= POLL_MOST
    }

    /// True if the case fails so clearly that it is not measured again.
    fn is_hopeless(&self) -> bool {
        !self.as_meant || self.large > FAR || self.poll > FAR
    }

    fn is_linear(&self) -> bool {
        let fits = |small: Duration| self.large <= FLOOR + self.times_most * small;
        self.large < FLOOR || self.small.is_some_and(fits)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1_000.0);
        let small = self.small.map_or_else(|| "-".to_owned(), ms);
        let (name, large, poll, status) = (&self.name, ms(self.large), ms(self.poll), self.status);
        let times = self.small.map_or(0.0, |small| self.large.as_secs_f64() / small.as_secs_f64());
        let wrong = [
            (!self.as_meant).then_some("not the answer that was meant"),
            (!self.is_linear()).then_some("not linear"),
            (self.poll > POLL_MOST).then_some("another world waited"),
        ];
        let wrong: Vec<_> = wrong.into_iter().flatten().collect();
        write!(f, "| {name} | {small} | {large} | {times:.1} | {poll} | {status} | {} |", wrong.join(", "))
    }
}

/// Writes the figures to the build folder.
pub(crate) fn write(what: &str, sizes: Sizes, lines: &[Line]) {
    let head = "| call: input | small, ms | large, ms | times | worst poll, ms | status | wrong |\n|---|---|---|---|---|---|---|";
    let rows: Vec<_> = lines.iter().map(ToString::to_string).collect();
    let text = format!("{sizes}\n\n{head}\n{}\n", rows.join("\n"));
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("linear-{what}.md")), text).unwrap();
}

/// A lenient server and a strict one.
pub(crate) struct Bench([Fake; 2]);

/// A new world.
struct World<'a> {
    fake: &'a Fake,
    name: String,
    token: String,
}

impl Bench {
    pub(crate) fn start() -> Self {
        Self([false, true].map(|strict| {
            let mut config = Config { strict, ..Config::default() };
            config.settings.clock = Mode::Manual;
            Fake::start(config)
        }))
    }

    /// Measures a case, up to three times if it fails.
    pub(crate) fn measure(&self, case: &Case, sizes: Sizes) -> Line {
        let small = sizes.small.min(case.most / 10);
        let mut best = self.measure_once(case, small, sizes);
        for _ in 1..TRIES {
            if best.is_right() || best.is_hopeless() {
                break;
            }
            let again = self.measure_once(case, small, sizes);
            best.small = best.small.min(again.small);
            best.large = best.large.min(again.large);
            best.poll = best.poll.min(again.poll);
        }
        best
    }

    fn measure_once(&self, case: &Case, small: usize, sizes: Sizes) -> Line {
        let beside = self.take(case, 10 * small, beside);
        let (poll, status) = (beside.poll, beside.status);
        let as_meant = if case.done { (200..300).contains(&status) } else { (200..500).contains(&status) };
        let times_most = sizes.times_most;
        let mut line =
            Line { times_most, name: case.name(), small: None, large: beside.wall, poll, status, as_meant };
        // A time of next to nothing, or far too long, is not measured again.
        if beside.wall >= FLOOR && !line.is_hopeless() {
            line.large = self.take(case, 10 * small, alone).cpu;
            line.small = (line.large >= FLOOR).then(|| self.take(case, small, alone).cpu);
        }
        line
    }

    /// Sends a case's call to a new world.
    fn take(&self, case: &Case, count: usize, how: impl FnOnce(&Fake, &[u8]) -> Reaction) -> Reaction {
        let fake = &self.0[usize::from(case.strict)];
        let world = World::made(fake);
        for call in (case.before)(count) {
            let status = world.send(&call);
            let body = String::from_utf8_lossy(&call.body);
            assert!((200..300).contains(&status), "{}: {} {body:.200} is a {status}", case.name(), call.path);
        }
        how(fake, &world.bytes(&(case.call)(count)))
    }
}

/// The times of a call.
struct Reaction {
    status: u16,
    wall: Duration,
    /// The CPU time of this process.
    cpu: Duration,
    /// The worst poll of another world meanwhile.
    poll: Duration,
}

fn alone(fake: &Fake, call: &[u8]) -> Reaction {
    let (began, cpu_then) = (Instant::now(), cpu());
    let status = status_of(&fake.raw(call));
    let wall = began.elapsed();
    // A thread's time is counted when it waits, so wait for the thread that has just answered.
    fake.send("GET", "/", &[], b"");
    Reaction { status, wall, cpu: cpu() - cpu_then, poll: Duration::ZERO }
}

impl<'a> World<'a> {
    /// A world with a started task, so that calls about it succeed.
    fn made(fake: &'a Fake) -> Self {
        let made = fake.control("POST", "worlds", "").json();
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        let world = Self { fake, name: text("name"), token: text("token") };
        let started = json!({"status": "started"}).to_string();
        assert_eq!(world.send(&Call::control("PATCH", "tasks/121230", started)), 200);
        world
    }

    fn send(&self, call: &Call) -> u16 {
        status_of(&self.fake.raw(&self.bytes(call)))
    }

    fn bytes(&self, call: &Call) -> Vec<u8> {
        call.at(&self.name).bytes(&self.fake.address.to_string(), &self.token)
    }
}

impl Drop for World<'_> {
    fn drop(&mut self) {
        self.fake.control("DELETE", &format!("worlds/{}", self.name), "");
    }
}

/// 0 if no response came in time.
fn status_of(answer: &[u8]) -> u16 {
    if answer.is_empty() { 0 } else { parse(answer).status }
}

/// CPU time of this process so far.
fn cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap()
}

/// Sends a call while the default world is polled continuously.
fn beside(fake: &Fake, call: &[u8]) -> Reaction {
    let (done, (begun, begins)) = (AtomicBool::new(false), mpsc::channel());
    thread::scope(|scope| {
        let polls = scope.spawn(|| {
            let mut stream = fake.connect();
            let mut worst = Duration::ZERO;
            while !done.load(Ordering::Relaxed) {
                worst = worst.max(poll(&mut stream));
                let _ = begun.send(());
            }
            worst
        });
        begins.recv().unwrap();
        let taken = alone(fake, call);
        done.store(true, Ordering::Relaxed);
        Reaction { poll: polls.join().unwrap(), ..taken }
    })
}

/// Time of a poll of the default world.
fn poll(stream: &mut TcpStream) -> Duration {
    let path = "/public/api/v3/tasks.info?id=121230";
    let poll = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {DEFAULT_TOKEN}\r\n\r\n");
    let asked = Instant::now();
    stream.write_all(poll.as_bytes()).unwrap();
    assert_eq!(read_one(stream).status, 200);
    asked.elapsed()
}
