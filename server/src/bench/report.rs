//! The figures of a bench.

use std::time::Duration;

use serde::Serialize;

use super::cases::Case;
use super::scale::ScaleReport;
use super::spread::Spread;

/// The result of a bench.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// True for a debug build, whose figures do not show the speed.
    pub debug: bool,
    /// True if client and servers shared one CPU; otherwise the figures vary more.
    pub one_cpu: bool,
    /// Pairs of rounds counted in each case.
    pub rounds: usize,
    /// Requests per round.
    pub requests: usize,
    /// Tasks of the world.
    pub tasks: u64,
    /// The cases, in the order they ran.
    pub cases: Vec<CaseReport>,
    /// Jobs that tests wait for, in wall time.
    pub jobs: Vec<JobReport>,
    /// Worlds of several sizes, and starts; absent if not measured.
    pub scale: Option<ScaleReport>,
}

/// The figures of one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseReport {
    /// Name of the case.
    pub name: String,
    /// Mean size of a response's body in bytes.
    pub body_bytes: usize,
    /// Microseconds of CPU per request of the fake.
    pub fake_us: Spread,
    /// Microseconds of CPU per request of the bare server.
    pub bare_us: Spread,
    /// `fake_us` divided by `bare_us`, per pair of rounds.
    pub ratio: Spread,
    /// Upper bound of the median of `ratio` on an idle machine; absent if the figure is only shown.
    pub most: Option<f64>,
    /// The median of `ratio` beyond which `bench --check` fails, on any machine.
    pub fails: Option<f64>,
}

/// The figures of a job.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JobReport {
    /// Name of the job.
    pub name: String,
    /// Number of repetitions.
    pub times: usize,
    /// Wall time in milliseconds.
    pub ms: Spread,
    /// Upper bound of the median, in milliseconds.
    pub most_ms: f64,
}

/// CPU times of two consecutive rounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) fake: Duration,
    pub(super) bare: Duration,
}

impl CaseReport {
    /// The figures of these pairs of rounds; `None` if there are none.
    pub(super) fn new(case: &Case, body_bytes: usize, requests: usize, pairs: &[Pair]) -> Option<Self> {
        let nanos = |time: Duration| time.as_nanos() as f64;
        let each = |time| nanos(time) / 1e3 / requests as f64;
        let spread = |figure: &dyn Fn(&Pair) -> f64| Spread::of(pairs.iter().map(figure).collect());
        Some(Self {
            name: case.name.to_owned(),
            body_bytes,
            fake_us: spread(&|pair| each(pair.fake))?,
            bare_us: spread(&|pair| each(pair.bare))?,
            ratio: spread(&|pair| nanos(pair.fake) / nanos(pair.bare))?,
            most: case.most,
            fails: case.fails,
        })
    }
}

impl JobReport {
    /// The figures of a job, in milliseconds; `None` if there are none.
    pub(super) fn new(name: &str, most_ms: f64, figures: Vec<f64>) -> Option<Self> {
        let (name, times) = (name.to_owned(), figures.len());
        Some(Self { name, times, ms: Spread::of(figures)?, most_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_pair_by_pair() {
        let pair = |fake, bare| Pair { fake: Duration::from_micros(fake), bare: Duration::from_micros(bare) };
        let report = CaseReport::new(
            &super::super::cases::all()[0],
            1,
            10,
            &[pair(300, 100), pair(100, 50), pair(80, 80)],
        )
        .unwrap();
        assert_eq!(report.fake_us, Spread { min: 8.0, median: 10.0, max: 30.0 });
        assert_eq!(report.bare_us, Spread { min: 5.0, median: 8.0, max: 10.0 });
        assert_eq!(report.ratio, Spread { min: 1.0, median: 2.0, max: 3.0 });
    }
}
