//! What the figures should be, and which of them are.

use serde::Serialize;

use super::report::Report;
use super::scale::{ListScale, ScaleReport};

/// A figure, and what it should be at most on an idle machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// What was measured.
    pub what: String,
    /// The figure: of several rounds or starts the median.
    pub figure: f64,
    /// The most that it should be; where `is_least`, the least.
    pub bound: f64,
    /// Whether more is better.
    pub is_least: bool,
    /// From where on it is a fault on any machine, however busy.
    pub fails: Option<f64>,
}

impl Target {
    fn most(what: impl Into<String>, figure: f64, bound: f64) -> Self {
        Self { what: what.into(), figure, bound, is_least: false, fails: None }
    }

    fn least(what: impl Into<String>, figure: f64, bound: f64) -> Self {
        Self { is_least: true, ..Self::most(what, figure, bound) }
    }

    /// Whether it is what it should be.
    #[must_use]
    pub fn is_met(&self) -> bool {
        if self.is_least { self.figure >= self.bound } else { self.figure <= self.bound }
    }

    /// Whether it is a fault.
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
            Target::most("bytes of memory a task, not rendered yet", plain, 1_200.0),
            Target::most("bytes of memory a task, rendered twice", shown, 2_200.0),
            Target::most("memory while it is loaded, of what it takes then", largest.peak, 2.0),
            Target::least("MB a second of CPU, loaded", load, 50.0),
            Target::least("MB a second of CPU, saved", save, 50.0),
        ]);
    }
    targets.extend(scale.lists.iter().flat_map(|ListScale { method, few, many }| {
        [
            Target::most(
                format!("{method}: a page out of many rows, of one out of 1,000"),
                many.by_id_us / few.by_id_us,
                2.0,
            ),
            Target::most(format!("{method}, sorted: the same"), many.by_column_us / few.by_column_us, 4.0),
        ]
    }));
    let start = &scale.start;
    let later = start.fake_ms.median - start.bare_ms.median;
    targets.push(Target::most("first answer, ms after that of bare hyper", later, 5.0));
    targets.push(Target::most("memory of its own when idle, MiB", start.idle.own_mib, 8.0));
    targets.push(Target::most("all memory when idle, MiB", start.idle.resident_mib, 8.0));
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
