//! The figures: what came out of the rounds.

use std::time::Duration;

use serde::Serialize;

use super::cases::Case;
use super::scale::ScaleReport;
use super::spread::Spread;

/// What a bench has found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Whether it ran in a debug build, whose figures say nothing of speed.
    pub debug: bool,
    /// Whether client and servers shared one CPU; where they did not, figures are less steady.
    pub one_cpu: bool,
    /// How many pairs of rounds were counted in each case.
    pub rounds: usize,
    /// How many requests each round had.
    pub requests: usize,
    /// How many tasks the world had.
    pub tasks: u64,
    /// The cases, in the order they ran.
    pub cases: Vec<CaseReport>,
    /// What tests wait for, in wall time.
    pub jobs: Vec<JobReport>,
    /// Worlds of several sizes, and starts; nothing where they were not asked for.
    pub scale: Option<ScaleReport>,
}

/// The figures of one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseReport {
    /// What was asked, and how.
    pub name: String,
    /// How many bytes the body of an answer has, on average.
    pub body_bytes: usize,
    /// Microseconds of CPU the fake took for a request.
    pub fake_us: Spread,
    /// Microseconds of CPU the bare server took for a request.
    pub bare_us: Spread,
    /// The first by the second, of each pair of rounds.
    pub ratio: Spread,
    /// The most that the median of that should be, on an idle machine; none where it is only shown.
    pub most: Option<f64>,
    /// From where on it is a fault, on any machine.
    pub fails: Option<f64>,
}

/// How long a job took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JobReport {
    /// What was done.
    pub name: String,
    /// How often.
    pub times: usize,
    /// Milliseconds that it took.
    pub ms: Spread,
    /// The most that its median should be, in milliseconds.
    pub most_ms: f64,
}

/// What two rounds next to each other took, in CPU time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) fake: Duration,
    pub(super) bare: Duration,
}

impl CaseReport {
    /// The figures of these pairs of rounds; `None` without any.
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
    /// The figures of a job, in milliseconds; `None` without any.
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
