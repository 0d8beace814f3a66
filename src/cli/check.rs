//! `slymock check`: what a client of the task API does wrong.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use clap::{Args, ValueEnum};
use slymock_conformance::check::{Chosen, Wanted, check, choose};
use slymock_conformance::outcome::Outcome;
use slymock_conformance::report::{Look, Progress, human, json, junit, markdown, shows};

use super::output::{self, say};
use super::{NOT_AS_EXPECTED, OK};

#[derive(Args)]
pub(crate) struct Check {
    /// Ids of scenarios, areas, patterns with *, or files; all scenarios when absent
    #[arg(value_name = "PATTERN|FILE")]
    names: Vec<String>,
    /// The client that is checked
    #[arg(long, value_enum, default_value = "rust")]
    client: Client,
    /// How many scenarios run at once; as many as there are CPUs when absent
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Take the scenarios of this folder, AREA/CASE.json in it, in the place of those that slymock brings with it
    #[arg(long, value_name = "DIR")]
    scenarios: Option<PathBuf>,
    /// Write the verdicts and all events to this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a JUnit report to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a summary to this file as Markdown, such as for $GITHUB_STEP_SUMMARY
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// List the scenarios and run none
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Client {
    /// slymock's own client, in this process
    Rust,
}

impl Check {
    pub(crate) fn run(&self) -> anyhow::Result<u8> {
        let chosen = choose(&Wanted { names: self.names.clone(), folder: self.scenarios.clone() })?;
        if self.list {
            say(&listing(&chosen))?;
            return Ok(OK);
        }
        // Before the run: it is not to be lost to a misspelt folder.
        self.files().try_for_each(output::check)?;
        self.reports_are_apart()?;
        let Client::Rust = self.client;
        let jobs = self.jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        let visible = shows(io::stderr().is_terminal(), std::env::var_os("CI").is_some());
        let progress = Progress::new(chosen.len(), visible);
        let outcome =
            check(chosen, jobs, &self.command(), &|id, as_expected| progress.done(id, !as_expected));
        progress.finish();
        let outcome = outcome?;
        self.write(&outcome)?;
        let look = Look::new(io::stdout().is_terminal(), std::env::var_os("NO_COLOR").is_some());
        say(&human(&outcome, look))?;
        Ok(if outcome.is_as_expected() { OK } else { NOT_AS_EXPECTED })
    }

    fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.json, &self.junit, &self.markdown].into_iter().flatten().map(PathBuf::as_path)
    }

    /// Of two reports in one file the later one would take the place of the other.
    fn reports_are_apart(&self) -> anyhow::Result<()> {
        let mut places = BTreeSet::new();
        for file in self.files() {
            if !places.insert(output::place(file)?) {
                anyhow::bail!("{}: two reports cannot be in one file", file.display());
            }
        }
        Ok(())
    }

    fn write(&self, outcome: &Outcome) -> anyhow::Result<()> {
        if let Some(file) = &self.json {
            let mut bytes = Vec::new();
            json(outcome, &mut bytes)?;
            output::write_whole(file, &bytes)?;
        }
        if let Some(file) = &self.junit {
            let mut bytes = Vec::new();
            junit(outcome, &mut bytes)?;
            output::write_whole(file, &bytes)?;
        }
        if let Some(file) = &self.markdown {
            output::write_whole(file, markdown(outcome).as_bytes())?;
        }
        Ok(())
    }

    /// What repeats the run, but for the scenarios.
    fn command(&self) -> String {
        let mut words = vec!["slymock".to_owned(), "check".to_owned()];
        if let Some(folder) = &self.scenarios {
            words.extend(["--scenarios".to_owned(), folder.display().to_string()]);
        }
        shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
    }
}

fn listing(chosen: &[Chosen]) -> String {
    let width = chosen.iter().map(|chosen| chosen.case.id.len()).max().unwrap_or(0);
    chosen
        .iter()
        .map(|Chosen { case, .. }| format!("{:width$}  {}\n", case.id, case.scenario.about))
        .collect()
}
