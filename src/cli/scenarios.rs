//! `slymock scenarios lint`: finds unsound scenarios.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use slymock_conformance::check::{ChosenCase, Selection, choose};
use slymock_conformance::library::{promises, promises_in};
use slymock_conformance::lint::lint;

use super::exit::{NOT_AS_EXPECTED, OK};
use super::output::say;

#[derive(Args)]
pub(crate) struct Scenarios {
    #[command(subcommand)]
    command: ScenariosCommand,
}

#[derive(Subcommand)]
enum ScenariosCommand {
    /// Find mistakes in scenarios: faults that no request meets, checks without a subject, anchors that show
    /// nothing; exit code 0: none found, 1: some found, 2: could not run
    Lint(ScenarioLint),
}

#[derive(Args)]
struct ScenarioLint {
    /// Scenarios: ids, areas, patterns with *, or JSON files; all by default
    #[arg(value_name = "PATTERN|FILE")]
    names: Vec<String>,
    /// Use the scenarios of this folder (AREA/CASE.json) instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    scenarios: Option<PathBuf>,
}

impl Scenarios {
    pub(crate) fn run(&self) -> anyhow::Result<u8> {
        let ScenariosCommand::Lint(lint) = &self.command;
        lint.run()
    }
}

impl ScenarioLint {
    fn run(&self) -> anyhow::Result<u8> {
        let chosen = choose(&Selection { names: self.names.clone(), folder: self.scenarios.clone() })?;
        let promises = self.scenarios.as_deref().map_or_else(|| Ok(promises()), promises_in)?;
        let mut findings: Vec<_> = chosen
            .iter()
            .flat_map(|ChosenCase { case, name }| {
                let id = case.id.split('[').next().unwrap_or_default();
                let place = if *name == case.id { id } else { name.as_str() }.to_owned();
                lint(case, &promises).into_iter().map(move |finding| format!("{place}: {finding}\n"))
            })
            .collect();
        // The cases of one file share most of their findings.
        findings.dedup();
        if findings.is_empty() {
            say(&format!("{} scenarios, nothing found\n", chosen.len()))?;
            return Ok(OK);
        }
        say(&findings.concat())?;
        Ok(NOT_AS_EXPECTED)
    }
}
