//! `slymock fuzz`: runs generated cases on a client and saves its failures as scenario files.

use std::fs;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use clap::Args;
use slymock_conformance::fuzz::{self, Campaign, Failure, FuzzOutcome, Shrinking, fuzz};
use slymock_conformance::known::{KnownFiles, day_of};
use slymock_conformance::partition::Partition;
use slymock_conformance::report::Progress;

use super::client::WhichClient;
use super::exit::{COULD_NOT_RUN, NOT_AS_EXPECTED, OK};
use super::output::{self, say};

/// Number of cases without `--cases` and `--seconds`.
const CASES: u64 = 1_000;

#[derive(Args)]
pub(crate) struct Fuzz {
    #[command(flatten)]
    client: WhichClient,
    /// Number of cases, 1 or more; by default 1000, and with --seconds as many as fit
    #[arg(long, value_name = "N")]
    cases: Option<NonZeroU64>,
    /// Time limit in seconds, 1 or more
    #[arg(long, value_name = "S")]
    seconds: Option<NonZeroU64>,
    /// Seed of the cases, from 0 to 2^64 - 1: the same seed gives the same cases
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// Draw only these operations, such as task.wait or task.set_*; can be repeated
    #[arg(long, value_name = "PATTERN")]
    ops: Vec<String>,
    /// Folder for the scenario files of failures; it is created if necessary
    #[arg(long, default_value = "fuzz-failures", value_name = "DIR")]
    save: PathBuf,
    /// Write the outcome to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Number of cases that run at the same time, 1 or more; by default the number of CPUs
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Also draw responses that never come or come slowly, which takes real time
    #[arg(long)]
    slow: bool,
    /// Run part K of N of the cases, such as 2/4, for a run on several machines
    #[arg(long, value_name = "K/N")]
    partition: Option<Partition>,
    /// File of known failures, instead of the ones that are built into slymock
    #[arg(long, value_name = "FILE")]
    known_failures: Option<PathBuf>,
}

impl Fuzz {
    pub(crate) fn run(&self) -> anyhow::Result<u8> {
        // Before the run, so that a misspelt name does not cost its result.
        self.json.as_deref().map_or(Ok(()), output::check)?;
        output::check(&self.save.join("probe.json")).or_else(|_| self.make_folder())?;
        let known = self.known_failures.as_deref().map_or_else(KnownFiles::own, KnownFiles::file)?;
        let begin = self.client.prepare()?;
        let cases = self.cases.map(NonZeroU64::get).or(self.seconds.is_none().then_some(CASES));
        let jobs = self.jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        let progress = Progress::new(usize::try_from(cases.unwrap_or(0)).unwrap_or(0), output::is_watched());
        let campaign = Campaign {
            seed: self.seed,
            cases,
            time: self.seconds.map(|seconds| Duration::from_secs(seconds.get())),
            operations: self.ops.clone(),
            slow: self.slow,
            jobs,
            partition: self.partition,
            known: &known,
            today: day_of(SystemTime::now()),
            shrinking: if begin.is_here() { Shrinking::IN_PROCESS } else { Shrinking::ADAPTER },
        };
        let outcome = fuzz(&campaign, &|say| begin.make(say), &|failed| progress.done("case", failed));
        progress.finish();
        let mut outcome = outcome?;
        for failure in &mut outcome.failures {
            failure.file = Some(save(&self.save, failure)?);
        }
        report(&outcome, self.json.as_deref())
    }

    fn make_folder(&self) -> anyhow::Result<()> {
        fs::create_dir_all(&self.save).with_context(|| format!("cannot create {}", self.save.display()))?;
        output::check(&self.save.join("probe.json"))
    }
}

/// Prints an outcome and writes its JSON report. Returns the exit code.
pub(super) fn report(outcome: &FuzzOutcome, json: Option<&Path>) -> anyhow::Result<u8> {
    say(&fuzz::text(outcome))?;
    if let Some(file) = json {
        let json = serde_json::to_string_pretty(&fuzz::json(outcome))? + "\n";
        output::write_whole(file, json.as_bytes())?;
    }
    if let Some(why) = &outcome.trouble {
        output::tell(&format!("slymock: {why}"));
        return Ok(COULD_NOT_RUN);
    }
    Ok(if outcome.is_clean() { OK } else { NOT_AS_EXPECTED })
}

/// Writes the scenario of a failure. Returns the path of the file.
fn save(folder: &Path, failure: &Failure) -> anyhow::Result<String> {
    let file = folder.join(format!("{}.json", failure.file_stem()));
    let text = serde_json::to_string_pretty(&failure.scenario)? + "\n";
    output::write_whole(&file, text.as_bytes())?;
    Ok(file.display().to_string())
}
