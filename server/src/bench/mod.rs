//! Measures the cost of the fake against a bare hyper server that sends the same bytes. Both run in
//! this process, each on its own thread, and take turns; the CPU times of the threads are compared.
//! docs/performance.md has the reasons and the results.

mod answer;
mod ask;
mod bare;
mod cases;
mod chart;
mod cpu;
mod error;
mod grouped;
mod host;
mod jobs;
mod load;
mod memory;
mod plan;
mod report;
mod scale;
mod sizes;
mod spread;
mod start;
mod table;
mod targets;
mod trace;
mod worlds;

use std::io;
use std::time::{Duration, Instant};

use answer::Answer;
use bare::CannedAnswers;
use cases::Case;
use host::Host;
use load::{Load, Place};
use report::Pair;
use slymock_engine::Settings;
use slymock_engine::clock::Mode;
use trace::Trace;

use crate::server::Config;

pub use error::{BenchError, REQUESTS_MAX, ROUNDS_MAX};
pub use plan::{Plan, Progress};
pub use report::{CaseReport, JobReport, Report};
pub use scale::{ListScale, ScaleReport};
pub use sizes::{ListReport, ROWS_MAX, SizeReport, of_lists, of_size};
pub use spread::Spread;
pub use start::{IdleMemory, StartReport, serve_bare};
pub use targets::Target;

/// Time limit of a bench, whatever its plan.
const TIME_MAX: Duration = Duration::from_secs(600);

/// Measures every case.
///
/// # Errors
///
/// [`BenchError`] if anything goes wrong, because figures of half a bench would mislead.
pub fn run(plan: Plan<'_>, progress: &mut Progress<'_>) -> Result<Report, BenchError> {
    let Plan { rounds, requests, .. } = plan;
    if !(1..=ROUNDS_MAX).contains(&rounds) || !(1..=REQUESTS_MAX).contains(&requests) {
        return Err(BenchError::BadPlan { rounds, requests });
    }
    if cpu::Clock::of_this_thread().is_none() {
        cpu::of_this_thread().ok_or(BenchError::NoClock)?;
    }
    // The client gets its own thread, because that is pinned to a CPU and the caller's must not be.
    let mut report = std::thread::scope(|scope| {
        let measuring = scope.spawn(|| measure(plan, progress));
        measuring.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    report.jobs = jobs::run(rounds)?;
    if let Some((slymock, rows)) = plan.scale {
        report.scale = Some(scale::run(slymock, rows, progress)?);
    }
    Ok(report)
}

fn measure(plan: Plan<'_>, progress: &mut Progress<'_>) -> Result<Report, BenchError> {
    let Plan { rounds, requests, .. } = plan;
    let one_cpu = cpu::stay_on_this_one();
    let deadline = Instant::now() + TIME_MAX;
    let config = config(cases::TASKS)?;
    let mut measured = Vec::new();
    for case in cases::all() {
        let trace = Trace::new(&case, requests, cases::TASKS);
        let measure = Measure::start(&case, trace, config.clone(), deadline)?;
        measured.push(measure.run(plan, progress)?);
    }
    let debug = cfg!(debug_assertions);
    Ok(Report {
        debug,
        one_cpu,
        rounds,
        requests,
        tasks: cases::TASKS,
        cases: measured,
        jobs: Vec::new(),
        scale: None,
    })
}

/// Configuration of the fake.
fn config(tasks: u64) -> Result<Config, BenchError> {
    Ok(Config {
        fixture: worlds::tasks(tasks)?,
        // A real clock would put other times into the responses in each round.
        settings: Settings { clock: Mode::Manual, ..Settings::default() },
        ..Config::default()
    })
}

/// A case in progress, with new servers, so that no case affects the next.
struct Measure<'a> {
    case: &'a Case,
    fake: Host,
    bare: Host,
    /// The requests and responses of both.
    trace: Trace,
    deadline: Instant,
}

impl<'a> Measure<'a> {
    fn start(
        case: &'a Case,
        mut trace: Trace,
        config: Config,
        deadline: Instant,
    ) -> Result<Self, BenchError> {
        let fake = Host::fake(config)?;
        let token = fake.fresh_world()?;
        let answer = load::record(Place { address: fake.address, token: &token }, &mut trace);
        let answer = answer.map_err(failed(case))?;
        let bad = BenchError::BadAnswer { case: case.name, status: answer.status };
        let canned = CannedAnswers::new(&answer, trace.by_connection());
        let bare = Host::bare(canned.filter(|_| answer.status == 200).ok_or(bad)?)?;
        check(case, &answer, &trace)?;
        Ok(Self { case, fake, bare, trace, deadline })
    }

    fn run(&self, plan: Plan<'_>, progress: &mut Progress<'_>) -> Result<CaseReport, BenchError> {
        let mut pairs = Vec::new();
        for number in 0..=plan.rounds {
            progress(self.case.name, number);
            pairs.push(self.pair(number % 2 == 0)?);
        }
        let counted = &pairs[1..];
        let stood = BenchError::ClockStood { requests: plan.requests };
        if counted.iter().any(|pair| pair.fake.is_zero() || pair.bare.is_zero()) {
            return Err(stood);
        }
        CaseReport::new(self.case, self.trace.mean_bytes(), plan.requests, counted).ok_or(stood)
    }

    /// Two rounds. The order of the servers alternates from pair to pair, so that neither profits
    /// from it.
    fn pair(&self, fake_first: bool) -> Result<Pair, BenchError> {
        if fake_first {
            let fake = self.round(&self.fake)?;
            return Ok(Pair { fake, bare: self.round(&self.bare)? });
        }
        let bare = self.round(&self.bare)?;
        Ok(Pair { fake: self.round(&self.fake)?, bare })
    }

    fn round(&self, host: &Host) -> Result<Duration, BenchError> {
        let token = host.fresh_world()?;
        let place = Place { address: host.address, token: &token };
        let mut load = Load::open(place, &self.trace, self.deadline).map_err(failed(self.case))?;
        load.play(|| host.cpu().map_err(io::Error::other)).map_err(failed(self.case))
    }
}

fn failed(case: &Case) -> impl Fn(io::Error) -> BenchError {
    let case = case.name;
    move |source| BenchError::Load { case: case.to_owned(), source }
}

/// Checks that a bare server sends the same responses as the fake, except for the date.
fn check(case: &Case, answer: &Answer, trace: &Trace) -> Result<(), BenchError> {
    // A separate server, because each response is sent once in a round.
    let canned = CannedAnswers::new(answer, trace.by_connection());
    let bare = Host::bare(canned.ok_or(BenchError::Ended)?)?;
    let step = trace.first().ok_or(BenchError::Ended)?;
    let canned = load::ask(Place { address: bare.address, token: "" }, step).map_err(failed(case))?;
    match answer.difference(&canned) {
        Some(part) => Err(BenchError::Differ { case: case.name, part }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
