//! Targets of the figures.

use serde::Serialize;

use super::report::Report;
use super::scale::{ListScale, ScaleReport};

/// A figure and its target on an idle machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// Name of the figure.
    pub what: String,
    /// The figure; the median of several rounds or starts.
    pub figure: f64,
    /// The upper bound, or the lower one if `is_least`.
    pub bound: f64,
    /// True if more is better.
    pub is_least: bool,
    /// The figure beyond which `bench --check` fails, however busy the machine is.
    pub fails: Option<f64>,
}

impl Target {
    fn most(what: impl Into<String>, figure: f64, bound: f64) -> Self {
        Self { what: what.into(), figure, bound, is_least: false, fails: None }
    }

    fn least(what: impl Into<String>, figure: f64, bound: f64) -> Self {
        Self { is_least: true, ..Self::most(what, figure, bound) }
    }

    /// True if the figure meets its bound.
    #[must_use]
    pub fn is_met(&self) -> bool {
        if self.is_least { self.figure >= self.bound } else { self.figure <= self.bound }
    }

    /// True if the figure makes `bench --check` fail.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        self.fails.is_some_and(|fails| self.figure > fails)
    }
}

/// All targets of a report.
pub(super) fn of(report: &Report) -> Vec<Target> {
    let case = |case: &super::report::CaseReport| {
        let target = Target::most(format!("{}: fake/bare", case.name), case.ratio.median, case.most?);
        Some(Target { fails: case.fails, ..target })
    };
    let mut targets: Vec<Target> = report.cases.iter().filter_map(case).collect();
    targets.extend(report.scale.iter().flat_map(of_scale));
    let job = |job: &super::report::JobReport| {
        Target::most(format!("{}, ms", job.name), job.ms.median, job.most_ms)
    };
    targets.extend(report.jobs.iter().map(job));
    targets
}

fn of_scale(scale: &ScaleReport) -> Vec<Target> {
    let mut targets = Vec::new();
    if let Some(largest) = scale.sizes.last() {
        let [plain, shown] = largest.memory;
        let [load, save] = largest.load_save;
        targets.extend([
            Target::most("bytes of memory per task, before it is rendered", plain, 1_200.0),
            Target::most("bytes of memory per task, rendered twice", shown, 2_200.0),
            Target::most(
                "peak memory during the load, as a multiple of the memory after it",
                largest.peak,
                2.0,
            ),
            Target::least("MB per second of CPU, loading", load, 50.0),
            Target::least("MB per second of CPU, saving", save, 50.0),
        ]);
    }
    targets.extend(scale.lists.iter().flat_map(|ListScale { method, few, many }| {
        [
            Target::most(
                format!("{method}: a page out of many rows, as a multiple of one out of 1,000"),
                many.by_id_us / few.by_id_us,
                2.0,
            ),
            Target::most(format!("{method}, sorted: the same"), many.by_column_us / few.by_column_us, 4.0),
        ]
    }));
    let start = &scale.start;
    let later = start.fake_ms.median - start.bare_ms.median;
    targets.push(Target::most("first response, ms after that of bare hyper", later, 5.0));
    targets.push(Target::most("private memory when idle, MiB", start.idle.own_mib, 8.0));
    targets.push(Target::most("resident memory when idle, MiB", start.idle.resident_mib, 8.0));
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_at_its_bound_is_met_and_one_beyond_is_not() {
        assert!(Target::most("x", 2.0, 2.0).is_met() && !Target::most("x", 2.01, 2.0).is_met());
        assert!(Target::least("x", 50.0, 50.0).is_met() && !Target::least("x", 49.9, 50.0).is_met());
        let target = Target { fails: Some(1.5), ..Target::most("x", 1.5, 1.25) };
        assert!(!target.is_met() && !target.is_fault());
        assert!(Target { figure: 1.51, ..target }.is_fault());
    }
}
