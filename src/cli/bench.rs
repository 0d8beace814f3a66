//! `slymock bench`: measures the cost of the fake against a bare server that sends the same responses.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context as _;
use clap::Args;
use slymock_server::bench::{self, Plan, REQUESTS_MAX, ROUNDS_MAX, ROWS_MAX};

use super::exit::{NOT_AS_EXPECTED, OK};
use super::output::{self, hand_on, say};

#[derive(Args)]
pub(crate) struct Bench {
    /// Number of pairs of rounds to measure for each case, 1 to 100
    #[arg(long, default_value_t = 15, value_name = "N", value_parser = up_to(ROUNDS_MAX))]
    rounds: u64,
    /// Number of requests in a round, 1 to 20,000
    #[arg(long, default_value_t = 2000, value_name = "N", value_parser = up_to(REQUESTS_MAX))]
    requests: u64,
    /// Number of tasks in the largest world of the cost curve, 1,000 to 1,000,000; each smaller world has a
    /// tenth of the one before, down to 1,000
    #[arg(long, default_value_t = ROWS_MAX, value_name = "N", value_parser = clap::value_parser!(u64).range(1_000..=ROWS_MAX))]
    rows: u64,
    /// Also write the figures to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw the cost curve in this file, as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Exit with code 1 if a request costs so much that it is a fault even on a busy machine
    #[arg(long)]
    check: bool,
    /// Measure one part in this process, which `bench` has started for it
    #[arg(long, hide = true, value_name = "PART")]
    part: Option<Part>,
}

/// A part of a bench that needs a process of its own.
#[derive(Clone)]
enum Part {
    Size(u64),
    Lists(u64),
    Bare,
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rows = |rows: &str| rows.parse().map_err(|error| format!("{rows}: {error}"));
        match text.split_once(':') {
            Some(("size", number)) => rows(number).map(Self::Size),
            Some(("lists", number)) => rows(number).map(Self::Lists),
            None if text == "bare" => Ok(Self::Bare),
            _ => Err("expected size:N, lists:N or bare".to_owned()),
        }
    }
}

impl Part {
    fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Size(rows) => hand_on(&serde_json::to_string(&bench::of_size(*rows)?)?),
            Self::Lists(rows) => hand_on(&serde_json::to_string(&bench::of_lists(*rows)?)?),
            Self::Bare => Ok(bench::serve_bare(|line| say(line).map_err(std::io::Error::other))?),
        }
    }
}

impl Bench {
    pub(crate) fn run(&self) -> anyhow::Result<u8> {
        if let Some(part) = &self.part {
            return part.run().map(|()| OK);
        }
        // Before the run, so that a misspelt folder does not cost the figures.
        self.json.iter().chain(&self.svg).try_for_each(|file| output::check(file))?;
        let slymock = std::env::current_exe().context("cannot find this program to measure its parts")?;
        let plan = Plan {
            rounds: usize::try_from(self.rounds)?,
            requests: usize::try_from(self.requests)?,
            // The memory of a process is read from /proc, which only Linux has.
            scale: cfg!(target_os = "linux").then_some((&slymock, self.rows)),
        };
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
        if let (Some(file), Some(scale)) = (&self.svg, &report.scale) {
            output::write_whole(file, scale.svg().as_bytes())?;
        }
        say(&report.table())?;
        let is_fault = self.check && report.targets().iter().any(bench::Target::is_fault);
        Ok(if is_fault { NOT_AS_EXPECTED } else { OK })
    }
}

fn up_to(most: usize) -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=most as u64)
}
