//! `slymock adapter`: writes, checks and runs adapters.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::str::FromStr;
use std::time::SystemTime;

use clap::{Args, Subcommand, ValueEnum};
use slymock_conformance::adapter;
use slymock_conformance::adapter::in_process::InProcess;
use slymock_conformance::adapter::process::{Process, kill_all};
use slymock_conformance::adapter::stdio;
use slymock_conformance::check::{Job, check};
use slymock_conformance::known::{KnownFiles, day_of};
use slymock_conformance::operations;
use slymock_conformance::outcome::ScenarioVerdict;
use slymock_conformance::run::Bounds;
use slymock_conformance::self_check::{self, Lines};
use slymock_conformance::starters;

use super::exit::{NOT_AS_EXPECTED, OK};
use super::output::{say, say_outcome};
use super::signals::Signals;

/// The command line of an adapter, split into words.
#[derive(Clone, Debug)]
pub(crate) struct AdapterCommand(Vec<String>);

impl FromStr for AdapterCommand {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match shlex::split(text) {
            Some(words) if words.first().is_none_or(String::is_empty) => Err("the command is empty"),
            Some(words) => Ok(Self(words)),
            None => Err("a quote is not closed"),
        }
    }
}

/// Quoted for a shell.
impl fmt::Display for AdapterCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.iter().map(String::as_str);
        f.write_str(&shlex::try_join(words).unwrap_or_else(|_| self.0.join(" ")))
    }
}

impl AdapterCommand {
    pub(crate) fn to_command(&self) -> Command {
        let mut command = Command::new(&self.0[0]);
        command.args(&self.0[1..]);
        command
    }
}

#[derive(Args)]
pub(crate) struct Adapter {
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Subcommand)]
enum Subcommands {
    /// Write a starter adapter in Python or TypeScript
    New(New),
    /// Check that an adapter follows the protocol; exit code 0: it does, 1: it does not, 2: could not run
    Lint(AdapterLint),
    /// Print the operations that an adapter can claim, with their arguments, results and errors
    Operations,
    /// Run the adapter of slymock's own client on stdin and stdout, as a reference for other adapters
    Rust,
}

#[derive(Args)]
struct New {
    /// Language of your client
    #[arg(value_enum, value_name = "LANG")]
    language: Language,
    /// Folder to write to; it must be empty or new
    #[arg(value_name = "DIR", default_value = "slymock-adapter")]
    folder: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    /// Python 3.8 and later
    Python,
    /// TypeScript, on Node.js 20 and later
    Typescript,
}

#[derive(Args)]
struct AdapterLint {
    /// Command of the adapter, split as by a shell
    #[arg(value_name = "CMD")]
    command: AdapterCommand,
    /// Scenarios to run, out of the ten for adapters: ids, or patterns with *; all by default
    #[arg(value_name = "PATTERN")]
    names: Vec<String>,
}

impl Adapter {
    pub(crate) fn run(&self) -> anyhow::Result<u8> {
        match &self.command {
            Subcommands::New(new) => new.run()?,
            Subcommands::Lint(lint) => return lint.run(),
            Subcommands::Operations => say(&operations::page())?,
            Subcommands::Rust => serve()?,
        }
        Ok(OK)
    }
}

impl New {
    fn run(&self) -> anyhow::Result<()> {
        let language = match self.language {
            Language::Python => starters::Language::Python,
            Language::Typescript => starters::Language::Typescript,
        };
        let mut told: String = language
            .write(&self.folder)?
            .iter()
            .map(|name| format!("{}\n", self.folder.join(name).display()))
            .collect();
        let folder = self.folder.display().to_string();
        let folder = shlex::try_quote(&folder).unwrap_or_default();
        told += &format!("\nTo run it as it is:\n  cd {folder}\n");
        language.steps().iter().for_each(|step| told += &format!("  {step}\n"));
        say(&told)
    }
}

impl AdapterLint {
    fn run(&self) -> anyhow::Result<u8> {
        let chosen = self_check::choose(&self.names)?;
        Signals::catch()?.end_after(kill_all);
        let words = ["slymock", "adapter", "lint", &self.command.to_string()];
        let repeat = shlex::try_join(words).unwrap_or_else(|_| words.join(" "));
        let lines = Lines::default();
        let make = |say| -> Result<Box<dyn adapter::Adapter>, String> {
            Ok(Box::new(Process::start(self.command.to_command(), lines.counted(say))?))
        };
        // Known failures are those of a client; the scenarios of `lint` are about its adapter.
        let known = KnownFiles::default();
        let today = day_of(SystemTime::now());
        let names = self.names.clone();
        let bounds = Bounds::default();
        let job = Job {
            chosen,
            partition: None,
            whole: false,
            jobs: 1,
            command: repeat,
            names,
            known: &known,
            today,
            bounds,
            events: None,
        };
        let outcome = check(job, &make, &|_, _| {})?;
        say_outcome(&outcome)?;
        say(&format!("{}\n", lines.told()))?;
        if outcome.scenarios_with(ScenarioVerdict::NotApplicable) == outcome.scenarios.len() {
            say("most of the scenarios need an adapter that claims task.info\n")?;
        }
        Ok(if outcome.is_as_expected() { OK } else { NOT_AS_EXPECTED })
    }
}

fn serve() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(stdio::serve(tokio::io::stdin(), io::stdout(), |say| Box::new(InProcess::new(say))))?;
    // A thread may still block in a read of stdin; a plain drop of the runtime would wait for it.
    runtime.shutdown_background();
    Ok(())
}
