//! `slymock bench`: what the fake costs, against a bare server that answers the same.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use slymock_server::bench::{self, Plan, REQUESTS_MAX, ROUNDS_MAX, Report};

use super::output::say;

#[derive(Args)]
pub(crate) struct Bench {
    /// How many pairs of rounds to measure of each case
    #[arg(long, default_value_t = 15, value_name = "N", value_parser = up_to(ROUNDS_MAX))]
    rounds: u64,
    /// How many requests each round has
    #[arg(long, default_value_t = 2000, value_name = "N", value_parser = up_to(REQUESTS_MAX))]
    requests: u64,
    /// Write the figures to this file as JSON too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Bench {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        // Before the run: a bench is not to be lost to a misspelt folder.
        let named = || format!("cannot write {}", self.json.as_deref().unwrap_or(Path::new("")).display());
        let mut json = self.json.as_ref().map(File::create).transpose().with_context(named)?;
        let plan = Plan { rounds: usize::try_from(self.rounds)?, requests: usize::try_from(self.requests)? };
        let shown = progress_is_shown(io::stderr().is_terminal(), std::env::var_os("CI").is_some());
        let report = bench::run(plan, &mut |case, round| {
            if shown {
                eprint!("\r\x1b[K{case}: round {round} of {}", plan.rounds);
            }
        });
        if shown {
            eprint!("\r\x1b[K");
        }
        let report = report?;
        if let Some(json) = &mut json {
            write(json, &report).with_context(named)?;
        }
        say(&report.table())
    }
}

fn up_to(most: usize) -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=most as u64)
}

fn progress_is_shown(is_terminal: bool, is_ci: bool) -> bool {
    is_terminal && !is_ci
}

fn write(file: &mut File, report: &Report) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec_pretty(report)?;
    text.push(b'\n');
    Ok(file.write_all(&text)?)
}

#[cfg(test)]
mod tests {
    use super::progress_is_shown;

    #[test]
    fn progress_is_for_people_who_watch() {
        assert!(progress_is_shown(true, false));
        assert!(!progress_is_shown(true, true) && !progress_is_shown(false, false));
    }
}
