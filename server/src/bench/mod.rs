//! What the fake costs, held against a bare hyper server that answers the same bytes. Both run in this
//! process, each on a thread of its own, and take turns; what is compared is the CPU time of the threads.
//! docs/performance.md says why it is done so, and what came out.

mod answer;
mod bare;
mod cases;
mod cpu;
mod error;
mod host;
mod jobs;
mod load;
mod report;

use std::time::{Duration, Instant};

use answer::Answer;
use bare::CannedAnswer;
use cases::Case;
use host::Host;
use load::Load;
use report::Pair;

use crate::server::Config;

pub use error::{BenchError, REQUESTS_MAX, ROUNDS_MAX};
pub use report::{CaseReport, JobReport, Report, Spread};

/// How long a bench may take, whatever it was asked for.
const TIME_MAX: Duration = Duration::from_secs(600);

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Pairs of rounds of each case, at most [`ROUNDS_MAX`]; one more pair warms up.
    pub rounds: usize,
    /// Requests of each round, at most [`REQUESTS_MAX`].
    pub requests: usize,
}

/// Who is told the name of a case and the number of its pair of rounds that begins, 0 for the one that
/// warms up.
pub type Progress<'a> = dyn FnMut(&str, usize) + Send + 'a;

/// Measures every case.
///
/// # Errors
///
/// [`BenchError`] when anything at all goes wrong: figures of half a bench would mislead.
pub fn run(plan: Plan, progress: &mut Progress<'_>) -> Result<Report, BenchError> {
    let Plan { rounds, requests } = plan;
    if !(1..=ROUNDS_MAX).contains(&rounds) || !(1..=REQUESTS_MAX).contains(&requests) {
        return Err(BenchError::BadPlan { rounds, requests });
    }
    cpu::of_this_thread().ok_or(BenchError::NoClock)?;
    // A thread of its own for the client, for it is to stay on one CPU and the caller's is not.
    let mut report = std::thread::scope(|scope| {
        let measuring = scope.spawn(|| measure(plan, progress));
        measuring.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    report.jobs = jobs::run(rounds)?;
    Ok(report)
}

fn measure(plan: Plan, progress: &mut Progress<'_>) -> Result<Report, BenchError> {
    let Plan { rounds, requests } = plan;
    let one_cpu = cpu::stay_on_this_one();
    let deadline = Instant::now() + TIME_MAX;
    let config = Config {
        fixture: cases::world(cases::TASKS).map_err(|refusal| BenchError::World(refusal.into()))?,
        ..Config::default()
    };
    let mut measured = Vec::new();
    for case in cases::all() {
        let measure = Measure::start(&case, config.clone(), requests, deadline)?;
        measured.push(measure.run(rounds, progress)?);
    }
    let debug = cfg!(debug_assertions);
    Ok(Report { debug, one_cpu, rounds, requests, tasks: cases::TASKS, cases: measured, jobs: Vec::new() })
}

/// One case under way: both servers, fresh for it, so that no case feels the one before.
struct Measure<'a> {
    case: &'a Case,
    fake: Host,
    bare: Host,
    /// What both answer.
    answer: Answer,
    requests: usize,
    deadline: Instant,
}

impl<'a> Measure<'a> {
    fn start(case: &'a Case, config: Config, requests: usize, deadline: Instant) -> Result<Self, BenchError> {
        let fake = Host::fake(config)?;
        let answer = ask(&fake, case)?;
        let bad = BenchError::BadAnswer { case: case.name, status: answer.status };
        let canned = CannedAnswer::new(&answer).filter(|_| answer.status == 200).ok_or(bad)?;
        let bare = Host::bare(canned)?;
        check(case, &fake, &bare)?;
        Ok(Self { case, fake, bare, answer, requests, deadline })
    }

    fn run(&self, rounds: usize, progress: &mut Progress<'_>) -> Result<CaseReport, BenchError> {
        let mut pairs = Vec::new();
        for number in 0..=rounds {
            progress(self.case.name, number);
            pairs.push(self.pair(number % 2 == 0)?);
        }
        let counted = &pairs[1..];
        let stood = BenchError::ClockStood { requests: self.requests };
        if counted.iter().any(|pair| pair.fake.is_zero() || pair.bare.is_zero()) {
            return Err(stood);
        }
        CaseReport::new(self.case.name, self.answer.body.len(), self.requests, counted).ok_or(stood)
    }

    /// Two rounds. Which server goes first changes from pair to pair, so that neither gains by it.
    fn pair(&self, fake_first: bool) -> Result<Pair, BenchError> {
        if fake_first {
            let fake = self.round(&self.fake)?;
            return Ok(Pair { fake, bare: self.round(&self.bare)? });
        }
        let bare = self.round(&self.bare)?;
        Ok(Pair { fake: self.round(&self.fake)?, bare })
    }

    fn round(&self, host: &Host) -> Result<Duration, BenchError> {
        let failed = |source| BenchError::Load { case: self.case.name, source };
        let opened = Load::open(host.address, self.case, &self.answer.body, self.deadline);
        let mut load = opened.map_err(failed)?;
        let before = host.cpu()?;
        load.send(self.requests).map_err(failed)?;
        Ok(host.cpu()?.saturating_sub(before))
    }
}

fn ask(host: &Host, case: &Case) -> Result<Answer, BenchError> {
    load::ask(host.address, case).map_err(|source| BenchError::Load { case: case.name, source })
}

/// Whether both servers answer the same; measuring is pointless otherwise.
fn check(case: &Case, fake: &Host, bare: &Host) -> Result<(), BenchError> {
    match ask(fake, case)?.difference(&ask(bare, case)?) {
        Some(part) => Err(BenchError::Differ { case: case.name, part }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
