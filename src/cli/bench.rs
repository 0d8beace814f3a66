//! `slymock bench`: what the fake costs, against a bare server that answers the same.

use std::path::PathBuf;

use clap::Args;
use slymock_server::bench::{self, Plan, REQUESTS_MAX, ROUNDS_MAX};

use super::output::{self, say};

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
        self.json.as_deref().map_or(Ok(()), output::check)?;
        let plan = Plan { rounds: usize::try_from(self.rounds)?, requests: usize::try_from(self.requests)? };
        let shown = output::is_watched();
        let report = bench::run(plan, &mut |case, round| {
            if shown {
                output::tell_for_now(&format!("{case}: round {round} of {}", plan.rounds));
            }
        });
        if shown {
            output::tell_for_now("");
        }
        let report = report?;
        if let Some(file) = &self.json {
            let mut text = serde_json::to_vec_pretty(&report)?;
            text.push(b'\n');
            output::write_whole(file, &text)?;
        }
        say(&report.table())
    }
}

fn up_to(most: usize) -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=most as u64)
}
