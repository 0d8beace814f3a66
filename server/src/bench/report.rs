//! The figures: what came out of the rounds, as a table and as JSON.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

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
}

/// The figures of one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseReport {
    /// What was asked, and how.
    pub name: String,
    /// How many bytes the body of an answer has.
    pub body_bytes: usize,
    /// Microseconds of CPU the fake took for a request.
    pub fake_us: Spread,
    /// Microseconds of CPU the bare server took for a request.
    pub bare_us: Spread,
    /// The first by the second, of each pair of rounds.
    pub ratio: Spread,
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

/// The least, the middle and the greatest of some figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The least.
    pub min: f64,
    /// The middle one, or the mean of the two in the middle.
    pub median: f64,
    /// The greatest.
    pub max: f64,
}

/// What two rounds next to each other took, in CPU time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) fake: Duration,
    pub(super) bare: Duration,
}

impl CaseReport {
    /// The figures of these pairs of rounds; `None` without any.
    pub(super) fn new(name: &str, body_bytes: usize, requests: usize, pairs: &[Pair]) -> Option<Self> {
        let nanos = |time: Duration| time.as_nanos() as f64;
        let each = |time| nanos(time) / 1e3 / requests as f64;
        let spread = |figure: &dyn Fn(&Pair) -> f64| Spread::of(pairs.iter().map(figure).collect());
        Some(Self {
            name: name.to_owned(),
            body_bytes,
            fake_us: spread(&|pair| each(pair.fake))?,
            bare_us: spread(&|pair| each(pair.bare))?,
            ratio: spread(&|pair| nanos(pair.fake) / nanos(pair.bare))?,
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

impl Spread {
    /// The spread of some figures; `None` of none.
    #[must_use]
    pub fn of(mut figures: Vec<f64>) -> Option<Self> {
        figures.sort_by(f64::total_cmp);
        let (min, max) = (*figures.first()?, *figures.last()?);
        let upper = figures.len() / 2;
        let lower = (figures.len() - 1) / 2;
        Some(Self { min, median: f64::midpoint(figures[lower], figures[upper]), max })
    }
}

impl Report {
    /// The figures as a table for people: microseconds are medians.
    #[must_use]
    pub fn table(&self) -> String {
        let place = if self.one_cpu { "on one CPU" } else { "on any CPU" };
        let mut table = format!(
            "CPU time a request, {} pairs of rounds of {} requests, {} tasks, {place}\n\n",
            self.rounds, self.requests, self.tasks
        );
        let width = self.cases.iter().map(|case| case.name.len()).max().unwrap_or(0);
        let _ = writeln!(table, "{:width$}   bytes  fake µs  bare µs  fake/bare   min  median   max", "");
        for case in &self.cases {
            let (fake, bare, ratio) = (case.fake_us.median, case.bare_us.median, case.ratio);
            let _ = writeln!(
                table,
                "{:width$}  {:6}  {fake:7.2}  {bare:7.2}  {:15.2}  {:6.2}  {:4.2}",
                case.name, case.body_bytes, ratio.min, ratio.median, ratio.max
            );
        }
        self.add_jobs(&mut table);
        if self.debug {
            table.push_str("\nThis is a debug build: the figures say nothing of speed.\n");
        }
        table
    }

    fn add_jobs(&self, table: &mut String) {
        let width = self.jobs.iter().map(|job| job.name.len()).max().unwrap_or(0);
        let _ = writeln!(table, "\nWall time of jobs in ms\n");
        let _ = writeln!(table, "{:width$}  times       min    median       max  at most", "");
        for job in &self.jobs {
            let (times, ms, most) = (job.times, job.ms, job.most_ms);
            let _ = writeln!(
                table,
                "{:width$}  {times:5}  {:8.3}  {:8.3}  {:8.3}  {most:7}",
                job.name, ms.min, ms.median, ms.max
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median(figures: &[f64]) -> Option<f64> {
        Spread::of(figures.to_vec()).map(|spread| spread.median)
    }

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_two() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[9.0, 1.0, 2.0, 4.0]), Some(3.0));
        assert_eq!(Spread::of(vec![3.0, 1.0, 2.0]), Some(Spread { min: 1.0, median: 2.0, max: 3.0 }));
    }

    #[test]
    fn ratios_are_taken_pair_by_pair() {
        let pair = |fake, bare| Pair { fake: Duration::from_micros(fake), bare: Duration::from_micros(bare) };
        let report = CaseReport::new("x", 1, 10, &[pair(300, 100), pair(100, 50), pair(80, 80)]).unwrap();
        assert_eq!(report.fake_us, Spread { min: 8.0, median: 10.0, max: 30.0 });
        assert_eq!(report.bare_us, Spread { min: 5.0, median: 8.0, max: 10.0 });
        assert_eq!(report.ratio, Spread { min: 1.0, median: 2.0, max: 3.0 });
    }
}
