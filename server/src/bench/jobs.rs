//! Jobs that a test waits for: starting a server, making a world, a fork, a simulated day. They are
//! measured in wall time, which a test feels.

use std::future::Future;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::error::BenchError;
use super::grouped::grouped;
use super::report::JobReport;
use crate::mock::{MockServer, MockWorld};
use crate::worlds::NewWorld;

/// Tasks of the forked world, and of the simulated day. Debug builds use few, because their figures
/// are not used and the jobs only have to work.
const FORKED: u64 = if cfg!(debug_assertions) { 1_000 } else { 100_000 };
const LIVING: u64 = FORKED / 10;
/// Repetitions of a short job per pair of rounds.
const SHORT_A_ROUND: usize = 10;
/// Maximum repetitions of the day.
const DAYS_MAX: usize = 3;
/// A day, in milliseconds.
const DAY_MS: u64 = 24 * 3_600_000;
/// Time limit of one read or write.
const IO_TIME: Duration = Duration::from_secs(60);

/// Measures the jobs.
pub(super) fn run(rounds: usize) -> Result<Vec<JobReport>, BenchError> {
    let (times, days) = (rounds * SHORT_A_ROUND, rounds.min(DAYS_MAX));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(BenchError::Start)?.block_on(async {
        let mut reports = vec![start_and_drop(times).await?];
        let server = MockServer::start().await;
        reports.push(make(&server, times)?);
        reports.extend(fork(&server, times).await?);
        reports.extend(day(days).await?);
        Ok(reports)
    })
}

async fn start_and_drop(times: usize) -> Result<JobReport, BenchError> {
    let name = "start a MockServer, one round trip, drop it";
    timed(name, times, 0.4, async || {
        let server = MockServer::start().await;
        let body = r#"{"id": 121230}"#;
        ask(&server, server.world().token(), "POST", "/public/api/v3/tasks.info", body).map(drop)
    })
    .await
}

fn make(server: &MockServer, times: usize) -> Result<JobReport, BenchError> {
    let worlds = server.worlds();
    let made = || worlds.make(NewWorld::default(), None).map_err(BenchError::World);
    // The first one prepares the template for the others.
    made()?;
    report("make a world, in process", 0.05, each(times, || made().map(drop))?)
}

async fn fork(server: &MockServer, times: usize) -> Result<Vec<JobReport>, BenchError> {
    let origin = server.world();
    make_tasks(&origin, FORKED).await;
    let worlds = server.worlds();
    let [inside, over_http] =
        ["in process", "over HTTP"].map(|how| format!("fork a world of {} tasks, {how}", grouped(FORKED)));
    let inside = timed(&inside, times, 0.1, async || {
        let forked = worlds.fork(origin.name(), NewWorld::default()).await;
        forked.map(drop).map_err(io::Error::other)
    });
    let inside = inside.await?;
    let over_http = timed(&over_http, times, 1.0, async || {
        let body = json!({"from": origin.name()}).to_string();
        ask(server, origin.token(), "POST", "/_slymock/worlds", &body).map(drop)
    });
    Ok(vec![inside, over_http.await?])
}

/// Measures a day of many tasks, and the longest wait of a request to another world meanwhile.
async fn day(times: usize) -> Result<[JobReport; 2], BenchError> {
    let (mut days, mut waits) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let server = MockServer::start().await;
        let other = server.new_world().await;
        let world = server.world();
        let body = json!({"workspaceId": 23_821, "lifecycle": "realistic", "count": LIVING}).to_string();
        ask(&server, world.token(), "POST", "/_slymock/tasks", &body).map_err(failed("a day"))?;
        let over = AtomicBool::new(false);
        let (day, wait) = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| longest(&server, &other, &over));
            let began = Instant::now();
            let body = json!({"advance_ms": DAY_MS}).to_string();
            let moved = ask(&server, world.token(), "POST", "/_slymock/clock", &body);
            let took = began.elapsed();
            over.store(true, Ordering::Relaxed);
            let wait = waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            moved.and_then(|_| Ok((took, wait?))).map_err(failed("a day"))
        })?;
        days.push(millis(day));
        waits.push(millis(wait));
    }
    Ok([
        report(&format!("advance 24 h of {} realistic tasks", grouped(LIVING)), 1_000.0, days)?,
        report("the longest request to another world meanwhile", 5.0, waits)?,
    ])
}

/// The longest time of a request to `world` until `over`.
fn longest(server: &MockServer, world: &MockWorld, over: &AtomicBool) -> io::Result<Duration> {
    let mut longest = Duration::ZERO;
    loop {
        let began = Instant::now();
        ask(server, world.token(), "POST", "/public/api/v3/tasks.info", r#"{"id": 121230}"#)?;
        longest = longest.max(began.elapsed());
        if over.load(Ordering::Relaxed) {
            return Ok(longest);
        }
    }
}

async fn make_tasks(world: &MockWorld, count: u64) {
    let new = slymock_engine::control::NewTasks {
        status: Some(slymock_engine::lifecycle::Status::Finished),
        count,
        ..slymock_engine::control::NewTasks::of(slymock_engine::ids::WorkspaceId(23_821))
    };
    world.tasks().make_as(new).await;
}

/// Sends a request on a new connection and returns the response, which must be a 200.
fn ask(server: &MockServer, token: &str, verb: &str, path: &str, body: &str) -> io::Result<Vec<u8>> {
    let address = server.address().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(IO_TIME))?;
    stream.set_nodelay(true)?;
    let length = body.len();
    let request = format!(
        "{verb} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nx-api-key: {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    if answer.starts_with(b"HTTP/1.1 200") { Ok(answer) } else { Err(io::Error::other("not a 200")) }
}

async fn timed<F: Future<Output = io::Result<()>>>(
    name: &str,
    times: usize,
    most_ms: f64,
    job: impl Fn() -> F,
) -> Result<JobReport, BenchError> {
    let mut figures = Vec::new();
    job().await.map_err(failed(name))?;
    for _ in 0..times {
        let began = Instant::now();
        job().await.map_err(failed(name))?;
        figures.push(millis(began.elapsed()));
    }
    report(name, most_ms, figures)
}

fn each(times: usize, job: impl Fn() -> Result<(), BenchError>) -> Result<Vec<f64>, BenchError> {
    let one = |_| {
        let began = Instant::now();
        job()?;
        Ok(millis(began.elapsed()))
    };
    (0..times).map(one).collect()
}

fn report(name: &str, most_ms: f64, figures: Vec<f64>) -> Result<JobReport, BenchError> {
    JobReport::new(name, most_ms, figures).ok_or(BenchError::Ended)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn failed(case: &str) -> impl Fn(io::Error) -> BenchError {
    move |source| BenchError::Load { case: case.to_owned(), source }
}
