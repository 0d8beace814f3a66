//! A report as a table for people.

use std::fmt::Write as _;

use super::report::Report;
use super::scale::ScaleReport;
use super::targets::{self, Target};

impl Report {
    /// The figures and targets as a table for people. Microseconds are medians.
    #[must_use]
    pub fn table(&self) -> String {
        let place = if self.one_cpu { "on one CPU" } else { "on any CPU" };
        let mut table = format!(
            "CPU time per request, {} pairs of rounds of {} requests, {} tasks, {place}\n\n",
            self.rounds, self.requests, self.tasks
        );
        let width = self.cases.iter().map(|case| case.name.len()).max().unwrap_or(0);
        let _ = writeln!(
            table,
            "{:width$}   bytes  fake µs  bare µs  fake/bare   min  median   max  at most",
            ""
        );
        for case in &self.cases {
            let (fake, bare, ratio) = (case.fake_us.median, case.bare_us.median, case.ratio);
            let _ = writeln!(
                table,
                "{:width$}  {:6}  {fake:7.2}  {bare:7.2}  {:15.2}  {:6.2}  {:4.2}  {:>7}",
                case.name,
                case.body_bytes,
                ratio.min,
                ratio.median,
                ratio.max,
                bound(case.most)
            );
        }
        self.add_jobs(&mut table);
        if let Some(scale) = &self.scale {
            add_sizes(&mut table, scale);
        }
        self.add_targets(&mut table);
        if self.debug {
            table.push_str("\nThis is a debug build: the figures do not show the speed.\n");
        }
        table
    }

    /// The targets, with the measured figures.
    #[must_use]
    pub fn targets(&self) -> Vec<Target> {
        targets::of(self)
    }

    fn add_targets(&self, table: &mut String) {
        let targets = self.targets();
        let width = targets.iter().map(|target| target.what.chars().count()).max().unwrap_or(0);
        let _ = writeln!(table, "\nTargets, on an idle machine\n");
        for target in targets {
            let side = if target.is_least { "at least" } else { "at most" };
            let met = if target.is_met() { "met" } else { "not met" };
            let _ = writeln!(
                table,
                "{:width$}  {:8.2}  {side:8} {:>6}  {met}",
                target.what, target.figure, target.bound
            );
        }
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

/// Adds the cost of worlds of several sizes.
fn add_sizes(table: &mut String, scale: &ScaleReport) {
    let _ = writeln!(
        table,
        "\nWorlds of several sizes, each in its own process; µs and ms of CPU, requests without HTTP\n"
    );
    let _ = writeln!(
        table,
        "  tasks  bytes a task  rendered  peak  load MB/s  save MB/s  info µs  page µs     desc  filtered    sorted  create µs  fork µs   day ms"
    );
    for size in &scale.sizes {
        let ([plain, shown], [load, save], [page, desc, filtered, sorted]) =
            (size.memory, size.load_save, size.pages_us);
        let _ = writeln!(
            table,
            "{:7}  {plain:12.0}  {shown:8.0}  {:4.2}  {load:9.0}  {save:9.0}  {:7.2}  {page:7.2}  {desc:7.2}  {filtered:8.2}  {sorted:8.2}  {:9.2}  {:7.2}  {:7.0}",
            size.rows, size.peak, size.info_us, size.create_us, size.fork_us, size.day_ms
        );
    }
}

/// A bound as text; empty if there is none.
fn bound(most: Option<f64>) -> String {
    most.map_or_else(String::new, |most| most.to_string())
}
