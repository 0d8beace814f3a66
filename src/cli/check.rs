//! `slymock check`: runs the scenarios against a client and reports its failures.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use clap::Args;
use slymock_conformance::check::{ChosenCase, Job, Selection, check, choose};
use slymock_conformance::known::{KnownFailures, KnownFiles, day_of, place};
use slymock_conformance::outcome::Outcome;
use slymock_conformance::partition::Partition;
use slymock_conformance::protocol::Hello;
use slymock_conformance::report::Progress;
use slymock_conformance::requirements::Requirements;
use slymock_conformance::run::Bounds;

use super::client::WhichClient;
use super::exit::{NOT_AS_EXPECTED, OK};
use super::output::{self, say};
use super::report_files::ReportFiles;

#[derive(Args)]
pub(crate) struct Check {
    /// Scenarios to run: ids, areas, patterns with *, or JSON files; all by default
    #[arg(value_name = "PATTERN|FILE")]
    names: Vec<String>,
    #[command(flatten)]
    client: WhichClient,
    /// Number of scenarios that run at the same time, 1 or more; by default the number of CPUs
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Use the scenarios of this folder (AREA/CASE.json) instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    scenarios: Option<PathBuf>,
    /// Requirement set, which lists what the client must claim in addition to passing what it claims:
    /// reading, task-api, legacy, or a JSON file
    #[arg(long, value_name = "NAME|FILE")]
    requirements: Option<String>,
    /// File of known failures, instead of those built into slymock or in the folder of --scenarios
    #[arg(long, value_name = "FILE")]
    known_failures: Option<PathBuf>,
    /// Update the known failures from this run, in the file of --known-failures or in
    /// known-failures/CLIENT.json in the folder of --scenarios, by default ./scenarios
    #[arg(long, conflicts_with = "names")]
    fix_known: bool,
    #[command(flatten)]
    reports: ReportFiles,
    /// Run only part K of N, so that N machines share the run; `slymock report merge` makes one report of theirs
    #[arg(long, value_name = "K/N", conflicts_with = "fix_known")]
    partition: Option<Partition>,
    /// Time limit of the run, in seconds; scenarios that have not begun by then are broken
    #[arg(long, default_value_t = Bounds::default().time.as_secs(), value_name = "N")]
    max_seconds: u64,
    /// Size limit of the events of the whole run, in bytes (128 MiB for one scenario); scenarios that have
    /// not begun by then are broken
    #[arg(long, default_value_t = Bounds::default().bytes, value_name = "N")]
    max_bytes: u64,
    /// List the scenarios without running them
    #[arg(long)]
    list: bool,
}

impl Check {
    pub(crate) fn run(&self) -> anyhow::Result<u8> {
        let chosen = choose(&Selection { names: self.names.clone(), folder: self.scenarios.clone() })?;
        let is_here = |chosen: &&ChosenCase| self.partition.is_none_or(|part| part.has(&chosen.case.id));
        if self.list {
            return self.list(chosen.iter().filter(is_here));
        }
        // Before the run, so that a misspelt folder does not cost its result.
        self.reports.check()?;
        let required = self.requirements.as_deref().map(requirements).transpose()?;
        let known = self.known()?;
        let begin = self.client.prepare()?;
        let jobs = self.jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        let progress = Progress::new(chosen.iter().filter(is_here).count(), output::is_watched());
        let (whole, command, today) = (self.names.is_empty(), self.command(), day_of(SystemTime::now()));
        let (names, bounds) = (self.names.clone(), self.bounds());
        let spool = self.reports.spool()?;
        let (events, partition) = (spool.as_ref(), self.partition);
        let job =
            Job { chosen, partition, whole, jobs, command, names, known: &known, today, bounds, events };
        let outcome = check(job, &|say| begin.make(say), &|id, as_expected| progress.done(id, !as_expected));
        progress.finish();
        let mut outcome = outcome?;
        if let Some(required) = required {
            required.apply(&mut outcome);
        }
        self.reports.write(&outcome, events)?;
        output::say_outcome(&outcome)?;
        if self.fix_known {
            self.fix(&outcome, known.of(&outcome.client.name))?;
        }
        Ok(if outcome.is_as_expected() { OK } else { NOT_AS_EXPECTED })
    }

    /// Prints the cases of the part.
    fn list<'a>(&self, chosen: impl Iterator<Item = &'a ChosenCase>) -> anyhow::Result<u8> {
        let chosen: Vec<_> = chosen.collect();
        say(&listing(&chosen))?;
        if let Some(part) = self.partition.filter(|_| chosen.is_empty()) {
            output::tell(&part.without_scenario());
        }
        Ok(OK)
    }

    /// Reads the known failures. With `--fix-known` it also checks, before the run, that they can be written.
    fn known(&self) -> anyhow::Result<KnownFiles> {
        let known = match (&self.known_failures, &self.scenarios) {
            (Some(file), _) if self.fix_known && !file.exists() => KnownFiles::default(),
            (Some(file), _) => KnownFiles::file(file)?,
            (None, Some(folder)) => KnownFiles::in_folder(folder)?,
            (None, None) => KnownFiles::own()?,
        };
        match &self.known_failures {
            Some(file) if self.fix_known => output::check(file)?,
            None if self.fix_known => drop(place(self.scenarios.as_deref(), "client")?),
            _ => {}
        }
        Ok(known)
    }

    /// Updates the client's known failures from the outcome of the run.
    fn fix(&self, outcome: &Outcome, known: &KnownFailures) -> anyhow::Result<()> {
        if outcome.client == Hello::nobody() {
            anyhow::bail!("no client has sent `hello`, so its known failures cannot be updated");
        }
        let place = match &self.known_failures {
            Some(file) => file.clone(),
            None => place(self.scenarios.as_deref(), &outcome.client.name)?,
        };
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        output::write_whole(&place, known.fixed(outcome).as_bytes())?;
        output::tell(&format!("wrote {}; add the reason of each new failure there", place.display()));
        Ok(())
    }

    fn bounds(&self) -> Bounds {
        Bounds { time: Duration::from_secs(self.max_seconds), bytes: self.max_bytes }
    }

    /// The command that repeats the run, without its part and the names of its scenarios.
    fn command(&self) -> String {
        let mut words = vec!["slymock".to_owned(), "check".to_owned()];
        words.extend(self.client.words());
        if let Some(set) = &self.requirements {
            words.extend(["--requirements".to_owned(), set.clone()]);
        }
        if let Some(file) = &self.known_failures {
            words.extend(["--known-failures".to_owned(), file.display().to_string()]);
        }
        if let Some(folder) = &self.scenarios {
            words.extend(["--scenarios".to_owned(), folder.display().to_string()]);
        }
        let (bounds, usual) = (self.bounds(), Bounds::default());
        if bounds.time != usual.time {
            words.extend(["--max-seconds".to_owned(), self.max_seconds.to_string()]);
        }
        if bounds.bytes != usual.bytes {
            words.extend(["--max-bytes".to_owned(), self.max_bytes.to_string()]);
        }
        shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
    }
}

/// Reads a built-in requirement set by its name, or one from a `.json` file.
fn requirements(name: &str) -> anyhow::Result<Requirements> {
    let file = Path::new(name);
    let is_file = file.extension().is_some_and(|suffix| suffix == "json");
    Ok(if is_file { Requirements::file(file)? } else { Requirements::own(name)? })
}

fn listing(chosen: &[&ChosenCase]) -> String {
    let width = chosen.iter().map(|chosen| chosen.case.id.len()).max().unwrap_or(0);
    chosen
        .iter()
        .map(|ChosenCase { case, .. }| format!("{:width$}  {}\n", case.id, case.scenario.about))
        .collect()
}
