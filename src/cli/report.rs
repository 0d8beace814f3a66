//! `slymock report`: works on the reports of earlier runs.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use slymock_conformance::merge::{self, ReportFile, ReportKind};

use super::exit::{NOT_AS_EXPECTED, OK};
use super::fuzz;
use super::output;
use super::report_files::ReportFiles;

#[derive(Args)]
pub(crate) struct Report {
    #[command(subcommand)]
    action: ReportAction,
}

#[derive(Subcommand)]
enum ReportAction {
    /// Merge the JSON reports of several runs of a client, such as the parts of `--partition`, into one
    ///
    /// The reports must have the same client and different scenarios. The summary, the reports and the exit
    /// code are those of one run of all scenarios: 0 as expected, 1 not as expected, 2 could not merge. The
    /// wall time is the sum of the runs.
    Merge(Merge),
}

#[derive(Args)]
struct Merge {
    /// Reports that `slymock check --json` has written, or reports of `slymock fuzz --json`
    #[arg(value_name = "FILE", required = true)]
    merged: Vec<PathBuf>,
    /// Merge although parts are missing, and warn about them
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    reports: ReportFiles,
}

impl Report {
    pub(crate) fn run(&self) -> anyhow::Result<u8> {
        match &self.action {
            ReportAction::Merge(merge) => merge.run(),
        }
    }
}

impl Merge {
    fn run(&self) -> anyhow::Result<u8> {
        self.reports.check()?;
        self.keeps_what_it_reads()?;
        let (kind, files) = merge::open(&self.merged)?;
        match kind {
            ReportKind::Check => self.of_check(files),
            ReportKind::Fuzz => {
                let json = self.reports.only_json()?;
                fuzz::report(&merge::merge_campaigns(files, self.partial)?, json)
            }
        }
    }

    fn of_check(&self, files: Vec<ReportFile>) -> anyhow::Result<u8> {
        let spool = self.reports.spool()?;
        let outcome = merge::merge(files, self.partial, spool.as_ref())?;
        self.reports.write(&outcome, spool.as_ref())?;
        output::say_outcome(&outcome)?;
        Ok(if outcome.is_as_expected() { OK } else { NOT_AS_EXPECTED })
    }

    /// Rejects an output that would overwrite a report of a part, which cannot be made again by merging.
    fn keeps_what_it_reads(&self) -> anyhow::Result<()> {
        let merged: Vec<_> = self.merged.iter().filter_map(|file| file.canonicalize().ok()).collect();
        for file in self.reports.files() {
            if file.canonicalize().is_ok_and(|file| merged.contains(&file)) {
                anyhow::bail!("{}: a report to merge cannot also be an output", file.display());
            }
        }
        Ok(())
    }
}
